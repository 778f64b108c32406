import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { logIn } from '../../src/contracts/http/identity.ts';
import { setUserRoles } from '../../src/contracts/http/users.ts';
import type { Operation } from '../../src/contracts/operation.ts';
import { fillPath } from '../../src/runtime/http/paths.ts';
import { Browser } from '../support/browser.ts';
import { type Person, startTestPlatform, type TestPlatform } from '../support/platform.ts';
import { demand, expectStatus } from '../support/trade.ts';
import { nil } from './hostile/arbitrary.ts';
import { snapshotOf } from './hostile/snapshot.ts';

/**
 * docs/reliability.md: what comes around an operation (cookies, media types, headers, methods) is refused at its door, at each
 * one.
 */

let shop: TestPlatform;
let shopper: Person;
let administrator: Person;

beforeAll(async () => {
  shop = await startTestPlatform();
  [shopper, administrator] = await Promise.all([shop.shopper(), shop.operator()]);
});

afterAll(async () => {
  await shop?.[Symbol.asyncDispose]();
});

interface Answered {
  readonly status: number;
  readonly code: string | undefined;
  readonly pointers: readonly string[];
  readonly headers: Headers;
  readonly text: string;
}

type Sent = Readonly<Record<string, string>>;

/** With parameters of the right form that are nothing's. */
async function knock(
  { method, path, params }: Operation,
  { headers = {}, body, query = '', as = method }: { headers?: Sent; body?: string; query?: string; as?: string } = {},
): Promise<Answered> {
  const properties = Object.entries((params?.properties ?? {}) as Readonly<Record<string, { pattern?: string }>>);
  const filled = properties.map(([name, { pattern = '' }]) => {
    const prefix = /^\^([a-z]{3})_/.exec(pattern)?.[1];
    return [name, prefix ? `${prefix}_${nil}` : ({ provider: 'wechat', name: 'x.svg' }[name] ?? 'x')] as const;
  });
  const reply = await fetch(`${shop.url}${fillPath(path, Object.fromEntries(filled))}${query}`, {
    method: as,
    headers: { 'idempotency-key': randomUUID(), ...headers },
    ...(body === undefined ? {} : { body }),
  });
  const isStream = reply.headers.get('content-type')?.startsWith('text/event-stream');
  if (isStream) await reply.body?.cancel();
  const text = isStream ? '' : await reply.text();
  const isProblem = reply.headers.get('content-type') === 'application/problem+json' && text !== '';
  const { code, errors = [] } = (isProblem ? JSON.parse(text) : {}) as Partial<{
    code: string;
    errors: readonly { readonly pointer: string }[];
  }>;
  return { status: reply.status, code, pointers: errors.map(({ pointer }) => pointer), headers: reply.headers, text };
}

const operations = (): readonly Operation[] =>
  shop.platform.host.dispatcher
    .endpoints()
    .map(({ operation }) => operation)
    .filter(({ access }) => access !== 'service');
const changing = () => operations().filter(({ method }) => method !== 'GET');
const withJson = () => changing().filter(({ raw }) => !raw);
const bearer = ({ token }: Person): Sent => ({ authorization: `Bearer ${token}` });
const asJson: Sent = { 'content-type': 'application/json' };

/** What a door says to each of them, by the operation's name; only those that say something else. */
async function others(
  doors: readonly Operation[],
  ask: (operation: Operation) => Promise<Answered>,
  isRight: (answer: Answered, operation: Operation) => boolean,
): Promise<string[]> {
  const wrong: string[] = [];
  for (const operation of doors) {
    const answer = await ask(operation);
    const isLabelled = answer.headers.has('trace-id') && !answer.headers.has('access-control-allow-origin');
    if (!isLabelled || !isRight(answer, operation)) wrong.push(`${operation.name}: ${answer.status} ${answer.text}`);
  }
  return wrong;
}

