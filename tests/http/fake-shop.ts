import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import Type from 'typebox';
import { getJwks } from '#contracts/http/identity.ts';
import { operation } from '#contracts/operation.ts';
import { closed, list, Money, OrderId, OrderLine, Page, Sku, Timestamp, text } from '#contracts/schema.ts';
import { uuidv7Ids } from '#kernel/ids.ts';
import { refuse } from '#kernel/problem.ts';
import { type Call, type Dispatcher, makeDispatcher } from '#runtime/http/dispatch.ts';
import { decodeCursor, encodeCursor } from '#runtime/http/paging.ts';
import type { PublicServer } from '#runtime/http/server.ts';
import { httpSettings } from '#runtime/http/settings.ts';
import { makeTraces } from '#runtime/http/trace.ts';
import { seededRandom } from '#runtime/seams/random.ts';
import { type MovableTime, movableTime } from '#runtime/seams/scheduler.ts';
import { systemClock } from '#runtime/seams/system-time.ts';
import { answer, type Context, type Request, type Service } from '#runtime/service.ts';
import { readSettings } from '#runtime/settings/settings.ts';
import { makeLog } from '#runtime/telemetry/log.ts';
import { type Metrics, makeMetrics } from '#runtime/telemetry/metrics.ts';
import { startEdge } from '#services/gateway/service.ts';

/** A shop with nothing behind it: one operation for every kind of contract that the HTTP layer has to carry. */
export const placeOrder = operation({
  service: 'shop',
  name: 'placeOrder',
  summary: 'Place an order',
  method: 'POST',
  path: '/v1/orders',
  access: 'user',
  body: closed({
    items: Type.Array(OrderLine, { minItems: 1, maxItems: 100 }),
    note: Type.Optional(text(0, 200)),
    expectedTotal: Type.Optional(Money),
    payment: Type.Optional(
      Type.Union([
        closed({ method: Type.Literal('balance') }),
        closed({ method: Type.Literal('card'), returnUrl: Type.String({ maxLength: 200 }) }),
      ]),
    ),
    email: Type.Optional(Type.String({ format: 'email' })),
    notBefore: Type.Optional(Timestamp),
    gift: Type.Optional(Type.Union([Type.String({ minLength: 1 }), Type.Null()])),
  }),
  answers: { 201: closed({ id: OrderId, lines: Type.Integer(), key: Type.String() }) },
  problems: ['insufficient_stock'],
  idempotencyKey: 'required',
});

export const listOrders = operation({
  service: 'shop',
  name: 'listOrders',
  summary: 'Orders, newest first',
  method: 'GET',
  path: '/v1/orders',
  access: 'user',
  query: closed({
    ...Page,
    status: Type.Optional(Type.String({ maxLength: 20 })),
    paid: Type.Optional(Type.Boolean()),
  }),
  answers: { 200: list(closed({ id: Type.String(), paid: Type.Boolean() })) },
});

export const getOrder = operation({
  service: 'shop',
  name: 'getOrder',
  summary: 'An order',
  method: 'GET',
  path: '/v1/orders/{id}',
  access: 'user',
  params: closed({ id: OrderId }),
  answers: { 200: closed({ id: OrderId, language: Type.String(), deadline: Type.Number() }) },
  problems: ['not_found'],
});

export const removeItem = operation({
  service: 'shop',
  name: 'removeItem',
  summary: 'Take an item out of the cart',
  method: 'DELETE',
  path: '/v1/cart/items/{sku}',
  access: 'public',
  params: closed({ sku: Sku }),
  answers: { 204: Type.Null() },
});

export const cancelOrder = operation({
  service: 'shop',
  name: 'cancelOrder',
  summary: 'Cancel an order',
  method: 'POST',
  path: '/v1/orders/{id}/cancel',
  access: 'user',
  params: closed({ id: OrderId }),
  body: closed({ reason: Type.Optional(text(1, 200)) }),
  answers: { 200: closed({ reason: Type.Union([Type.String(), Type.Null()]) }) },
});

export const adjustStock = operation({
  service: 'shop',
  name: 'adjustStock',
  summary: 'Adjust the stock',
  method: 'POST',
  path: '/v1/admin/stock/{sku}/adjustments',
  access: 'operator',
  params: closed({ sku: Sku }),
  answers: { 200: closed({ sku: Sku }) },
});

export const changeRoles = operation({
  service: 'shop',
  name: 'changeRoles',
  summary: 'Change roles',
  method: 'POST',
  path: '/v1/admin/roles',
  access: 'admin',
  answers: { 204: Type.Null() },
});

