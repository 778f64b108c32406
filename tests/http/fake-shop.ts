import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { getJwks } from '#contracts/http/identity.ts';
import { uuidv7Ids } from '#kernel/ids.ts';
import { refuse } from '#kernel/problem.ts';
import type { Call, Dispatcher } from '#runtime/http/dispatch.ts';
import { decodeCursor, encodeCursor } from '#runtime/http/paging.ts';
import type { PublicServer } from '#runtime/http/server.ts';
import { httpSettings } from '#runtime/http/settings.ts';
import { type MovableTime, movableTime } from '#runtime/seams/scheduler.ts';
import { systemClock } from '#runtime/seams/system-time.ts';
import { answer, type Request, type Service } from '#runtime/service.ts';
import { readSettings } from '#runtime/settings/settings.ts';
import type { Metrics } from '#runtime/telemetry/metrics.ts';
import { startEdge } from '#services/gateway/service.ts';
import {
  adjustStock,
  cancelOrder,
  changeRoles,
  fail,
  getDiagram,
  getOrder,
  listOrders,
  logIn,
  placeOrder,
  quote,
  removeItem,
  streamOrder,
} from './fake-contracts.ts';
import {
  type FakeMeans,
  type FakeProcess,
  type FakeService,
  makeFakeMeans,
  openFakeCaller,
  openFakeProcess,
} from './fake-processes.ts';
import { signToken } from './fake-tokens.ts';

export const orderId = 'ord_01976f00-0000-7000-8000-000000000001';

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

export interface FakeShopOptions {
  readonly settings?: Readonly<Record<string, string>>;
  readonly failures?: Failures;
  readonly checkAnswers?: boolean;
  /** Each service in a process of its own, the gateway's edge in another, and HTTP between them. */
  readonly split?: boolean;
}

/** So long a server that ends waits for what is on its way to it; the shop's time stands still until it is moved. */
export const arrivalMs = 100;

/** The two arrangements in which a client must not find any difference. */
export const arrangements = [
  ['in one process', { split: false }],
  ['in several', { split: true }],
] as const;

/** A shop with nothing behind it, served by the gateway's edge as the platform is. */
export async function openFakeShop(options: FakeShopOptions = {}): Promise<FakeShop> {
  const means = makeMeans(options.settings);
  const { time, logged, metrics, calls } = means;
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const jwks = [{ kid: 'k1', x: String(publicKey.export({ format: 'jwk' }).x) }];
  const handled: Request[] = [];
  const shop = { hold: Promise.resolve() as Promise<unknown>, ready: true, jwks };
  const services = servicesOf(shop, handled, options.failures ?? {});
  const processes = options.split ? await openProcesses(means, services, options.checkAnswers) : [];
  const elsewhere = processes.map(({ service, url }) => ({ service, urls: [url] }));
  const here = options.split ? [] : services;
  const { dispatcher, remote } = openFakeCaller(means, elsewhere, here, options.checkAnswers);
  const server = await openEdge(means, dispatcher, () => shop.ready);
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
    async close() {
      const drained = server.close();
      time.move(arrivalMs);
      await drained;
      await remote.close();
      for (const process of processes.reverse()) await process.close();
    },
  });
}

/** One after another: each knows where those before it are. */
async function openProcesses(means: FakeMeans, services: readonly FakeService[], checkAnswers = true) {
  const processes: (FakeProcess & { service: FakeService })[] = [];
  for (const service of services) {
    const elsewhere = processes.map((process) => ({ service: process.service, urls: [process.url] }));
    const process = await openFakeProcess(means, [service], { elsewhere, checkAnswers });
    processes.push(Object.assign(process, { service }));
  }
  return processes;
}

/** What the edge stands on, by the run of one seed. */
function makeMeans(changed: FakeShopOptions['settings'] = {}) {
  // Stands still but for what a test moves it, so that limits do not refill on a slow machine.
  const openedAt = systemClock.now();
  const time = movableTime(() => openedAt);
  const means = makeFakeMeans(time);
  return {
    ...means,
    ids: uuidv7Ids(time.now, means.random.bytes),
    settings: readSettings(httpSettings, { PORT: '0', INTERNAL_PORT: '0', RATE_LIMIT: 'off', ...changed }),
  };
}

function openEdge(
  { time, ids, log, metrics, settings, traces }: ReturnType<typeof makeMeans>,
  dispatcher: Dispatcher,
  ready: () => boolean,
): Promise<PublicServer> {
  return startEdge({
    dispatcher,
    traces,
    clock: time,
    scheduler: time,
    ids,
    log,
    metrics,
    settings,
    ready,
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
}

/** Identity, which publishes the shop's keys, the prices, and the shop itself. */
function servicesOf(
  shop: Pick<FakeShop, 'hold' | 'jwks'>,
  handled: Request[],
  failures: Failures,
): readonly FakeService[] {
  const publishKeys = answer(getJwks, async () => ({ status: 200, body: { keys: shop.jwks.map(jwkOf) } }));
  return [
    { name: 'identity', answers: [publishKeys] },
    { name: 'prices', answers: [answerQuote()] },
    { name: 'shop', answers: answersOf(shop, handled, failures) },
  ];
}

function jwkOf({ kid, x }: { kid: string; x: string }) {
  return { kty: 'OKP', crv: 'Ed25519', x, kid, alg: 'EdDSA', use: 'sig' } as const;
}

function answerQuote() {
  return answer(quote, async ({ body }) => {
    if (body.skus.includes('gone')) refuse('item_not_for_sale', 'gone is not for sale', [{ sku: 'gone' }]);
    return { status: 200, body: { total: body.skus.length * 100 } };
  });
}

function answersOf(shop: Pick<FakeShop, 'hold'>, handled: Request[], failures: Failures): Service['answers'] {
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
async function* ticks(shop: Pick<FakeShop, 'hold'>): AsyncGenerator<string> {
  yield 'id: 1\ndata: one\n\n';
  yield 'id: 2\ndata: two\n\n';
  await shop.hold;
  yield 'id: 3\ndata: three\n\n';
}
