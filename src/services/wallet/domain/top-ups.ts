import type { DataOf } from '#contracts/message.ts';
import type { TopUpCaptured } from '#contracts/messages/payment/top-up-captured.v1.ts';
import type { TopUpReturned } from '#contracts/messages/payment/top-up-returned.v1.ts';
import { type MessageDecider, type Moment, nothing } from '#runtime/batch/decider.ts';
import { balanceMost, openedBalance, type WalletTables } from '../domain.ts';
import { type Account, attemptCause, type Journal, journalIdOf, move, partCause, refundJournalIdOf } from './ledger.ts';

/** Money of a provider for a buyer's balance; what came too late or twice is nobody's until it is back. */
export const creditTopUp: MessageDecider<WalletTables, DataOf<typeof TopUpCaptured>> = {
  needs: ({ data }) => ({ balances: [data.userId], journals: [attemptCause(data.attemptId)] }),
  decide(state, { data }, moment) {
    const causeKey = attemptCause(data.attemptId);
    if (state.journals.get(causeKey)) return nothing;
    const { attemptId, userId, method, isCredited } = data;
    const [id, amount] = [journalIdOf(attemptId), BigInt(data.amount.amount)];
    if (!isCredited) {
      const moved = {
        accounts: [`house:clearing:${method}`, 'house:differences'] as const,
        amounts: [-amount, amount],
      };
      return { put: { journals: [houseJournal(id, causeKey, 'top_up', moved, data.amount.currency, moment)] } };
    }
    const balance = state.balances.get(userId) ?? openedBalance(userId, moment);
    const isOther = balance.currency !== null && balance.currency !== data.amount.currency;
    if (isOther || balance.amount + amount > balanceMost) {
      return { setAside: { as: 'parked', reason: `the wallet of ${userId} cannot take ${causeKey}` } };
    }
    const against = `house:clearing:${method}` as const;
    const movement = { journalId: id, causeKey, kind: 'top_up', by: amount, amount: data.amount, against } as const;
    return { put: move(balance, movement, moment) };
  },
};

export const returnTopUp: MessageDecider<WalletTables, DataOf<typeof TopUpReturned>> = {
  needs: ({ data }) => ({ journals: [partCause(data.refundId, data.attemptId)] }),
  decide(state, { data }, moment) {
    const { refundId, attemptId, method } = data;
    const causeKey = partCause(refundId, attemptId);
    if (state.journals.get(causeKey)) return nothing;
    const amount = BigInt(data.amount.amount);
    const moved = { accounts: ['house:differences', `house:clearing:${method}`] as const, amounts: [-amount, amount] };
    const id = refundJournalIdOf(refundId, attemptId);
    return { put: { journals: [houseJournal(id, causeKey, 'refund', moved, data.amount.currency, moment)] } };
  },
};

function houseJournal(
  id: string,
  causeKey: string,
  kind: Journal['kind'],
  moved: { readonly accounts: readonly Account[]; readonly amounts: readonly bigint[] },
  currency: string,
  { now, cause }: Moment,
): Journal {
  const unmoved = { orderId: null, userId: null, entry: null, balanceAfter: null, reason: null };
  return { id, causeKey, kind, ...moved, currency, ...unmoved, createdAt: now, cause };
}
