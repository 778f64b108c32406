import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Ask, Rehearsal } from '#runtime/batch/testing/rehearsal.ts';
import { tables } from '../store.ts';
import {
  askedToClose,
  cancelled,
  chargeOpened,
  concluded,
  created,
  due,
  failed,
  gaveWay,
  givenUp,
  opened,
  orderId,
  partConcluded,
  payableUntilMs,
  paymentId,
  pending,
  refundAsked,
  shortName,
} from '../testing/given.ts';
import { type AttemptStatus, openStatuses, type PaymentTables, type RefundStatus } from './model.ts';

type Tables = PaymentTables;
type World = Rehearsal<Tables>;
/** What is asked may depend on what is there: an outcome belongs to an attempt, a part to a refund. */
interface Step {
  ask(world: World): Ask<Tables> | undefined;
  /** For the counterexample. */
  readonly [fc.toStringMethod]: () => string;
}

function named(name: string, ask: Step['ask']): Step {
  return { ask, [fc.toStringMethod]: () => name };
}

const attemptIds = ['att_1', 'att_2', 'att_3'];
const attemptId = fc.constantFrom(...attemptIds);
const order = { orderId, userId: 'ann', total: { amount: due, currency: 'CNY' }, payableUntil: payableUntilMs };

const outcome = fc.constantFrom(
  { kind: 'succeeded' } as const,
  { kind: 'declined', problem: 'insufficient_balance' } as const,
  { kind: 'failed', problem: 'provider_refused' } as const,
  { kind: 'void' } as const,
  { kind: 'unknown' } as const,
  { kind: 'opened', action: { type: 'redirect', url: 'https://provider.example' }, reference: null } as const,
  { kind: 'open' } as const,
  { kind: 'processing' } as const,
  { kind: 'closed', detail: 'CLOSED' } as const,
);
const partOutcome = fc.constantFrom(
  { kind: 'succeeded' } as const,
  { kind: 'unknown' } as const,
  { kind: 'processing', reference: null } as const,
  { kind: 'absent' } as const,
  { kind: 'failed', reason: 'conflict' } as const,
);

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom(created, pending, pending).map((make) => named(make.name, () => make())) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(failed, cancelled, askedToClose, givenUp).map((make) => named(make.name, () => make())),
  },
  {
    weight: 5,
    arbitrary: fc
      .tuple(attemptId, fc.boolean(), fc.option(attemptId, { nil: undefined }))
      .map(([id, asksOrdering, retryOf]) =>
        named(`opened ${id} ${asksOrdering ? 'with facts ' : ''}${retryOf ?? ''}`, (world) => {
          if (world.row('attempts', id)) return undefined;
          const voided = retryOf !== undefined && world.row('attempts', retryOf)?.problem === 'voided';
          return opened(id, { ...(asksOrdering ? { order } : {}), ...(voided ? { retryOf } : {}) });
        }),
      ),
  },
  {
    weight: 5,
    arbitrary: fc.tuple(attemptId, fc.boolean(), fc.boolean()).map(([id, isSplit, isCleared]) =>
      named(`charged ${id} ${isSplit ? 'in parts ' : ''}${isCleared ? 'cleared' : ''}`, (world) => {
        if (world.row('attempts', id)) return undefined;
        const part = isSplit ? { attemptId: `${id}b`, amount: 30n } : undefined;
        return chargeOpened(id, part, isCleared ? { isCleared } : {});
      }),
    ),
  },
  {
    weight: 2,
    arbitrary: attemptId.map((id) =>
      named(`${id} gave way`, (world) => (world.row('attempts', id) ? gaveWay(id) : undefined)),
    ),
  },
  {
    weight: 6,
    arbitrary: fc
      .tuple(fc.constantFrom(...attemptIds, ...attemptIds.map((id) => `${id}b`)), outcome)
      .map(([id, what]) =>
        named(`${id} ${what.kind}`, (world) => (world.row('attempts', id) ? concluded(id, what) : undefined)),
      ),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom('rfd_8', 'rfd_9'), fc.constantFrom(null, 40, 100, 101))
      .map(([id, amount]) => named(`refundAsked ${id} ${amount}`, () => refundAsked(id, amount))),
  },
  {
    weight: 4,
    arbitrary: fc.tuple(fc.nat(9), fc.nat(9), partOutcome).map(([which, part, what]) =>
      named(`part ${which}.${part} ${what.kind}`, (world) => {
        const refunds = world.rows('refunds').filter(({ parts }) => parts.length > 0);
        const refund = refunds[which % Math.max(1, refunds.length)];
        const of = refund?.parts[part % refund.parts.length];
        return refund && of ? partConcluded(refund.id, of.attemptId, what) : undefined;
      }),
    ),
  },
);
/** Half of the runs begin with an order that may be paid: what is interesting is mostly behind that. */
const steps = fc
  .tuple(fc.boolean(), fc.array(step, { minLength: 5, maxLength: 40, size: 'max' }))
  .map(([isPayable, rest]): Step[] => (isPayable ? [named('pending', () => pending()), ...rest] : rest));

