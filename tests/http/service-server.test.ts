import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { makeTokenSigner, type Passport } from '#runtime/http/remote/token.ts';
import type { Caller, Request } from '#runtime/service.ts';
import { answer } from '#runtime/service.ts';
import { quote } from './fake-contracts.ts';
import { type FakeDepot, hearBack, makeFakeDepot } from './fake-depot.ts';
import {
  type FakeMeans,
  type FakeProcess,
  makeFakeMeans,
  openFakeCaller,
  openFakeProcess,
  secret,
} from './fake-processes.ts';
import { parseRaw, requestText, sendRaw } from './raw.ts';

/** The port at which services ask each other: who is none of them learns nothing there, whatever they send. */

let means: FakeMeans;
let depot: FakeDepot;
let process: FakeProcess;
let sign: (passport: Passport) => string;

beforeAll(async () => {
  means = makeFakeMeans();
  depot = makeFakeDepot();
  const prices = { name: 'prices', answers: [answer(quote, async () => ({ status: 200, body: { total: 1 } }))] };
  process = await openFakeProcess(means, [depot, prices]);
  sign = makeTokenSigner({ secret, clock: means.time });
});

afterAll(() => process.close());

beforeEach(() => {
  process.ready = true;
});

const itself: Caller = { kind: 'service', id: 'shop', roles: [] };
const ann: Caller = { kind: 'user', id: 'usr_ann', roles: [] };

const tokenOf = (caller: Caller, service = 'depot') => `Bearer ${sign({ from: 'shop', service, caller })}`;

/** The headers of a call that is in order. */
function headersOf(caller: Caller = itself, change: Readonly<Record<string, string>> = {}): Record<string, string> {
  return {
    authorization: tokenOf(caller),
    traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    'suanpan-cause': 'request/req_1',
    'suanpan-language': 'en',
    'suanpan-timeout-ms': '5000',
    'content-type': 'application/json',
    ...change,
  };
}

async function send(line: string, headers: Readonly<Record<string, string>>, body?: string) {
  const received = parseRaw(await sendRaw(process.port, requestText(line, headers, body)));
  const isProblem = received.headers['content-type'] === 'application/problem+json' && received.body !== '';
  return { ...received, code: isProblem ? (JSON.parse(received.body) as { code: string }).code : undefined };
}

const counting = '{"how":"well"}';

describe('without a token', () => {
  const targets = [
    'POST /internal/depot/counts',
    'GET /v1/items',
    'GET /v1/label',
    'GET /nowhere',
    'GET /',
    'GET /docs',
  ];
  const odd = [
    'OPTIONS /v1/items',
    'HEAD /v1/items',
    'PATCH /v1/items',
    'GET /v1/items/%E0%A4%A',
    'GET /metrics',
    'GET /../etc',
  ];

  it.each([...targets, ...odd])('%s is 401, and tells nothing else', async (line) => {
    const before = depot.handled.length;
    const { status, headers, body } = await send(line, { 'content-type': 'application/json' }, counting);
    expect(status).toBe(401);
    const { date, 'content-length': length, ...rest } = headers;
    expect([date, length]).toEqual([expect.any(String), expect.any(String)]);
    expect(rest).toEqual({
      'content-type': 'application/problem+json',
      'www-authenticate': 'Bearer',
      'suanpan-not-begun': '1',
      connection: 'close',
    });
    if (!line.startsWith('HEAD')) expect(JSON.parse(body)).toMatchObject({ code: 'unauthenticated' });
    expect(body).not.toMatch(/depot|prices|stack/);
    expect(depot.handled).toHaveLength(before);
  });

  it('the answer is the same where nothing is there, while it starts, and for a body of any size', async () => {
    const there = await send('POST /internal/depot/counts', {}, counting);
    process.ready = false;
    expect((await send('POST /internal/depot/counts', {}, counting)).body).toBe(there.body);
    process.ready = true;
    expect((await send('POST /nowhere', {}, counting)).body).toBe(there.body);
    expect((await send('POST /internal/depot/counts', { 'content-length': '100000000' })).body).toBe(there.body);
    expect((await send('POST /internal/depot/counts', { 'content-type': 'text/xml' }, '<')).body).toBe(there.body);
  });

  it.each<[string, () => string]>([
    ['for another service of the same process', () => tokenOf(itself, 'prices')],
    ['for a service that is not here', () => tokenOf(itself, 'wallet')],
    [
      'signed with another secret',
      () =>
        `Bearer ${makeTokenSigner({ secret: 'guess', clock: means.time })({ from: 'shop', service: 'depot', caller: itself })}`,
    ],
    ['of a user of the platform', () => `Bearer ${userToken()}`],
  ])('a token %s is none', async (_, authorization) => {
    const { status, headers } = await send(
      'POST /internal/depot/counts',
      headersOf(itself, { authorization: authorization() }),
      counting,
    );
    expect([status, headers['suanpan-not-begun']]).toEqual([401, '1']);
  });
});

