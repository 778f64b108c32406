import { type Saying, say } from '#contracts/message.ts';
import { FeesSettled } from '#contracts/messages/payment/fees-settled.v1.ts';
import type { Instant } from '#kernel/clock.ts';
import type { Money } from '#kernel/money.ts';
import { problem } from '#kernel/problem.ts';
import { type Decider, nothing } from '#runtime/batch/decider.ts';
import type { ProviderMethod } from './methods.ts';
import type { PaymentTables } from './model.ts';
import {
  type BilledLine,
  type Difference,
  type Reconciliation,
  type ResolvedHow,
  reconciliationIdOf,
  type SettledFee,
} from './reconciliation.ts';

type Ruling<Command, Answer = undefined> = Decider<PaymentTables, Command, Answer>;

export interface BeginReading {
  readonly provider: ProviderMethod;
  readonly day: string;
  /** What a person asked for; a timer leaves no trail. */
  readonly action?: 'reconciliation.fetch' | 'reconciliation.upload';
}

/** A bill is going to be read: whoever reads the same one meanwhile gives way. */
export const beginReading: Ruling<BeginReading, { readonly reading: number }> = {
  name: 'begin-reading-bill',
  needs: ({ provider, day }) => ({ reconciliations: [reconciliationIdOf(provider, day)] }),
  decide(state, { provider, day, action }, { now, cause }) {
    const id = reconciliationIdOf(provider, day);
    const before = state.reconciliations.get(id) ?? awaited(id, provider, day, now, cause);
    const after: Reconciliation = { ...before, reading: before.reading + 1 };
    return {
      put: { reconciliations: [after] },
      answer: { reading: after.reading },
      ...(action ? { trail: { action, object: id } } : {}),
    };
  },
};

function awaited(id: string, provider: ProviderMethod, day: string, now: Instant, cause: string): Reconciliation {
  return {
    ...{ id, provider, day, status: 'WAITING', source: null, reading: 0, generation: 0, lines: 0, openDifferences: 0 },
    ...{ fees: {}, why: null, detail: null, tries: 0, nextTryAt: null, checkedAt: null, createdAt: now, cause },
  };
}

interface OfReading {
  readonly id: string;
  readonly reading: number;
}

export type ReadLine = Omit<BilledLine, 'reconciliationId' | 'generation' | 'cause'>;

/** Answers false where somebody else has begun to read the bill since. */
export const takeLines: Ruling<OfReading & { readonly lines: readonly ReadLine[] }, { readonly isOurs: boolean }> = {
  name: 'take-bill-lines',
  needs: ({ id }) => ({ reconciliations: [id] }),
  decide(state, { id, reading, lines }, { cause }) {
    if (state.reconciliations.get(id)?.reading !== reading) return { answer: { isOurs: false } };
    const billLines = lines.map((line) => ({ ...line, reconciliationId: id, generation: reading, cause }));
    return { put: { billLines }, answer: { isOurs: true } };
  },
};

/** The bill did not come, or not to its end; what was known of the day stands. */
export const failReading: Ruling<
  OfReading & { readonly why: string; readonly detail: string; readonly retryAfterMs: number }
> = {
  name: 'fail-reading-bill',
  needs: ({ id }) => ({ reconciliations: [id] }),
  decide(state, { id, reading, why, detail, retryAfterMs }, { now }) {
    const before = state.reconciliations.get(id);
    if (before?.reading !== reading) return nothing;
    const tries = before.tries + 1;
    const after: Reconciliation = { ...before, why, detail, tries, nextTryAt: now + retryAfterMs };
    return { put: { reconciliations: [after] } };
  },
};

export const endReading: Ruling<
  OfReading & { readonly source: 'FETCHED' | 'UPLOADED'; readonly lines: number },
  { readonly isOurs: boolean }
> = {
  name: 'end-reading-bill',
  needs: ({ id }) => ({ reconciliations: [id] }),
  decide(state, { id, reading, source, lines }) {
    const before = state.reconciliations.get(id);
    if (before?.reading !== reading) return { answer: { isOurs: false } };
    const done = { why: null, detail: null, tries: 0, nextTryAt: null };
    const after: Reconciliation = { ...before, ...done, status: 'READ', source, lines, generation: reading };
    return { put: { reconciliations: [after] }, answer: { isOurs: true } };
  },
};

export type FoundDifference = Omit<
  Difference,
  'status' | 'resolvedHow' | 'resolvedBy' | 'reason' | 'foundAt' | 'resolvedAt' | 'cause'
>;