const watched = ['REQUIRES_ACTION', 'PROCESSING', 'UNKNOWN'] as const;

/** LIFECYCLE, Payment: a final status changes for money only, and money never goes away again. */
const legal: Readonly<Record<AttemptStatus, readonly AttemptStatus[]>> = {
  STARTED: ['STARTED', ...watched, 'CLOSING', 'SUCCEEDED', 'DECLINED', 'CLOSED'],
  REQUIRES_ACTION: [...watched, 'CLOSING', 'SUCCEEDED', 'DECLINED', 'CLOSED'],
  PROCESSING: [...watched, 'CLOSING', 'SUCCEEDED', 'DECLINED', 'CLOSED'],
  UNKNOWN: [...watched, 'CLOSING', 'SUCCEEDED', 'DECLINED', 'CLOSED'],
  CLOSING: ['CLOSING', 'SUCCEEDED', 'CLOSED'],
  DECLINED: ['DECLINED', 'SUCCEEDED'],
  CLOSED: ['CLOSED', 'SUCCEEDED'],
  SUCCEEDED: ['SUCCEEDED'],
};

function isOpen(status: AttemptStatus): boolean {
  return openStatuses.some((open) => open === status);
}

/** What the tables' own constraints demand, and what the figures mean. */
function checkRows(world: World): void {
  const attempts = world.rows('attempts');
  const refunds = world.rows('refunds');
  const payment = world.row('payments', paymentId);
  const legs = [payment?.openAttempt, payment?.openBalance].filter((id) => id !== null && id !== undefined);
  const open = attempts.filter(({ status }) => isOpen(status)).map(({ id }) => id);
  expect(open.sort()).toEqual(legs.sort());
  const sum = (amounts: readonly bigint[]): bigint => amounts.reduce((total, amount) => total + amount, 0n);
  for (const { id, status, amount, refunding, nextCheckAt } of attempts) {
    const parts = refunds.flatMap((refund) => refund.parts).filter((part) => part.attemptId === id);
    expect(refunding).toBe(sum(parts.filter((part) => part.status !== 'FAILED').map((part) => part.amount)));
    expect(refunding).toBeLessThanOrEqual(status === 'SUCCEEDED' ? amount : 0n);
    expect(nextCheckAt === null).toBe(['SUCCEEDED', 'DECLINED', 'CLOSED'].includes(status));
  }
  for (const { status, nextTryAt } of refunds) expect(nextTryAt === null).toBe(status !== 'REQUESTED');
  if (!payment) return;
  const parts = refunds.flatMap((refund) => refund.parts);
  const captured = attempts.filter(({ status }) => status === 'SUCCEEDED');
  expect(payment.captured).toBe(sum(captured.map(({ amount }) => amount)));
  expect([...payment.capturedAttempts].sort()).toEqual(captured.map(({ id }) => id).sort());
  expect(payment.refunded).toBe(sum(parts.filter(({ status }) => status === 'SUCCEEDED').map(({ amount }) => amount)));
  if (payment.due === null) expect([payment.status, payment.captured]).toEqual(['CLOSED', 0n]);
  expect(payment.credited).toBe(sum(captured.filter(({ problem }) => problem === null).map(({ amount }) => amount)));
  if (payment.status === 'SUCCEEDED') expect(payment.credited).toBe(payment.due);
  else if (payment.status !== 'DUE') expect(payment.credited).toBe(0n);
  // A part alone counts only as long as the rest is under way.
  else if (payment.credited > 0n) expect([payment.credited, payment.openAttempt !== null]).toEqual([30n, true]);
}

