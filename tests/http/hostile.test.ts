import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FakeShop, openFakeShop } from './fake-shop.ts';
import { parseRaw, requestText, sendRaw } from './raw.ts';

let shop: FakeShop;

beforeAll(async () => {
  shop = await openFakeShop({ settings: { HEADERS_TIMEOUT: '300ms', RECEIVE_TIMEOUT: '600ms' } });
});
afterAll(() => shop.close());

const authorized = () => ({ authorization: `Bearer ${shop.token()}`, 'idempotency-key': 'k' });
const asJson = { 'content-type': 'application/json' };

describe('what is no request is answered with a problem, and the connection ends', () => {
  it.each<[string, () => string[], number, string]>([
    ['garbage', () => ['\x16\x03\x01 hello\r\n\r\n'], 400, 'malformed_request'],
    ['an unknown version', () => ['GET / HTTP/7.0\r\n\r\n'], 400, 'malformed_request'],
    ['no host', () => ['GET /v1/diagram HTTP/1.1\r\nconnection: close\r\n\r\n'], 400, 'malformed_request'],
    [
      'two lengths',
      () => [
        requestText('POST /v1/failures', { ...asJson, 'content-length': '2', 'transfer-encoding': 'chunked' }, '{}'),
      ],
      400,
      'malformed_request',
    ],
    [
      'a chunk that is none',
      () => [requestText('POST /v1/failures', { ...asJson, 'transfer-encoding': 'chunked' }), 'zz\r\n'],
      400,
      'malformed_request',
    ],
    [
      'headers past their limit',
      () => [requestText('GET /v1/diagram', { filler: 'a'.repeat(40_000) })],
      431,
      'headers_too_large',
    ],
    [
      'an address past every limit',
      () => [requestText(`GET /v1/diagram?q=${'a'.repeat(40_000)}`)],
      414,
      'uri_too_long',
    ],
    ['headers that do not end', () => ['GET /v1/diagram HTTP/1.1\r\nhost: x\r\n'], 408, 'request_timeout'],
    [
      'a body that does not end',
      () => [requestText('POST /v1/failures', { ...asJson, 'content-length': '1000' }), '{'],
      408,
      'request_timeout',
    ],
  ])('%s', async (_, parts, status, code) => {
    const answer = parseRaw(await sendRaw(shop.port, ...parts()));
    expect(answer.status).toBe(status);
    expect(answer.headers['trace-id']).toMatch(/^[0-9a-f]{32}$/);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(JSON.parse(answer.body)).toMatchObject({ code, status, traceId: answer.headers['trace-id'] });
  });

  it('a body that says it is huge is refused before it comes', async () => {
    const head = { ...authorized(), ...asJson, 'content-length': '100000000' };
    const answer = parseRaw(await sendRaw(shop.port, requestText('POST /v1/orders', head)));
    expect([answer.status, JSON.parse(answer.body).code]).toEqual([413, 'payload_too_large']);
  });

  it('a body that is too large is refused to a sender who first sends all of it', async () => {
    const bytes = 24 * 1024 * 1024;
    const head = { ...authorized(), ...asJson, 'content-length': String(bytes), connection: 'close' };
    const parts = Array.from({ length: 24 }, () => 'a'.repeat(1024 * 1024));
    const answer = parseRaw(await sendRaw(shop.port, requestText('POST /v1/orders', head), ...parts));
    expect([answer.status, JSON.parse(answer.body).code]).toEqual([413, 'payload_too_large']);
  });

  it('an expectation that nobody knows is left unmet', async () => {
    const head = { ...authorized(), ...asJson, expect: 'miracles', 'content-length': '2', connection: 'close' };
    const answer = parseRaw(await sendRaw(shop.port, `${requestText('POST /v1/orders', head)}{}`));
    expect([answer.status, JSON.parse(answer.body).code]).toEqual([400, expect.any(String)]);
  });

  it('a body without a length is cut off at the limit', async () => {
    const head = { ...authorized(), ...asJson, 'transfer-encoding': 'chunked' };
    const chunk = `10000\r\n${'a'.repeat(0x10000)}\r\n`;
    const text = await sendRaw(
      shop.port,
      requestText('POST /v1/orders', head),
      ...Array.from({ length: 40 }, () => chunk),
    );
    // The connection may be reset under the client's own writing; then there is nothing to read, but nothing was kept either.
    expect(text === '' || parseRaw(text).status === 413).toBe(true);
  });

  it('garbage behind a good request does not pass for its answer', async () => {
    const good = requestText('GET /v1/diagram', { connection: 'keep-alive' });
    const text = await sendRaw(shop.port, `${good}\x00\x01garbage\r\n\r\n`);
    const [first] = text.split('HTTP/1.1 ').slice(1);
    expect(first === undefined || first.startsWith('200')).toBe(true);
  });

  it('requests in one packet are answered in their order', async () => {
    const many = Array.from({ length: 20 }, (_, index) =>
      requestText(`GET /v1/diagram?unknown=${index}`, { connection: index === 19 ? 'close' : 'keep-alive' }),
    );
    const pointers = [...(await sendRaw(shop.port, many.join(''))).matchAll(/"pointer":"([^"]+)"/g)];
    expect(pointers).toHaveLength(20);
  });
});

