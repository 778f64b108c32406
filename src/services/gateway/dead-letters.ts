import * as operations from '#contracts/http/gateway.ts';
import { type DeadLetter, runtimeOperations } from '#contracts/http/runtime.ts';
import { refuse } from '#kernel/problem.ts';
import { decodeCursor, encodeCursor } from '#runtime/http/paging.ts';
import { type Answering, answer, type Context, type Origin } from '#runtime/service.ts';

const retriedAtOnceMost = 1000;

/** The dead letters of all services on one desk: each is asked for its own. */
export function deadLetterAnswers(services: readonly string[]): readonly Answering[] {
  return [
    answer(operations.listDeadLetters, async (request, context) => {
      const { service, type, status, limit = 50, cursor } = request.query;
      const [before] = decodeCursor(cursor, 1) ?? [];
      const query = {
        ...(type && { type }),
        ...(status && { status }),
        ...(before && { cursor: encodeCursor([before]) }),
        limit,
      };
      const pages = await Promise.all(
        chosen(services, service).map((name) =>
          context.call(runtimeOperations(name).listDeadLetters, { query }, request),
        ),
      );
      const letters = pages.flatMap(({ body }) => body.data).sort((left, right) => (left.id < right.id ? 1 : -1));
      const data = letters.slice(0, limit);
      const last = data.at(-1);
      const isMore = letters.length > limit || pages.some(({ body }) => body.nextCursor !== null);
      return { status: 200, body: { data, nextCursor: isMore && last ? encodeCursor([last.id]) : null } };
    }),
    answer(operations.showDeadLetter, async (request, context) => {
      return { status: 200, body: await find(services, request.params.id, context, request) };
    }),
    answer(operations.retryDeadLetter, async (request, context) => {
      const letter = await find(services, request.params.id, context, request);
      const { retryDeadLetters, showDeadLetter } = runtimeOperations(letter.service);
      const body = {
        ids: [letter.id],
        actor: request.caller.id,
        ...(request.body?.reason && { reason: request.body.reason }),
      };
      const { body: done } = await context.call(retryDeadLetters, { body }, request);
      if (done.retried.length === 0) refuse('dead_letter_closed', `It is ${letter.status}.`);
      const { body: after } = await context.call(showDeadLetter, { params: { id: letter.id } }, request);
      return { status: 202, body: after };
    }),
    answer(operations.discardDeadLetter, async (request, context) => {
      const { id } = request.params;
      const letter = await find(services, id, context, request);
      const body = { actor: request.caller.id, reason: request.body.reason };
      return context.call(runtimeOperations(letter.service).discardDeadLetter, { params: { id }, body }, request);
    }),
    answer(operations.retryDeadLetters, async (request, context) => {
      const { service, type, dryRun = false, reason } = request.body;
      const ids: string[] = [];
      for (const name of chosen(services, service)) {
        const parked = await parkedIn(name, type, context, request);
        ids.push(...parked);
        if (dryRun || parked.length === 0) continue;
        const body = { ids: parked, actor: request.caller.id, ...(reason && { reason }) };
        await context.call(runtimeOperations(name).retryDeadLetters, { body }, request);
      }
      return { status: 200, body: { dryRun, ids } };
    }),
  ];
}

function chosen(services: readonly string[], service: string | undefined): readonly string[] {
  if (service === undefined) return services;
  if (services.includes(service)) return [service];
  return refuse('validation_failed', 'There is no such service.', [
    { pointer: '/query/service', detail: `is one of ${services.join(', ')}` },
  ]);
}

/** Ids do not say whose letter it is: the services are asked one by one. */
async function find(services: readonly string[], id: string, context: Context, origin: Origin): Promise<DeadLetter> {
  for (const name of services) {
    const { listDeadLetters } = runtimeOperations(name);
    const { body } = await context.call(listDeadLetters, { query: { id, limit: 1 } }, origin);
    const [letter] = body.data;
    if (letter) return letter;
  }
  return refuse('not_found', 'There is no such dead letter.');
}

async function parkedIn(
  service: string,
  type: string | undefined,
  context: Context,
  origin: Origin,
): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | null = null;
  do {
    const page: { data: readonly DeadLetter[]; nextCursor: string | null } = (
      await context.call(
        runtimeOperations(service).listDeadLetters,
        { query: { status: 'PARKED', limit: 100, ...(type && { type }), ...(cursor && { cursor }) } },
        origin,
      )
    ).body;
    ids.push(...page.data.map(({ id }) => id));
    cursor = page.nextCursor;
  } while (cursor !== null && ids.length < retriedAtOnceMost);
  return ids.slice(0, retriedAtOnceMost);
}