function checkSaid(world: World): void {
  const said = world.said.map((saying) => shortName(saying).split(' '));
  const countOf = (name: string) => said.filter(([first]) => first === name).length;
  expect(countOf('success') + countOf('failure') + countOf('closed')).toBeLessThanOrEqual(1);
  const captured = said.filter(([name]) => name === 'captured').map(([, id]) => id);
  expect(captured.sort()).toEqual(
    world
      .rows('attempts')
      .filter(({ status }) => status === 'SUCCEEDED')
      .map(({ id }) => id)
      .sort(),
  );
  const names: Record<RefundStatus, string | undefined> = {
    SUCCEEDED: 'refund-succeeded',
    FAILED: 'refund-failed',
    REQUESTED: undefined,
  };
  // What failed may succeed after all, once: the last word counts.
  const words = new Map<string | undefined, string[]>();
  for (const [name = '', id] of said.filter(([first]) => first?.startsWith('refund-'))) {
    words.set(id, [...(words.get(id) ?? []), name]);
  }
  for (const told of words.values()) expect(told.slice(0, -1)).not.toContain('refund-succeeded');
  const isOpen = new Set(
    world
      .rows('refunds')
      .filter(({ status }) => !names[status])
      .map(({ id }) => id),
  );
  const verdicts = [...words].filter(([id]) => !isOpen.has(id ?? '')).map(([id, told]) => `${told.at(-1)} ${id}`);
  const final = world.rows('refunds').filter(({ status }) => names[status]);
  expect(verdicts.sort()).toEqual(final.map(({ id, status }) => `${names[status]} ${id}`).sort());
}

async function play(world: World, all: readonly Step[]): Promise<void> {
  for (const [index, step] of all.entries()) {
    const one = step.ask(world);
    if (!one) continue;
    const before = new Map(world.rows('attempts').map(({ id, status }) => [id, status]));
    await world.batch([one], { now: index, cause: `request/${index}` });
    for (const { id, status } of world.rows('attempts')) {
      expect(legal[before.get(id) ?? 'STARTED']).toContain(status);
    }
    checkRows(world);
    checkSaid(world);
  }
}

/** The faults are over: every attempt gets its last word, every refund is carried out. */
async function settle(world: World): Promise<void> {
  for (const { id } of world.rows('attempts').filter(({ status }) => isOpen(status) || status === 'CLOSING')) {
    await world.batch([concluded(id, { kind: 'void' })]);
  }
  for (const refund of world.rows('refunds')) {
    for (const { attemptId: of, status } of refund.parts) {
      if (status === 'REQUESTED') await world.batch([partConcluded(refund.id, of, { kind: 'succeeded' })]);
    }
  }
}

test('whatever comes, in whatever order and however often: one open attempt, figures that add up, one last word', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (all) => {
      const world = new Rehearsal<Tables>(tables);
      await play(world, all);
      await settle(world);
      checkRows(world);
      checkSaid(world);
      expect(world.rows('attempts').some(({ status }) => isOpen(status))).toBe(false);
    }),
    { numRuns: 500 },
  );
});

test('at rest, what is captured and not refunded never exceeds what is due (I4)', async () => {
  // A refund that the wallet refused is parked for a person: only without one does the money come to rest by itself.
  const isRefused = (one: Ask<Tables> | undefined) =>
    (one?.command as { outcome?: { kind: string; reason?: string } } | undefined)?.outcome?.reason !== undefined;
  const unrefused = steps.map((all) =>
    all.map((step) => ({
      ...step,
      ask(world: World) {
        const one = step.ask(world);
        return isRefused(one) ? undefined : one;
      },
    })),
  );
  await fc.assert(
    fc.asyncProperty(unrefused, async (all) => {
      const world = new Rehearsal<Tables>(tables);
      await play(world, all);
      await settle(world);
      const payment = world.row('payments', paymentId);
      if (!payment) return;
      const kept = payment.captured - payment.refunded;
      expect(kept).toBeGreaterThanOrEqual(0n);
      expect(kept).toBeLessThanOrEqual(payment.status === 'SUCCEEDED' ? BigInt(due) : 0n);
    }),
    { numRuns: 500 },
  );
});

function attemptsById(world: World): Map<string, unknown> {
  return new Map(world.rows('attempts').map((attempt) => [attempt.id, attempt]));
}

test('decisions of one batch see each other: together they come to what they come to one by one', async () => {
  const orderly = fc.array(
    fc.constantFrom(
      created,
      pending,
      cancelled,
      askedToClose,
      () => opened('att_1'),
      () => opened('att_2'),
      givenUp,
    ),
    { maxLength: 12 },
  );
  await fc.assert(
    fc.asyncProperty(orderly, async (makes) => {
      const together = new Rehearsal<Tables>(tables);
      const apart = new Rehearsal<Tables>(tables);
      const seen = new Set<string>();
      const asks = makes
        .map((make) => make())
        .filter(({ command }) => {
          const id = (command as { attemptId?: string }).attemptId;
          if (id === undefined) return true;
          return !seen.has(id) && seen.add(id);
        });
      await together.batch(asks);
      for (const one of asks) await apart.batch([one]);
      expect(together.rows('payments')).toEqual(apart.rows('payments'));
      expect(attemptsById(together)).toEqual(attemptsById(apart));
      expect(together.said).toEqual(apart.said);
    }),
    { numRuns: 300 },
  );
});