export const fail = operation({
  service: 'shop',
  name: 'fail',
  summary: 'Fail in the way that is asked for',
  method: 'POST',
  path: '/v1/failures',
  access: 'public',
  body: closed({ how: Type.String() }),
  answers: { 200: closed({ how: Type.Literal('not at all') }) },
});

export const logIn = operation({
  service: 'shop',
  name: 'logInLimited',
  summary: 'Log in',
  method: 'POST',
  path: '/v1/limited',
  access: 'public',
  answers: { 204: Type.Null() },
  ratePerMinute: 3,
  rateBy: 'address',
});

export const getDiagram = operation({
  service: 'shop',
  name: 'getDiagram',
  summary: 'A diagram',
  method: 'GET',
  path: '/v1/diagram',
  access: 'public',
  answers: { 200: Type.String() },
  produces: 'text/plain',
});

export const streamOrder = operation({
  service: 'shop',
  name: 'streamOrder',
  summary: 'Follow an order',
  method: 'GET',
  path: '/v1/stream',
  access: 'public',
  answers: { 200: Type.String() },
  produces: 'text/event-stream',
});

export const quote = operation({
  service: 'prices',
  name: 'quote',
  summary: 'Prices, for services alone',
  method: 'POST',
  path: '/internal/prices/quotes',
  access: 'service',
  body: closed({ skus: Type.Array(Sku, { minItems: 1 }) }),
  answers: { 200: closed({ total: Type.Integer() }) },
  problems: ['item_not_for_sale'],
});

export const orderId = 'ord_01976f00-0000-7000-8000-000000000001';
export const userId = 'usr_01976f00-0000-7000-8000-000000000001';

/** Thrown by `fail`, by the name that is asked for. */
type Failures = Readonly<Record<string, () => never>>;

export interface FakeShop {
  readonly baseUrl: string;
  readonly port: number;
  readonly dispatcher: Dispatcher;
  readonly time: MovableTime;
  readonly metrics: Metrics;
  readonly calls: readonly Call[];
  /** Requests that reached a handler. */
  readonly handled: readonly Request[];
  readonly logged: readonly Readonly<Record<string, unknown>>[];
  /** Handlers of `placeOrder` wait for this. */
  hold: Promise<unknown>;
  ready: boolean;
  token(claims?: Readonly<Record<string, unknown>>): string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  /** Identity's keys as it publishes them. */
  jwks: { kid: string; x: string }[];
  close(): Promise<void>;
  readonly server: PublicServer;
}

export async function openFakeShop(
  options: {
    readonly settings?: Readonly<Record<string, string>>;
    readonly failures?: Failures;
    readonly checkAnswers?: boolean;
  } = {},
): Promise<FakeShop> {
  // Stands still but for what a test moves it, so that limits do not refill on a slow machine.
  const openedAt = systemClock.now();
  const time = movableTime(() => openedAt);
  const random = seededRandom(7);
  const ids = uuidv7Ids(time.now, random.bytes);
  const logged: Record<string, unknown>[] = [];
  const log = makeLog({ level: 'info', to: { write: (line) => void logged.push(JSON.parse(line)) } });
  const metrics = makeMetrics();
  const settings = readSettings(httpSettings, {
    PORT: '0',
    INTERNAL_PORT: '0',
    RATE_LIMIT: 'off',
    ...options.settings,
  });
  const traces = makeTraces({ randomBytes: random.bytes, clock: time, ratePerSecond: Number.POSITIVE_INFINITY });
  const calls: Call[] = [];
  const dispatcher = makeDispatcher({
    clock: time,
    scheduler: time,
    log,
    traces,
    calls: { record: (call) => void calls.push(call) },
    checkAnswers: options.checkAnswers ?? true,
  });
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const jwks = [{ kid: 'k1', x: String(publicKey.export({ format: 'jwk' }).x) }];
  const handled: Request[] = [];
  const shop = { hold: Promise.resolve() as Promise<unknown>, ready: true, jwks };

  const hosted = (service: Pick<Service, 'name' | 'answers'>): void => {
    const context = { service: service.name, log, metrics, clock: time, call: dispatcher.callsOf(service.name) };
    dispatcher.host(service as Service, context as unknown as Context);
  };
  hosted({
    name: 'identity',
    answers: [answer(getJwks, async () => ({ status: 200, body: { keys: shop.jwks.map(jwkOf) } }))],
  });
  hosted({ name: 'prices', answers: [answerQuote()] });
  hosted({ name: 'shop', answers: answersOf(shop, handled, options.failures ?? {}) });

  const server = await startEdge({
    dispatcher,
    traces,
    clock: time,
    scheduler: time,
    ids,
    log,
    metrics,
    settings,
    ready: () => shop.ready,
    messages: [],
    version: '0.0.0-test',
    timer: (name) => ({
      traceparent: traces.begin(undefined),
      cause: `timer/${name}`,
      caller: { kind: 'timer', id: name, roles: [] },
      deadline: time.now() + 5_000,
      language: 'en',
    }),
  });
  return Object.assign(shop, {
    baseUrl: `http://127.0.0.1:${server.port}`,
    port: server.port,
    server,
    dispatcher,
    time,
    metrics,
    calls,
    handled,
    logged,
    privateKey,
    publicKey,
    token: (claims = {}) => signToken(privateKey, time.now(), claims),
    close: () => server.close(),
  });
}

