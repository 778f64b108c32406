import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Client, makeClient } from '#runtime/http/client.ts';
import { cancelOrder, getDiagram, getOrder, listOrders, placeOrder, removeItem } from './fake-contracts.ts';
import { arrangements, type FakeShop, openFakeShop, orderId } from './fake-shop.ts';

let shop: FakeShop;
let client: Client;
const body = { items: [{ sku: 'tea', quantity: 1 }] };

describe.each(arrangements)('%s', (_, arrangement) => {
  beforeAll(async () => {
    shop = await openFakeShop(arrangement);
    client = makeClient({ baseUrl: shop.baseUrl, token: shop.token() });
  });

  afterAll(async () => {
    await client.close();
    await shop.close();
  });

  const send = (path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(`${shop.baseUrl}${path}`, {
      ...init,
      headers: { authorization: `Bearer ${shop.token()}`, 'idempotency-key': 'k', ...init.headers },
    });
  const post = (text: string | Buffer, headers: Readonly<Record<string, string>> = {}): Promise<Response> =>
    send('/v1/orders', { method: 'POST', body: text, headers: { 'content-type': 'application/json', ...headers } });

  describe('an answer', () => {
    it('is what the contract says, as JSON, with a Trace-Id', async () => {
      const reply = await client.request(placeOrder, { body, idempotencyKey: 'k1' });
      expect(reply.status).toBe(201);
      expect(reply.body).toMatchObject({ id: orderId, lines: 1 });
      expect(reply.headers).toMatchObject({
        'content-type': 'application/json; charset=utf-8',
        'trace-id': expect.stringMatching(/^[0-9a-f]{32}$/),
        'x-content-type-options': 'nosniff',
        'cache-control': 'no-store',
      });
    });

    it('of 204 has no body', async () => {
      const answer = await send('/v1/cart/items/tea%2Fgreen%20%231', { method: 'DELETE' });
      expect([answer.status, await answer.text(), answer.headers.get('content-type')]).toEqual([204, '', null]);
      expect(shop.handled.at(-1)?.params).toEqual({ sku: 'tea/green #1' });
      expect((await client.request(removeItem, { params: { sku: '绿茶' } })).status).toBe(204);
    });

    it('may be in another media type', async () => {
      const reply = await client.request(getDiagram);
      expect([reply.body, reply.headers['content-type']]).toEqual(['sequenceDiagram', 'text/plain; charset=utf-8']);
    });

    it('is in the language that the client asks for', async () => {
      const ask = (language: string) =>
        client.request(getOrder, { params: { id: orderId } }, { headers: { 'accept-language': language } });
      expect((await ask('zh-Hant')).body).toMatchObject({ language: 'zh-TW' });
      expect((await ask('fr')).body).toMatchObject({ language: 'en' });
    });

    it('of a list leads to the next page', async () => {
      const first = await client.request(listOrders, { query: { limit: 5, paid: true } });
      if (first.status !== 200) throw new Error('no list');
      const next = await client.request(listOrders, { query: { cursor: first.body.nextCursor ?? '' } });
      expect(next.body).toMatchObject({ data: [{ id: '5' }] });
      const wrong = await client.request(listOrders, { query: { cursor: 'nonsense' } });
      expect(wrong.body).toMatchObject({ code: 'validation_failed', errors: [{ pointer: '/query/cursor' }] });
    });

    it('is made for a client whose address is known as IPv4 where it is', async () => {
      await client.request(removeItem, { params: { sku: 'tea' } });
      expect(shop.handled.at(-1)).toMatchObject({
        address: '127.0.0.1',
        cause: expect.stringMatching(/^request\/req_/),
      });
    });

    it('continues the trace of the client', async () => {
      const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
      const answer = await send(`/v1/orders/${orderId}`, { headers: { traceparent } });
      expect(answer.headers.get('trace-id')).toBe('4bf92f3577b34da6a3ce929d0e0e4736');
      expect(shop.calls.at(-1)).toMatchObject({ parent: '00f067aa0ba902b7', caller: 'gateway', operation: 'getOrder' });
    });
  });

  describe('a problem', () => {
    it('is a problem document with its code, status, trace and pointers', async () => {
      const answer = await post('{"items":[{"sku":"tea","quantity":0}],"price":1}');
      expect(answer.status).toBe(400);
      expect(answer.headers.get('content-type')).toBe('application/problem+json');
      expect(await answer.json()).toEqual({
        type: '/docs/problems#validation_failed',
        title: 'The request is not valid',
        status: 400,
        code: 'validation_failed',
        traceId: answer.headers.get('trace-id'),
        errors: [
          { pointer: '/items/0/quantity', detail: 'must be a whole number from 1 to 9999' },
          { pointer: '/price', detail: 'unknown field' },
        ],
      });
    });

    it.each<[string, string, RequestInit, number, string]>([
      ['an unknown address', '/v1/nothing', {}, 404, 'not_found'],
      ['the address of a service alone', '/internal/prices/quotes', { method: 'POST' }, 404, 'not_found'],
      ['a known address with another method', '/v1/orders', { method: 'DELETE' }, 405, 'method_not_allowed'],
      ['an address that is no URI', '/v1/orders/%E0%A4%A', {}, 400, 'malformed_request'],
      ['an id of another kind', '/v1/orders/usr_1', {}, 400, 'validation_failed'],
      ['an unknown query field', '/v1/orders?page=2', {}, 400, 'validation_failed'],
      ['NUL in the query', '/v1/orders?status=a%00b', {}, 400, 'validation_failed'],
      ['a field named __proto__', '/v1/orders?__proto__=a', {}, 400, 'validation_failed'],
      ['an address too long', `/v1/orders?status=${'a'.repeat(9_000)}`, {}, 414, 'uri_too_long'],
    ])('is the answer to %s', async (_, path, init, status, code) => {
      const answer = await send(path, init);
      expect(answer.status).toBe(status);
      expect(await answer.json()).toMatchObject({ code, status, traceId: answer.headers.get('trace-id') });
    });

    it('of another method names those there are', async () => {
      expect((await send('/v1/orders', { method: 'PATCH' })).headers.get('allow')).toBe('GET, HEAD, OPTIONS, POST');
      const options = await send(`/v1/orders/${orderId}`, { method: 'OPTIONS' });
      expect([options.status, options.headers.get('allow')]).toEqual([204, 'GET, HEAD, OPTIONS']);
      const head = await send(`/v1/orders/${orderId}`, { method: 'HEAD' });
      expect([head.status, await head.text()]).toEqual([200, '']);
    });
  });

  describe('a body', () => {
    it.each<[string, string | Buffer, Readonly<Record<string, string>>, number, string]>([
      ['that is no JSON', '{"items":', {}, 400, 'malformed_json'],
      ['that is nested too deep', `{"items":${'['.repeat(40)}${']'.repeat(40)}}`, {}, 400, 'malformed_json'],
      ['that is not UTF-8', Buffer.from([0x22, 0xff, 0x22]), {}, 400, 'malformed_json'],
      ['with an escaped NUL', '{"note":"\\u0000"}', {}, 400, 'validation_failed'],
      ['with half a surrogate pair', '{"note":"\\ud800"}', {}, 400, 'validation_failed'],
      ['with a field __proto__', '{"__proto__":{"admin":true}}', {}, 400, 'validation_failed'],
      [
        'in another type',
        'items=1',
        { 'content-type': 'application/x-www-form-urlencoded' },
        415,
        'unsupported_media_type',
      ],
      ['in text', '{}', { 'content-type': 'text/plain' }, 415, 'unsupported_media_type'],
      ['in another charset', '{}', { 'content-type': 'application/json; charset=gbk' }, 415, 'unsupported_media_type'],
      ['compressed', '{}', { 'content-encoding': 'gzip' }, 415, 'unsupported_media_type'],
      ['of more than 1 MiB', JSON.stringify({ note: 'a'.repeat(1024 * 1024) }), {}, 413, 'payload_too_large'],
      ['without anything', '', {}, 400, 'validation_failed'],
    ])('%s is refused', async (_, text, headers, status, code) => {
      const answer = await post(text, headers);
      expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([status, code]);
    });

    it('may say its charset, and be the same as another with its names twice', async () => {
      const text = '{"items":[],"items":[{"sku":"tea","quantity":1e3}]}';
      expect((await post(text, { 'content-type': 'application/json; charset=UTF-8' })).status).toBe(201);
    });

    it('may be left out where all its fields are optional', async () => {
      const answer = await send(`/v1/orders/${orderId}/cancel`, { method: 'POST' });
      expect([answer.status, await answer.json()]).toEqual([200, { reason: null }]);
      const reply = await client.request(cancelOrder, { params: { id: orderId }, body: { reason: 'late' } });
      expect(reply.body).toEqual({ reason: 'late' });
    });
  });

  describe('an Idempotency-Key', () => {
    it('is required where the contract says so', async () => {
      const reply = await client.request(placeOrder, { body });
      expect(reply.body).toMatchObject({ status: 400, code: 'idempotency_key_missing' });
      expect((await client.request(cancelOrder, { params: { id: orderId } })).status).toBe(200);
    });

    it.each(['ü', 'a'.repeat(256)])('%s is refused', async (key) => {
      const answer = await post(JSON.stringify(body), { 'idempotency-key': key });
      expect(await answer.json()).toMatchObject({
        code: 'validation_failed',
        errors: [{ pointer: '/header/idempotency-key' }],
      });
    });

    it('reaches the service with its caller, its operation and a fingerprint of the content', async () => {
      const token = shop.token();
      const place = async (text: string) => {
        await post(text, { 'idempotency-key': 'k'.repeat(255), authorization: `Bearer ${token}` });
        return shop.handled.at(-1)?.idempotencyKey;
      };
      const first = await place('{"items":[{"sku":"tea","quantity":1}]}');
      expect(first).toMatchObject({
        key: 'k'.repeat(255),
        scope: 'usr_01976f00-0000-7000-8000-000000000001:placeOrder',
      });
      expect(await place('{ "items": [ {"quantity":1,"sku":"tea"} ] }')).toEqual(first);
      expect((await place('{"items":[{"sku":"tea","quantity":2}]}'))?.fingerprint).not.toBe(first?.fingerprint);
    });
  });
});