/** Found again it is the same; what a person has decided stays decided. */
export const recordDifferences: Ruling<{ readonly id: string; readonly found: readonly FoundDifference[] }> = {
  name: 'record-differences',
  needs: ({ id, found }) => ({ reconciliations: [id], differences: found.map((one) => one.id) }),
  decide(state, { id, found }, { now, cause }) {
    const before = state.reconciliations.get(id);
    if (!before) throw new Error(`no reconciliation ${id}`);
    const unresolved = { resolvedHow: null, resolvedBy: null, reason: null, resolvedAt: null } as const;
    let opened = 0;
    const differences = found.flatMap((one): Difference[] => {
      const known = state.differences.get(one.id);
      if (known?.resolvedHow === 'person') return [];
      if (known?.status !== 'OPEN') opened += 1;
      const since = known ? { foundAt: known.foundAt, cause: known.cause } : { foundAt: now, cause };
      return [{ ...one, ...unresolved, ...since, status: 'OPEN' }];
    });
    const openDifferences = before.openDifferences + opened;
    return { put: { differences, reconciliations: [{ ...before, openDifferences }] } };
  },
};

/** What was not found any more. */
export const closeDifferences: Ruling<{
  readonly id: string;
  readonly differences: readonly string[];
  readonly how: Exclude<ResolvedHow, 'person'>;
}> = {
  name: 'close-differences',
  needs: ({ id, differences }) => ({ reconciliations: [id], differences }),
  decide(state, { id, differences, how }, { now }) {
    const before = state.reconciliations.get(id);
    const closed = differences.flatMap((one): Difference[] => {
      const known = state.differences.get(one);
      return known?.status === 'OPEN' ? [{ ...known, status: 'RESOLVED', resolvedHow: how, resolvedAt: now }] : [];
    });
    if (!before || closed.length === 0) return nothing;
    const openDifferences = before.openDifferences - closed.length;
    return { put: { differences: closed, reconciliations: [{ ...before, openDifferences }] } };
  },
};

/** All lines were looked at. What the fees are by now beyond what the wallet was told, it is told. */
export const endCheck: Ruling<{
  readonly id: string;
  readonly generation: number;
  readonly fees: readonly Money[];
}> = {
  name: 'end-reconciliation',
  needs: ({ id }) => ({ reconciliations: [id] }),
  decide(state, { id, generation, fees }, { now }) {
    const before = state.reconciliations.get(id);
    if (!before || before.generation !== generation) return nothing;
    const { settled, says } = settledFees(before, fees);
    const after: Reconciliation = { ...before, status: 'CHECKED', checkedAt: now, fees: settled };
    return { put: { reconciliations: [after] }, say: says };
  },
};

function settledFees({ id, provider, day, fees }: Reconciliation, now: readonly Money[]) {
  const wanted = new Map(now.map(({ amount, currency }) => [currency, amount]));
  const settled: Record<string, SettledFee> = { ...fees };
  const says: Saying[] = [];
  for (const currency of [...new Set([...wanted.keys(), ...Object.keys(fees)])].sort()) {
    const { amount: told = '0', sequence: last = 0 } = fees[currency] ?? {};
    const [amount, sequence] = [wanted.get(currency) ?? 0n, last + 1];
    const fee = { amount: Number(amount - BigInt(told)), currency };
    if (fee.amount === 0) continue;
    settled[currency] = { amount: String(amount), sequence };
    says.push(say(FeesSettled, { reconciliationId: id, method: provider, day, sequence, fee }));
  }
  return { settled, says };
}

export interface ResolveDifference {
  readonly id: string;
  readonly reason: string;
  readonly by: string;
}

/** A person has looked into it and settled it, here or at the provider. */
export const resolveDifference: Ruling<ResolveDifference, { readonly id: string }> = {
  name: 'resolve-difference',
  needs: ({ id }) => ({ differences: [id] }),
  needsThen: ({ id }, state) => {
    const known = state.differences.get(id);
    return known ? { reconciliations: [known.reconciliationId] } : {};
  },
  decide(state, { id, reason, by }, { now }) {
    const known = state.differences.get(id);
    const day = known && state.reconciliations.get(known.reconciliationId);
    if (!known || !day) return { refuse: problem('not_found', 'There is no such difference.') };
    if (known.status !== 'OPEN') return { refuse: problem('conflict', 'The difference is resolved already.') };
    const resolved: Difference = {
      ...{ ...known, status: 'RESOLVED', resolvedHow: 'person', resolvedBy: by, reason, resolvedAt: now },
    };
    return {
      put: { differences: [resolved], reconciliations: [{ ...day, openDifferences: day.openDifferences - 1 }] },
      answer: { id },
      trail: { action: 'reconciliation.resolve', object: id, reason },
    };
  },
};
