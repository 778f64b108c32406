import * as operations from '#contracts/http/gateway.ts';
import {
  type ChosenLetters,
  type DeadLetter,
  runtimeOperations,
  type ShownDeadLetter,
} from '#contracts/http/runtime.ts';
import { toTimestamp } from '#kernel/clock.ts';
import { ProblemError, refuse } from '#kernel/problem.ts';
import { decodeCursor, encodeCursor } from '#runtime/http/paging.ts';
import { type Answering, answer, type Context, type Origin } from '#runtime/service.ts';

const idsMost = 100;

/** The dead letters of all services on one desk: each is asked for its own. */
export function deadLetterAnswers(services: readonly string[]): readonly Answering[] {
  return [
    answer(operations.listDeadLetters, async (request, context) => {
      const { service, limit = 50, cursor, ...filter } = request.query;
      decodeCursor(cursor, 1);
      const query = { ...filter, ...(cursor && { cursor }), limit };
      const pages = await Promise.all(
        chosen(services, service, '/query/service').map((name) =>
          context.call(runtimeOperations(name).listDeadLetters, { query }, request),
        ),
      );
      const letters = pages
        .flatMap(({ body }) => body.data)
        .sort(byId)
        .reverse();
      const data = letters.slice(0, limit);
      const isMore = letters.length > limit || pages.some(({ body }) => body.nextCursor !== null);
      const last = isMore ? data.at(-1) : undefined;
      return { status: 200, body: { data, nextCursor: last ? encodeCursor([last.id]) : null } };
    }),
    answer(operations.showDeadLetter, async (request, context) => {
      return { status: 200, body: await find(services, request.params.id, context, request) };
    }),
    answer(operations.retryDeadLetter, async (request, context) => {
      const letter = await find(services, request.params.id, context, request);
      const body = { ...actOf(request, request.body?.reason), seen: seenOf(letter) };
      const { retryDeadLetter } = runtimeOperations(letter.service);
      const done = await context.call(retryDeadLetter, { params: { id: letter.id }, body }, request);
      return { status: 202, body: done.body };
    }),
    answer(operations.discardDeadLetter, async (request, context) => {
      const letter = await find(services, request.params.id, context, request);
      const { reason } = request.body;
      const body = { ...actOf(request, reason), reason, seen: seenOf(letter) };
      const { discardDeadLetter } = runtimeOperations(letter.service);
      return context.call(discardDeadLetter, { params: { id: letter.id }, body }, request);
    }),
    answer(operations.retryDeadLetters, async (request, context) => {
      const { service, dryRun = false, ratePerSecond, reason, ...filter } = request.body;
      const spacingMs = ratePerSecond === undefined ? 0 : 1000 / ratePerSecond;
      const startAt = context.clock.now();
      const runs: Run[] = [];
      let count = 0;
      // One after the other, each where the one before it ends: the rate is that of all together.
      for (const name of chosen(services, service, '/service')) {
        const from = toTimestamp(Math.round(startAt + count * spacingMs));
        const body = { ...actOf(request, reason), filter, dryRun, from, spacingMs };
        const run = await context.call(runtimeOperations(name).retryDeadLetters, { body }, request);
        runs.push({ ...run.body, service: name });
        count = countOf(runs);
      }
      const lastAt = count === 0 ? null : toTimestamp(Math.round(startAt + (count - 1) * spacingMs));
      return { status: 200, body: { dryRun, ...together(runs), lastAt } };
    }),
    answer(operations.discardDeadLetters, async (request, context) => {
      const { service, dryRun = false, reason, ...filter } = request.body;
      const runs = await Promise.all(
        chosen(services, service, '/service').map(async (name): Promise<Run> => {
          const body = { ...actOf(request, reason), reason, filter, dryRun };
          const run = await context.call(runtimeOperations(name).discardDeadLetters, { body }, request);
          return { ...run.body, service: name };
        }),
      );
      return { status: 200, body: { dryRun, ...together(runs) } };
    }),
  ];
}

type Run = ChosenLetters & { readonly service: string };

function countOf(runs: readonly Run[]): number {
  return runs.flatMap(({ groups }) => groups).reduce((sum, { count }) => sum + count, 0);
}

function together(runs: readonly Run[]) {
  return {
    count: countOf(runs),
    groups: runs.flatMap(({ service, groups }) => groups.map((group) => ({ service, ...group }))),
    ids: runs.flatMap(({ ids }) => ids).slice(0, idsMost),
  };
}

function actOf({ caller }: Origin, reason: string | undefined) {
  return { actor: caller.id, ...(reason && { reason }) };
}

function seenOf({ retriedAt }: DeadLetter) {
  return { retriedAt };
}

function byId(left: DeadLetter, right: DeadLetter): number {
  return left.id < right.id ? -1 : 1;
}

function chosen(services: readonly string[], service: string | undefined, pointer: string): readonly string[] {
  if (service === undefined) return services;
  if (services.includes(service)) return [service];
  return refuse('validation_failed', 'There is no such service.', [
    { pointer, detail: `is one of ${services.join(', ')}` },
  ]);
}

/** Ids do not say whose letter it is: all services are asked. One that is away matters only where no other has it. */
async function find(
  services: readonly string[],
  id: string,
  context: Context,
  origin: Origin,
): Promise<ShownDeadLetter> {
  const asked = await Promise.allSettled(
    services.map((name) => context.call(runtimeOperations(name).showDeadLetter, { params: { id } }, origin)),
  );
  for (const one of asked) if (one.status === 'fulfilled') return one.value.body;
  for (const one of asked) if (one.status === 'rejected' && !isUnknown(one.reason)) throw one.reason;
  return refuse('not_found', 'There is no such dead letter.');
}

function isUnknown(error: unknown): boolean {
  return error instanceof ProblemError && error.problem.code === 'not_found';
}