function jwkOf({ kid, x }: { kid: string; x: string }) {
  return { kty: 'OKP', crv: 'Ed25519', x, kid, alg: 'EdDSA', use: 'sig' } as const;
}

/** An access token as identity makes them; claims may be changed or taken out (undefined), `kid` and `header` too. */
export function signToken(key: KeyObject, nowMs: number, claims: Readonly<Record<string, unknown>>): string {
  const { kid = 'k1', header = {}, ...rest } = claims as { kid?: string; header?: Record<string, unknown> };
  const iat = Math.floor(nowMs / 1000);
  const payload = {
    iss: 'suanpan',
    aud: 'suanpan',
    sub: userId,
    sid: 'ses_1',
    roles: [],
    iat,
    exp: iat + 900,
    ...rest,
  };
  const head = { alg: 'EdDSA', typ: 'JWT', ...(kid === '' ? {} : { kid }), ...header };
  const signed = `${base64url(head)}.${base64url(payload)}`;
  return `${signed}.${sign(null, Buffer.from(signed), key).toString('base64url')}`;
}

function base64url(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function answerQuote() {
  return answer(quote, async ({ body }) => {
    if (body.skus.includes('gone')) refuse('item_not_for_sale', 'gone is not for sale', [{ sku: 'gone' }]);
    return { status: 200, body: { total: body.skus.length * 100 } };
  });
}

function answersOf(shop: { hold: Promise<unknown> }, handled: Request[], failures: Failures): Service['answers'] {
  return [
    answer(placeOrder, async (request, context) => {
      handled.push(request);
      const skus = request.body.items.map(({ sku }) => sku);
      await shop.hold;
      await context.call(quote, { body: { skus } }, request);
      const lines = request.body.items.length;
      return { status: 201, body: { id: orderId, lines, key: request.idempotencyKey?.fingerprint ?? '' } };
    }),
    answer(listOrders, async ({ query }) => {
      const [after = '0'] = decodeCursor(query.cursor, 1) ?? [];
      const data = [{ id: after, paid: query.paid ?? false }];
      return { status: 200, body: { data, nextCursor: encodeCursor([Number(after) + (query.limit ?? 20)]) } };
    }),
    answer(getOrder, async ({ params, language, deadline }) => {
      if (params.id !== orderId) refuse('not_found');
      return { status: 200, body: { id: params.id, language, deadline } };
    }),
    answer(removeItem, async (request) => {
      handled.push(request);
      return { status: 204, body: null };
    }),
    answer(cancelOrder, async ({ body }) => ({ status: 200, body: { reason: body.reason ?? null } })),
    answer(adjustStock, async ({ params }) => ({ status: 200, body: { sku: params.sku } })),
    answer(changeRoles, async () => ({ status: 204, body: null })),
    answer(fail, async ({ body }) => {
      failures[body.how]?.();
      return { status: 200, body: { how: body.how as 'not at all' } };
    }),
    answer(logIn, async () => ({ status: 204, body: null })),
    answer(getDiagram, async () => ({ status: 200, body: 'sequenceDiagram' })),
    answer(streamOrder, async () => ({ status: 200, body: ticks(shop) as unknown as string })),
  ];
}

/** Two events at once, and a third when `hold` is let go. */
async function* ticks(shop: { readonly hold: Promise<unknown> }): AsyncGenerator<string> {
  yield 'id: 1\ndata: one\n\n';
  yield 'id: 2\ndata: two\n\n';
  await shop.hold;
  yield 'id: 3\ndata: three\n\n';
}
