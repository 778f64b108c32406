import type { runtimeOperations } from '#contracts/http/runtime.ts';
import { fromTimestamp, type Instant } from '#kernel/clock.ts';
import { refuse } from '#kernel/problem.ts';
import { decodeCursor, encodeCursor, refuseCursor } from '../http/paging.ts';
import type { Act, DeadLetterDesk } from '../inbox/dead-letter-desk.ts';
import type { LetterFilter } from '../inbox/dead-letters-by-filter.ts';
import { type Answering, answer, type Context, type Origin } from '../service.ts';

type Operations = ReturnType<typeof runtimeOperations>;

interface AskedFilter {
  readonly type?: string;
  readonly key?: string;
  readonly olderThanSeconds?: number;
}

/** What each service answers about its own dead letters; the gateway has one desk for all of them. */
export function deadLetterAnswers(context: Context, operations: Operations, desk: DeadLetterDesk): Answering[] {
  const { clock, metrics, service } = context;
  const actOf = ({ actor, reason }: { actor: string; reason?: string }, { cause }: Origin): Act => ({
    actor,
    reason,
    cause,
    at: clock.now(),
  });
  const measure = (setAsideAt: readonly Instant[]): void => {
    const now = clock.now();
    for (const since of setAsideAt)
      metrics.deadLetterSettled.observe({ service, outcome: 'discarded' }, (now - since) / 1000);
  };
  return [
    answer(operations.listDeadLetters, async ({ query: { status, settled, limit = 50, cursor, ...asked } }) => {
      const [before] = decodeCursor(cursor, 1) ?? [];
      if (before !== undefined && !before.startsWith('dlt_')) refuseCursor();
      const list = {
        ...filterOf(asked, clock.now()),
        ...(status && { status }),
        ...(settled !== undefined && { settled }),
        ...(before && { before }),
      };
      const letters = await desk.list(list, limit + 1);
      const data = letters.slice(0, limit);
      const last = letters.length > limit ? data.at(-1) : undefined;
      return { status: 200, body: { data, nextCursor: last ? encodeCursor([last.id]) : null } };
    }),
    answer(operations.showDeadLetter, async ({ params: { id } }) => {
      const letter = await desk.show(id);
      return letter ? { status: 200, body: letter } : refuse('not_found', 'There is no such dead letter.');
    }),
    answer(operations.retryDeadLetter, async (request) => {
      const { params, body } = request;
      return { status: 200, body: (await desk.retry(params.id, body.seen, actOf(body, request))).letter };
    }),
    answer(operations.retryDeadLetters, async (request) => {
      const { filter: asked, dryRun, from, spacingMs } = request.body;
      const filter = { ...filterOf(asked, clock.now()), status: asked.status ?? 'PARKED' };
      const pace = { from: fromTimestamp(from), spacingMs };
      const act = actOf(request.body, request);
      return { status: 200, body: await (dryRun ? desk.chosen(filter) : desk.retryMany(filter, pace, act)) };
    }),
    answer(operations.discardDeadLetter, async (request) => {
      const { params, body } = request;
      const { letter, repeated } = await desk.discard(params.id, body.seen, actOf(body, request));
      if (!repeated) measure([fromTimestamp(letter.setAsideAt)]);
      return { status: 200, body: letter };
    }),
    answer(operations.discardDeadLetters, async (request) => {
      const { filter: asked, dryRun } = request.body;
      const filter = { ...filterOf(asked, clock.now()), status: asked.status ?? 'PARKED' };
      const act = actOf(request.body, request);
      if (dryRun) return { status: 200, body: await desk.chosen(filter) };
      const { letters, setAsideAt } = await desk.discardMany(filter, act);
      measure(setAsideAt);
      return { status: 200, body: letters };
    }),
  ];
}

function filterOf({ type, key, olderThanSeconds }: AskedFilter, now: Instant): LetterFilter {
  return {
    ...(type && { type }),
    ...(key && { key }),
    ...(olderThanSeconds !== undefined && { setAsideBy: now - olderThanSeconds * 1000 }),
  };
}
