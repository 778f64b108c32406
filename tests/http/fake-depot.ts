import Type from 'typebox';
import { operation } from '#contracts/operation.ts';
import { closed, OrderId, Sku } from '#contracts/schema.ts';
import { ProblemError, problem, refuse } from '#kernel/problem.ts';
import { ConnectionError } from '#runtime/database/failure.ts';
import { Unreachable } from '#runtime/http/remote/unreachable.ts';
import { answer, type Request } from '#runtime/service.ts';
import type { FakeService } from './fake-processes.ts';

/** A service with an operation for everything that a call between processes has to carry. */

const own = { service: 'depot', summary: 'For tests' } as const;

export const store = operation({
  ...own,
  name: 'store',
  method: 'POST',
  path: '/v1/shelves/{shelf}/items/{sku}',
  access: 'user',
  params: closed({ shelf: Type.Integer(), sku: Sku }),
  query: closed({ fragile: Type.Optional(Type.Boolean()), tag: Type.Optional(Type.Array(Type.String())) }),
  body: closed({ quantity: Type.Integer(), note: Type.Optional(Type.String()) }),
  answers: { 201: closed({ orderId: OrderId, sku: Type.String() }), 202: closed({ sku: Type.String() }) },
  idempotencyKey: 'required',
});

export const find = operation({
  ...own,
  name: 'find',
  method: 'GET',
  path: '/v1/items',
  access: 'public',
  query: closed({ text: Type.Optional(Type.String()), limit: Type.Optional(Type.Integer({ minimum: 1 })) }),
  answers: { 200: closed({ found: Type.Array(Type.String()) }) },
});

export const drop = operation({
  ...own,
  name: 'drop',
  method: 'DELETE',
  path: '/internal/depot/items/{sku}',
  access: 'service',
  params: closed({ sku: Sku }),
  answers: { 204: Type.Null() },
});

export const count = operation({
  ...own,
  name: 'count',
  method: 'POST',
  path: '/internal/depot/counts',
  access: 'service',
  body: closed({ how: Type.String() }),
  answers: { 200: closed({ items: Type.Integer() }) },
});

/** Neither for services alone nor with a key: not to be repeated. */
export const move = operation({ ...count, name: 'move', path: '/v1/moves', access: 'public' });

export const inspect = operation({ ...find, name: 'inspect', path: '/v1/admin/items', access: 'operator' });

export const label = operation({
  ...own,
  name: 'label',
  method: 'GET',
  path: '/v1/label',
  access: 'public',
  answers: { 200: Type.String() },
  produces: 'text/plain',
});

export const picture = operation({ ...label, name: 'picture', path: '/v1/picture', produces: 'image/png' });

export const follow = operation({ ...label, name: 'follow', path: '/v1/follow', produces: 'text/event-stream' });

/** Called from outside, with a signature over the bytes of the body. */
export const hearBack = operation({
  ...own,
  name: 'hearBack',
  method: 'POST',
  path: '/v1/callbacks',
  access: 'public',
  body: Type.Object({}, { additionalProperties: true }),
  answers: { 204: Type.Null() },
});

export const orderId = 'ord_01976f00-0000-7000-8000-000000000001';

export interface FakeDepot extends FakeService {
  /** Requests that reached a handler. */
  readonly handled: Request[];
  /** Handlers of `move`, `count` and `follow` wait for this. */
  hold: Promise<unknown>;
}

export const pixels = Uint8Array.from({ length: 300 }, (_, index) => index % 256);

/** What `move` and `count` do, by the name that is asked for. */
const deeds: Readonly<Record<string, () => void>> = {
  well: () => undefined,
  refusal: () => refuse('insufficient_stock', 'Not enough of tea.', [{ sku: 'tea', requested: 2, available: 1 }]),
  replay: () => {
    throw new ProblemError(problem('insufficient_balance'), { replayed: true });
  },
  later: () => {
    throw new ProblemError({ code: 'unavailable', detail: 'Come back.', retryAfterSeconds: 7 });
  },
  limit: () => {
    throw new ProblemError({ code: 'rate_limited', detail: 'Limited.', retryAfterSeconds: 3 });
  },
  unauthenticated: () => refuse('unauthenticated', 'Not you.'),
  missing: () => refuse('not_found'),
  provider: () => refuse('provider_unknown', 'Who knows.'),
  bug: () => {
    throw new TypeError('secret detail of the inside');
  },
  database: () => {
    throw new ConnectionError('no connection to 10.0.0.5');
  },
  elsewhere: () => {
    throw new Unreachable(problem('unavailable', 'Further on.'));
  },
  'against the contract': () => undefined,
};

export function makeFakeDepot(): FakeDepot {
  const handled: Request[] = [];
  const depot = { name: 'depot', handled, hold: Promise.resolve() as Promise<unknown> };
  const note = (request: Request): void => void handled.push(request);
  const act = async (request: Request<typeof count>) => {
    note(request as unknown as Request);
    await depot.hold;
    const { how } = request.body;
    deeds[how]?.();
    return { status: 200 as const, body: { items: how === 'against the contract' ? ('many' as never) : 7 } };
  };
  const answers = [
    answer(store, async (request) => {
      note(request as unknown as Request);
      const { sku } = request.params;
      const headers = { location: `/v1/items/${sku}`, 'idempotency-replayed': 'true' };
      if (request.query.fragile) return { status: 202, body: { sku }, headers: { ...headers, 'retry-after': '1' } };
      return { status: 201, body: { orderId, sku }, headers };
    }),
    answer(find, async (request) => {
      note(request as unknown as Request);
      return { status: 200, body: { found: [request.query.text ?? ''] }, headers: { 'cache-control': 'max-age=60' } };
    }),
    answer(inspect, async () => ({ status: 200, body: { found: [] } })),
    answer(drop, async () => ({ status: 204, body: null })),
    answer(count, act),
    answer(move, act),
    answer(label, async () => ({ status: 200, body: '标签 ✓' })),
    answer(picture, async () => ({ status: 200, body: pixels as never, headers: { 'content-type': 'image/webp' } })),
    answer(follow, async () => ({ status: 200, body: ticks(depot) as never })),
    answer(hearBack, async (request) => {
      note(request as unknown as Request);
      return { status: 204, body: null };
    }),
  ];
  return Object.assign(depot, { answers });
}

/** Two events at once, and a third when `hold` is let go; the last letters take several bytes. */
async function* ticks(depot: { readonly hold: Promise<unknown> }): AsyncGenerator<string> {
  yield 'id: 1\ndata: one\n\n';
  yield 'id: 2\ndata: two\n\n';
  await depot.hold;
  yield 'id: 3\ndata: 三\n\n';
}