describe('a browser’s cookies', () => {
  const guarded = () => changing().filter(({ access }) => access !== 'public');

  test('change nothing without the page’s own origin and the session’s own token, whosever they are', async () => {
    const origin = new URL(shop.url).origin;
    const [buyer, clerk] = [new Browser(shop), new Browser(shop)];
    await buyer.logIn(shopper.email);
    const { email, user } = await clerk.register();
    const body = { roles: ['operator' as const, 'admin' as const], reason: 'works here' };
    await demand(administrator, setUserRoles, { params: { id: user.id }, body }, 200);
    await clerk.logIn(email);
    const before = await snapshotOf(shop);
    const csrfOf = ({ jar }: Browser) => jar.get('suanpan_csrf')?.value ?? '';
    for (const [own, other] of [
      [buyer, clerk],
      [clerk, buyer],
    ] as const) {
      const cookie = own.cookiesFor('/v1/session');
      const csrf = csrfOf(own);
      const cases: readonly (readonly [string, Sent])[] = [
        ['cross_site_request', { cookie }],
        ['cross_site_request', { cookie, 'x-csrf-token': csrf }],
        ['cross_site_request', { cookie, 'x-csrf-token': csrf, origin: 'https://evil.example' }],
        ['cross_site_request', { cookie, 'x-csrf-token': csrf, origin: 'null' }],
        ['cross_site_request', { cookie, 'x-csrf-token': csrf, origin, 'sec-fetch-site': 'same-site' }],
        ['csrf_token_invalid', { cookie, origin }],
        ['csrf_token_invalid', { cookie, origin, 'x-csrf-token': '' }],
        ['csrf_token_invalid', { cookie, origin, 'x-csrf-token': `${csrf}, ${csrf}` }],
        ['csrf_token_invalid', { cookie, origin, 'x-csrf-token': csrfOf(other) }],
      ];
      for (const [code, headers] of cases) {
        const ask = (operation: Operation) => knock(operation, { headers: { ...headers, ...asJson }, body: '{}' });
        expect(await others(guarded(), ask, (answer) => answer.status === 403 && answer.code === code)).toEqual([]);
      }
    }
    expect(await snapshotOf(shop)).toEqual(before);
  });

  test('are those of nobody where they are not ours', async () => {
    for (const value of ['x', 'a.b.c', `${shopper.token}x`, `x; suanpan_session=${shopper.token}`]) {
      const headers = { cookie: `suanpan_session=${value}` };
      const reads = operations().filter(({ access, method }) => access !== 'public' && method === 'GET');
      const isRefused = ({ status, code }: Answered) => status === 401 && code === 'unauthenticated';
      expect(await others(reads, (operation) => knock(operation, { headers }), isRefused)).toEqual([]);
    }
  });

  test('are neither set nor renewed for another site', async () => {
    const sessions = operations().filter(({ path }) => path.startsWith('/v1/session/'));
    expect(sessions).toHaveLength(4);
    const credentials = { email: shopper.email, password: 'correct horse battery' };
    const bodies: Readonly<Record<string, object>> = {
      beginSession: credentials,
      registerInSession: { ...credentials, email: 'eve@example.com', name: 'Eve' },
    };
    for (const headers of [{}, { origin: 'https://evil.example' }, { origin: 'null' }, { 'sec-fetch-site': 'none' }]) {
      const ask = (operation: Operation) =>
        knock(operation, { headers: { ...headers, ...asJson }, body: JSON.stringify(bodies[operation.name] ?? {}) });
      const isRefused = ({ code, headers: given }: Answered) =>
        code === 'cross_site_request' && !given.has('set-cookie');
      expect(await others(sessions, ask, isRefused)).toEqual([]);
    }
  });
});

