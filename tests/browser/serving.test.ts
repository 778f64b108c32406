import { describe, expect, test } from 'vitest';
import { hasBrowser, shopUrl } from './visitor.ts';

const ask = (path: string, headers: Readonly<Record<string, string>> = {}, method = 'GET') =>
  fetch(shopUrl() + path, { method, headers });
const asBrowser = { accept: 'text/html,application/xhtml+xml' };

describe.skipIf(!hasBrowser)('the pages are served', () => {
  test.each(['/', '/orders/ord_1', '/console', '/console/orders'])(
    '%s is an application, asked for anew each time',
    async (path) => {
      const answer = await ask(path, asBrowser);
      expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
      expect(answer.headers.get('cache-control')).toBe('no-cache');
      expect(answer.headers.get('etag')).toMatch(/^W\/"/);
    },
  );

  test.each([
    ['/', "style-src 'self'"],
    ['/console', "style-src 'self' 'unsafe-inline'"],
  ])('%s lets no script run but ours, and nothing come from elsewhere', async (path, styles) => {
    const answer = await ask(path, asBrowser);
    const policy = (answer.headers.get('content-security-policy') ?? '').split('; ');
    expect(policy).toEqual(
      expect.arrayContaining([
        "default-src 'self'",
        "script-src 'self'",
        styles,
        "frame-ancestors 'none'",
        "object-src 'none'",
      ]),
    );
    expect(policy.join()).not.toMatch(/https?:|\*|unsafe-eval/);
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(await answer.text()).not.toMatch(/<script(?![^>]*\bsrc=)|\bon\w+=|<style|style=/);
  });

  test('files are compressed, and kept for ever under their names', async () => {
    const page = await (await ask('/', asBrowser)).text();
    const script = /src="(\/assets\/[^"]+\.js)"/.exec(page)?.[1] ?? '';
    const answer = await ask(script, { 'accept-encoding': 'br' });
    expect(answer.headers.get('content-encoding')).toBe('br');
    expect(answer.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    const head = await ask(script, {}, 'HEAD');
    expect([head.status, await head.text()]).toEqual([200, '']);
  });

  test.each([
    ['/v1/no/such/thing', asBrowser],
    ['/assets/old.js', asBrowser],
    ['/no/such/page', { accept: 'application/json' }],
  ])('%s is a problem, and no page', async (path, headers) => {
    const answer = await ask(path, headers);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([404, 'application/problem+json']);
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  test('the reference of the API stays where it was', async () => {
    const answer = await ask('/docs', asBrowser);
    expect(await answer.text()).toContain('Suanpan API');
  });
});