/** As identity makes them, but for its key. */
function userToken(): string {
  const now = Math.floor(means.time.now() / 1000);
  const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = { iss: 'suanpan', aud: 'suanpan', sub: 'usr_ann', roles: ['admin'], iat: now, exp: now + 900 };
  const signed = `${encoded({ alg: 'HS256', typ: 'JWT' })}.${encoded(claims)}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

describe('with a token', () => {
  it('a call in order is answered', async () => {
    const { status, body } = await send('POST /internal/depot/counts', headersOf(), counting);
    expect([status, body]).toEqual([200, '{"items":7}']);
  });

  it.each<[string, string, Caller, number, string | undefined]>([
    ['what is for services alone, by a user', 'POST /internal/depot/counts', ann, 403, 'forbidden'],
    [
      'what is for services alone, by an administrator',
      'POST /internal/depot/counts',
      { ...ann, roles: ['admin'] },
      403,
      'forbidden',
    ],
    ['what is for operators, by a user', 'GET /v1/admin/items', ann, 403, 'forbidden'],
    ['what is for operators, by an operator', 'GET /v1/admin/items', { ...ann, roles: ['operator'] }, 200, undefined],
    [
      'what is for operators, by nobody',
      'GET /v1/admin/items',
      { kind: 'anonymous', id: 'anonymous', roles: [] },
      401,
      'unauthenticated',
    ],
    [
      'what is for everybody, by nobody',
      'GET /v1/items',
      { kind: 'anonymous', id: 'anonymous', roles: [] },
      200,
      undefined,
    ],
    ['what is for users, by a service', 'GET /v1/admin/items', itself, 200, undefined],
  ])('%s', async (_, line, caller, status, code) => {
    const received = await send(line, headersOf(caller), line.startsWith('POST') ? counting : undefined);
    expect([received.status, received.code]).toEqual([status, code]);
    expect(received.headers['suanpan-not-begun']).toBeUndefined();
  });

  it('what is not there may be elsewhere', async () => {
    const { status, headers } = await send('GET /nowhere', headersOf());
    expect([status, headers['suanpan-not-begun']]).toEqual([404, '1']);
  });

  it('an instance that starts sends callers elsewhere', async () => {
    process.ready = false;
    const { status, code, headers } = await send('POST /internal/depot/counts', headersOf(), counting);
    expect([status, code, headers['suanpan-not-begun'], headers.connection]).toEqual([
      503,
      'unavailable',
      '1',
      'close',
    ]);
  });

  it.each<[string, Readonly<Record<string, string>>, string, number, string]>([
    ['no trace', { traceparent: 'none' }, counting, 400, 'malformed_request'],
    [
      'a trace of zeroes',
      { traceparent: `00-${'0'.repeat(32)}-${'0'.repeat(16)}-01` },
      counting,
      400,
      'malformed_request',
    ],
    ['no cause', { 'suanpan-cause': '' }, counting, 400, 'malformed_request'],
    ['a cause too long', { 'suanpan-cause': 'a'.repeat(600) }, counting, 400, 'malformed_request'],
    ['no time', { 'suanpan-timeout-ms': '' }, counting, 400, 'malformed_request'],
    ['time that is none', { 'suanpan-timeout-ms': '-1' }, counting, 400, 'malformed_request'],
    ['time without end', { 'suanpan-timeout-ms': '1e99' }, counting, 400, 'malformed_request'],
    ['a language that we do not have', { 'suanpan-language': 'tlh' }, counting, 400, 'malformed_request'],
    ['a parent that is none', { 'suanpan-parent': 'mother' }, counting, 400, 'malformed_request'],
    ['a key too long', { 'idempotency-key': 'k'.repeat(600) }, counting, 400, 'malformed_request'],
    ['input against the contract', {}, '{"how":1}', 400, 'validation_failed'],
    ['an unknown field', {}, '{"how":"well","admin":true}', 400, 'validation_failed'],
    ['a field __proto__', {}, '{"how":"well","__proto__":{"admin":true}}', 400, 'validation_failed'],
    ['what is no JSON', {}, '{', 400, 'malformed_json'],
    ['what is nested too deep', {}, `{"how":${'['.repeat(40)}${']'.repeat(40)}}`, 400, 'malformed_json'],
    ['another type', { 'content-type': 'text/plain' }, counting, 415, 'unsupported_media_type'],
    ['more than 1 MiB', {}, JSON.stringify({ how: 'a'.repeat(1024 * 1024) }), 413, 'payload_too_large'],
  ])('is not enough for %s', async (_, headers, body, status, code) => {
    const before = depot.handled.length;
    const received = await send('POST /internal/depot/counts', headersOf(itself, headers), body);
    expect([received.status, received.code]).toEqual([status, code]);
    expect(depot.handled).toHaveLength(before);
  });

  it('a body that says it is huge is refused before it comes', async () => {
    const head = headersOf(itself, { 'content-length': '100000000' });
    expect(await send('POST /internal/depot/counts', head)).toMatchObject({ status: 413, code: 'payload_too_large' });
  });

  it('headers as many as the edge lets in are taken, and not more', async () => {
    const filled = (bytes: number) => headersOf(itself, { filler: 'a'.repeat(bytes) });
    expect((await send('POST /internal/depot/counts', filled(40_000), counting)).status).toBe(200);
    expect((await send('POST /internal/depot/counts', filled(70_000), counting)).status).toBe(431);
  });

  it('nothing of it is a bug', () => {
    expect(means.logged.filter(({ level }) => level === 'error')).toEqual([]);
  });
});

it('calls are measured by operation and status', async () => {
  await send('POST /internal/depot/counts', headersOf(), counting);
  const { values } = await means.metrics.calls.get();
  const counted = values.filter(({ metricName }) => metricName?.endsWith('_count')).map(({ labels }) => labels);
  expect(counted).toContainEqual({ operation: 'count', status: '200' });
});

describe('what came from outside', () => {
  it('reaches the handler with its bytes, its address and its headers, less those of the connection and the token', async () => {
    const { dispatcher, remote } = openFakeCaller(means, [{ service: depot, urls: [process.url] }]);
    const endpoint = dispatcher.endpoints().find(({ operation }) => operation === hearBack);
    if (!endpoint) throw new Error('no endpoint');
    const bytes = Buffer.from('{ "amount" : 1.00, "amount": 2, "name": "\\u8336" }');
    const request = {
      ...{ operation: hearBack, params: {}, query: {}, body: JSON.parse(bytes.toString()), rawBody: bytes },
      ...{ traceparent: means.traces.begin(undefined), cause: 'request/req_1', language: 'zh-CN' },
      ...{ caller: { kind: 'anonymous', id: 'anonymous', roles: [] }, deadline: means.time.now() + 10_000 },
      ...{ address: '2001:db8::1', userAgent: 'A'.repeat(512) },
      headers: {
        ...{
          host: 'shop.example',
          connection: 'keep-alive',
          'content-length': '3',
          expect: '100-continue',
          te: 'trailers',
        },
        ...{ authorization: 'Bearer of.the.user', cookie: 'a=b', 'suanpan-cause': 'mine', 'idempotency-key': 'mine' },
        ...{
          'wechatpay-signature': 'c2ln',
          'last-event-id': '7',
          'user-agent': 'A'.repeat(600),
          'x-name': 'J\xfcrgen',
        },
      },
    } as unknown as Request;
    await dispatcher.perform(endpoint, request, { from: 'gateway', parent: '00f067aa0ba902b7' });
    await remote.close();
    const handled = depot.handled.at(-1);
    expect(Buffer.from(handled?.rawBody ?? []).equals(bytes)).toBe(true);
    const { rawBody, headers, traceparent, deadline, operation, ...expected } = request;
    expect(handled).toMatchObject({ ...expected, traceparent });
    expect(handled?.headers).toEqual({
      ...{ 'wechatpay-signature': 'c2ln', 'last-event-id': '7', 'user-agent': 'A'.repeat(600), 'x-name': 'J\xfcrgen' },
    });
  });
});