describe('every operation', () => {
  test('refuses a parameter that it does not have, and says which', async () => {
    const ask = (operation: Operation) => {
      const body = operation.method === 'GET' ? {} : { body: '{}' };
      return knock(operation, { headers: { ...bearer(administrator), ...asJson }, query: '?unheardof=1', ...body });
    };
    const isTold = ({ status, pointers }: Answered) => status === 400 && pointers.includes('/query/unheardof');
    expect(await others(operations(), ask, isTold)).toEqual([]);
  });

  test('refuses a field that it does not have, and says which', async () => {
    const headers = { ...bearer(administrator), ...asJson };
    const ask = (operation: Operation) => knock(operation, { headers, body: '{"unheardof":1}' });
    const isTold = ({ status, pointers }: Answered) => status === 400 && pointers.includes('/unheardof');
    expect(await others(withJson(), ask, isTold)).toEqual([]);
  });

  test.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/xml'])(
    'takes no body of %s, which other sites can send',
    async (type) => {
      const headers = { ...bearer(administrator), 'content-type': type };
      const ask = (operation: Operation) => knock(operation, { headers, body: '{}' });
      expect(await others(withJson(), ask, ({ code }) => code === 'unsupported_media_type')).toEqual([]);
    },
  );

  test('takes no body that is packed, or no JSON', async () => {
    const headers = { ...bearer(administrator), ...asJson };
    const packed = (operation: Operation) =>
      knock(operation, { headers: { ...headers, 'content-encoding': 'gzip' }, body: '{}' });
    expect(await others(changing(), packed, ({ code }) => code === 'unsupported_media_type')).toEqual([]);
    const broken = (operation: Operation) => knock(operation, { headers, body: '{"a":' });
    expect(await others(withJson(), broken, ({ code }) => code === 'malformed_json')).toEqual([]);
  });

  test('has a HEAD that tells what its GET does, and no more', async () => {
    const headers = bearer(administrator);
    const reads = operations().filter(({ method, produces }) => method === 'GET' && produces !== 'text/event-stream');
    const statuses = new Map<string, number>();
    const whole = (operation: Operation) => knock(operation, { headers });
    await others(reads, whole, ({ status }, { name }) => statuses.set(name, status).size > 0);
    const head = (operation: Operation) => knock(operation, { headers, as: 'HEAD' });
    const isSame = ({ status, text }: Answered, { name }: Operation) => status === statuses.get(name) && text === '';
    expect(await others(reads, head, isSame)).toEqual([]);
    expect(new Set(statuses.values())).toEqual(new Set([200, 404, 400]));
  });

  test('tells its methods to whoever asks, and lets no other site in', async () => {
    const headers = { origin: 'https://evil.example', 'access-control-request-method': 'POST' };
    const ask = (operation: Operation) => knock(operation, { headers, as: 'OPTIONS' });
    const isTold = (answer: Answered, { method }: Operation) =>
      answer.status === 204 && answer.headers.get('allow')?.split(', ').includes(method) === true;
    expect(await others(operations(), ask, isTold)).toEqual([]);
  });

  test('minds no header that it does not know, however odd', async () => {
    const odd: readonly Sent[] = [
      { 'x-http-method-override': 'DELETE', 'x-method-override': 'PUT' },
      { range: 'bytes=0-0,1-1', 'if-match': '*', 'if-modified-since': 'x' },
      { 'accept-language': `${'q;q=2,'.repeat(500)}*`, accept: 'x/y;q=0' },
      { traceparent: `00-${'0'.repeat(32)}-${'0'.repeat(16)}-ff`, tracestate: 'x'.repeat(5_000) },
      { forwarded: 'for="[::1]"', 'x-forwarded-for': '\u00ff, 127.0.0.1', 'x-forwarded-host': 'evil.example' },
      { 'last-event-id': '99999999-99999999999999999999-x', 'user-agent': 'x'.repeat(10_000) },
      { 'suanpan-caller': 'usr_x', 'suanpan-timeout-ms': '1', 'suanpan-language': 'tlh', 'suanpan-parent': 'x' },
    ];
    const reads = operations().filter(({ method }) => method === 'GET');
    for (const headers of odd) {
      const ask = (operation: Operation) => knock(operation, { headers: { ...headers, ...bearer(shopper) } });
      const isUsual = ({ status }: Answered, { access }: Operation) =>
        access === 'user' || access === 'public' ? [200, 204, 400, 404].includes(status) : status === 403;
      expect(await others(reads, ask, isUsual)).toEqual([]);
    }
  });
});

test('what administrators alone may is refused to operators', async () => {
  const clerk = await shop.shopper();
  const body = { roles: ['operator' as const], reason: 'works here' };
  await demand(administrator, setUserRoles, { params: { id: clerk.id }, body }, 200);
  const credentials = { email: clerk.email, password: 'correct horse battery' };
  const { accessToken } = expectStatus(await shop.client.request(logIn, { body: credentials }), 200);
  const headers = { authorization: `Bearer ${accessToken}`, ...asJson };
  const theirs = operations().filter(({ access }) => access === 'admin');
  expect(theirs.length).toBeGreaterThan(0);
  const ask = (operation: Operation) => knock(operation, { headers, body: '{}' });
  expect(await others(theirs, ask, ({ code }) => code === 'forbidden')).toEqual([]);
});
