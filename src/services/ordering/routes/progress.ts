import { followOrder, getOrderTimeline } from '#contracts/http/order-progress.ts';
import { refuse } from '#kernel/problem.ts';
import { decodeCursor, encodeCursor, refuseCursor } from '#runtime/http/paging.ts';
import { answer, type Context as ContextOf } from '#runtime/service.ts';
import { isTransition, progressOf, timelineOf } from '../domain/progress.ts';
import { findOrder, findRefunds, findSaid } from '../queries.ts';
import type { orderingSettings } from '../settings.ts';

type Context = ContextOf<typeof orderingSettings>;

const pageLimit = 100;

export const timeline = answer(getOrderTimeline, async ({ caller, params, query }, context: Context) => {
  const { database } = context;
  const whole = await findOrder(database, params.id);
  if (whole?.order.userId !== caller.id) refuse('not_found');
  const ofOrder = { userId: undefined, orderId: params.id, status: undefined, before: undefined, limit: pageLimit };
  const entries = timelineOf(await findSaid(database, params.id), await findRefunds(database, ofOrder));
  const { limit = pageLimit } = query;
  const [after] = decodeCursor(query.cursor, 1) ?? [];
  const start = after === undefined ? 0 : entries.findIndex(({ id }) => id === after) + 1;
  if (after !== undefined && start === 0) refuseCursor();
  const data = entries.slice(start, start + limit);
  const last = entries.length > start + limit ? data.at(-1) : undefined;
  return { status: 200 as const, body: { data, nextCursor: last ? encodeCursor([last.id]) : null } };
});

/** Waits on the service's own log, as placing an order does: what other instances say of it is heard too. */
export const follow = answer(followOrder, async ({ params: { id }, query, deadline }, context: Context) => {
  const { after, waitMs } = query;
  const look = async () => progressOf(await findSaid(context.database, id), after);
  const before = await look();
  const isSettled = before.events.length > 0 || before.ended;
  if (isSettled || waitMs === 0) return { status: 200 as const, body: before };
  // Listening begins before the second look: what is said after that is heard.
  const until = Math.min(context.clock.now() + waitMs, deadline - marginMs);
  const said = context.said(id, (message) => (isTransition(message) ? true : undefined), until);
  const meanwhile = await look();
  if (meanwhile.events.length > 0) return { status: 200 as const, body: meanwhile };
  return { status: 200 as const, body: (await said) ? await look() : meanwhile };
});

/** Left of the request's deadline to look and answer. */
const marginMs = 250;
