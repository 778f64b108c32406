import type { Moment } from '#runtime/batch/decider.ts';

/** The house's own accounts: no balance rows, which would be hot; their balance is the sum over journals. */
export type HouseAccount =
  | 'house:sales'
  | 'house:refunds'
  | 'house:fees'
  | 'house:differences'
  | 'house:adjustments'
  | `house:clearing:${string}`;
export type Account = `buyer:${string}` | HouseAccount;

/** A buyer's account. `amount` is the sum of its lines in all journals, `entries` how many they are. */
export interface Balance {
  readonly userId: string;
  /** That of the first money; null before it. */
  readonly currency: string | null;
  readonly amount: bigint;
  readonly entries: number;
  readonly openedAt: number;
  readonly cause: string;
}

export type JournalKind = 'payment' | 'void' | 'refund' | 'adjustment' | 'top_up' | 'fee';

/**
 * One movement of money, never changed once written: `amounts[i]` is added to `accounts[i]`, and they sum to zero.
 * A `void` has no lines: it stands where a payment's journal would, so that there can never be one.
 */
export interface Journal {
  readonly id: string;
  /** What made it happen, so that it happens once: see the functions below. */
  readonly causeKey: string;
  readonly kind: JournalKind;
  readonly orderId: string | null;
  readonly currency: string | null;
  /** The buyer whose account it moves, in its first line; null where it moves only the house's. */
  readonly userId: string | null;
  readonly accounts: readonly Account[];
  readonly amounts: readonly bigint[];
  /** Its number among the buyer's journals, from 1 without gaps, and the buyer's balance after it. */
  readonly entry: number | null;
  readonly balanceAfter: bigint | null;
  readonly reason: string | null;
  readonly createdAt: number;
  readonly cause: string;
}

/** How much of an attempt's debit went back; exists once something did. */
export interface DebitRefund {
  readonly attemptId: string;
  readonly debited: bigint;
  readonly refunded: bigint;
  readonly cause: string;
}

export const attemptCause = (attemptId: string): string => `attempt/${attemptId}`;
export const partCause = (refundId: string, attemptId: string): string => `refund/${refundId}/${attemptId}`;
export const adjustmentCause = (journalId: string): string => `adjustment/${journalId}`;
export const feesCause = (reconciliationId: string, currency: string, sequence: number): string =>
  `fees/${reconciliationId}/${currency}/${sequence}`;
export const openingCause = (reference: string): string => `opening/${reference}`;

/** A journal that a message causes has that subject's UUID: handling it again makes the same row. */
export function journalIdOf(subjectId: string): string {
  return `jnl_${subjectId.slice(subjectId.indexOf('_') + 1)}`;
}

/**
 * Of what went back of one attempt by one refund: made of both their UUIDs, so that each part has its own. A refund that payment
 * makes by itself has the attempt's UUID, and so has the journal of the capture: this is another.
 */
export function refundJournalIdOf(refundId: string, attemptId: string): string {
  const id = journalIdOf(refundId);
  return `${id.slice(0, -12)}${mixed(id.slice(-12), attemptId.slice(-12))}`;
}

/** The one's digits turned by the other's, so that neither both the same nor either alone comes out. */
function mixed(left: string, right: string): string {
  const mask = 0x5a5a_5a5a_5a5an;
  if (!/^[0-9a-f]{12}$/.test(left) || !/^[0-9a-f]{12}$/.test(right)) return left;
  return (BigInt(`0x${left}`) ^ BigInt(`0x${right}`) ^ mask).toString(16).padStart(12, '0');
}

export interface Movement {
  readonly journalId: string;
  readonly causeKey: string;
  readonly kind: JournalKind;
  /** What the buyer's balance moves by. */
  readonly by: bigint;
  readonly amount: { readonly currency: string };
  readonly against: HouseAccount;
  readonly orderId?: string;
  readonly reason?: string;
}

/** The buyer's balance after a movement, and its journal. The caller has made sure that the balance stays in range. */
export function move(
  balance: Balance,
  movement: Movement,
  { now, cause }: Moment,
): { readonly balances: readonly Balance[]; readonly journals: readonly Journal[] } {
  const { by, against, amount } = movement;
  const entry = balance.entries + 1;
  const balanceAfter = balance.amount + by;
  const journal: Journal = {
    id: movement.journalId,
    causeKey: movement.causeKey,
    kind: movement.kind,
    orderId: movement.orderId ?? null,
    currency: amount.currency,
    userId: balance.userId,
    accounts: [`buyer:${balance.userId}`, against],
    amounts: [by, -by],
    entry,
    balanceAfter,
    reason: movement.reason ?? null,
    createdAt: now,
    cause,
  };
  return {
    balances: [{ ...balance, currency: amount.currency, amount: balanceAfter, entries: entry }],
    journals: [journal],
  };
}
