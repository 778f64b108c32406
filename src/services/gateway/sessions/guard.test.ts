import { describe, expect, test } from 'vitest';
import { ProblemError } from '#kernel/problem.ts';
import { readCookies, removeCookies, writeCookies } from './cookies.ts';
import { authorizationOf, csrfTokenOf, isOverHttps, requireOwnOrigin } from './guard.ts';

const host = 'shop.example';
const tokens = { session: 'a.b.c', refresh: 'spr_1', csrf: csrfTokenOf('a.b.c') };

function codeOf(act: () => unknown): string {
  try {
    act();
    return 'let through';
  } catch (error) {
    return error instanceof ProblemError ? error.problem.code : String(error);
  }
}

/** The `Cookie` header that a browser makes of what it was told to keep. */
const sentBack = (cookies: readonly string[]): string => cookies.map((line) => line.split('; ')[0]).join('; ');

describe('cookies', () => {
  test('are for https alone where the shop is, and bound to its host', () => {
    const written = writeCookies(tokens, true);
    expect(written.every((line) => line.endsWith('; Secure'))).toBe(true);
    expect(written.map((line) => line.slice(0, line.indexOf('=')))).toEqual([
      '__Host-suanpan_session',
      '__Secure-suanpan_refresh',
      '__Host-suanpan_csrf',
    ]);
    expect(written.join()).not.toContain('Domain=');
    expect(readCookies(sentBack(written), true)).toEqual(tokens);
  });

  test('that a neighbour set over plain http do not count there', () => {
    const planted = sentBack(writeCookies({ ...tokens, session: 'x.y.z' }, false));
    expect(readCookies(planted, true)).toEqual({});
    expect(readCookies(`${planted}; ${sentBack(writeCookies(tokens, true))}`, false)).toEqual(tokens);
  });

  test('of other names, quoted or malformed are nobody’s', () => {
    expect(readCookies('other_suanpan_session=1; suanpan_session="a"; suanpan_refresh; suanpan_csrf=', false)).toEqual(
      {},
    );
    expect(readCookies('suanpan_session=first; suanpan_session=second', false)).toEqual({ session: 'first' });
    expect(readCookies(undefined, false)).toEqual({});
  });

  test('are removed in every way that they may have been set', () => {
    expect(removeCookies(false)).toHaveLength(6);
    expect(removeCookies(true).every((line) => line.includes('Max-Age=0') && line.endsWith('Secure'))).toBe(true);
  });
});

describe('the shop’s own pages', () => {
  const requestOf = (headers: Readonly<Record<string, string>>) => ({ method: 'POST', headers: { host, ...headers } });
  const cookie = sentBack(writeCookies(tokens, true));

  test('are those of its host, whichever way it is reached, where no address is set', () => {
    for (const origin of ['http://shop.example', 'https://shop.example']) {
      expect(codeOf(() => requireOwnOrigin({ host, origin }, undefined))).toBe('let through');
    }
    for (const origin of [
      'https://shop.example:8443',
      'https://evil.example',
      'https://shop.example.evil.example',
      'null',
      '',
    ]) {
      expect(codeOf(() => requireOwnOrigin({ host, origin }, undefined))).toBe('cross_site_request');
    }
  });

  test('are those of its address where one is set, whatever host a proxy asks for', () => {
    const publicUrl = 'https://shop.example';
    expect(codeOf(() => requireOwnOrigin({ host: '10.0.0.7:8080', origin: publicUrl }, publicUrl))).toBe('let through');
    const plain = { host, origin: 'http://shop.example' };
    expect(codeOf(() => requireOwnOrigin(plain, publicUrl))).toBe('cross_site_request');
    expect([isOverHttps(plain, publicUrl), isOverHttps(plain, undefined)]).toEqual([true, false]);
  });

  test('are told by Sec-Fetch-Site where no origin is sent, and both have to agree', () => {
    expect(codeOf(() => requireOwnOrigin({ host, 'sec-fetch-site': 'same-origin' }, undefined))).toBe('let through');
    for (const site of ['none', 'same-site', 'cross-site']) {
      expect(codeOf(() => requireOwnOrigin({ host, 'sec-fetch-site': site }, undefined))).toBe('cross_site_request');
      const both = { host, origin: `https://${host}`, 'sec-fetch-site': site };
      expect(codeOf(() => requireOwnOrigin(both, undefined))).toBe('cross_site_request');
    }
    expect(codeOf(() => requireOwnOrigin({ host }, undefined))).toBe('cross_site_request');
  });

  test('are let through with the token of the session they are in', () => {
    const own = { cookie, origin: `https://${host}` };
    expect(authorizationOf(requestOf({ ...own, 'x-csrf-token': tokens.csrf }), undefined)).toBe('Bearer a.b.c');
    expect(codeOf(() => authorizationOf(requestOf(own), undefined))).toBe('csrf_token_invalid');
    const ofAnother = requestOf({ ...own, 'x-csrf-token': csrfTokenOf('x.y.z') });
    expect(codeOf(() => authorizationOf(ofAnother, undefined))).toBe('csrf_token_invalid');
    expect(authorizationOf({ method: 'GET', headers: { host, cookie } }, undefined)).toBe('Bearer a.b.c');
    expect(authorizationOf(requestOf({}), undefined)).toBeUndefined();
  });
});