describe('no input makes the server fail', () => {
  const text = fc.string({ unit: 'binary', maxLength: 20 });
  const line = fc.record(
    { sku: fc.oneof(text, fc.constant('tea')), quantity: fc.oneof(fc.double(), fc.integer(), text) },
    { requiredKeys: [] },
  );
  const order = fc.record(
    {
      items: fc.oneof(fc.array(fc.oneof(line, fc.jsonValue()), { maxLength: 4 }), fc.jsonValue()),
      note: fc.oneof(text, fc.jsonValue()),
      payment: fc.oneof(fc.record({ method: fc.constantFrom('balance', 'card', 'x') }), fc.jsonValue()),
      email: text,
      notBefore: text,
      gift: fc.jsonValue(),
    },
    { requiredKeys: [] },
  );
  const bodies = fc
    .oneof(order, fc.jsonValue(), fc.dictionary(text, fc.jsonValue()))
    .map((value) => JSON.stringify(value));

  it('whatever the body', async () => {
    const token = shop.token();
    const property = fc.asyncProperty(fc.oneof(bodies, text), async (body) => {
      const headers = { authorization: `Bearer ${token}`, 'idempotency-key': 'k', ...asJson };
      const answer = await fetch(`${shop.baseUrl}/v1/orders`, { method: 'POST', headers, body });
      const problem = (await answer.json()) as { code?: string; errors?: { pointer?: string }[] };
      expect(answer.status, JSON.stringify([body, problem])).toBeLessThan(500);
      if (problem.code === 'validation_failed') expect(problem.errors?.length).toBeGreaterThan(0);
    });
    await fc.assert(property, { numRuns: 300 });
  });

  it('whatever the address', async () => {
    const segment = fc.oneof(
      text.map(encodeURIComponentSafely),
      fc.string({ maxLength: 10 }).map(encodeURI),
      fc.constant('%'),
      fc.constant('..'),
    );
    const path = fc
      .tuple(fc.constantFrom('/v1/orders/', '/v1/cart/items/', '/', '/v1/orders?status='), segment)
      .map((parts) => parts.join(''));
    const property = fc.asyncProperty(path, fc.constantFrom('GET', 'DELETE', 'POST', 'PUT'), async (target, method) => {
      const answer = parseRaw(await sendRaw(shop.port, requestText(`${method} ${target}`, authorized())));
      expect(answer.status, `${method} ${target}`).toBeGreaterThanOrEqual(200);
      expect(answer.status, `${method} ${target}`).toBeLessThan(500);
      expect(answer.headers['trace-id']).toBeDefined();
    });
    await fc.assert(property, { numRuns: 150 });
  });

  // What is logged is logged before it is answered.
  it('and nothing of it is logged as a bug', () => {
    expect(shop.logged.filter(({ level }) => level === 'error')).toEqual([]);
  });
});

function encodeURIComponentSafely(part: string): string {
  return encodeURIComponent(part.toWellFormed());
}
