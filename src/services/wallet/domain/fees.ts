import type { DataOf } from '#contracts/message.ts';
import type { FeesSettled } from '#contracts/messages/payment/fees-settled.v1.ts';
import { type MessageDecider, nothing } from '#runtime/batch/decider.ts';
import type { WalletTables } from '../domain.ts';
import { feesCause } from './ledger.ts';

/** What a provider keeps is a cost, and no longer on the account with it. Gives it back: the other way round. */
export const journalFees: MessageDecider<WalletTables, DataOf<typeof FeesSettled>> = {
  needs: ({ data: { reconciliationId, fee, sequence } }) => ({
    journals: [feesCause(reconciliationId, fee.currency, sequence)],
  }),
  decide(state, { data: { reconciliationId, method, day, fee, sequence } }, { now, cause }) {
    const causeKey = feesCause(reconciliationId, fee.currency, sequence);
    if (state.journals.get(causeKey)) return nothing;
    const amount = BigInt(fee.amount);
    const journal = {
      ...({ id: `jnl_${causeKey.replaceAll('/', '_')}`, causeKey, kind: 'fee', currency: fee.currency } as const),
      ...{ accounts: ['house:fees', `house:clearing:${method}`] as const, amounts: [-amount, amount] },
      ...{
        orderId: null,
        userId: null,
        entry: null,
        balanceAfter: null,
        reason: `fees of ${day}`,
        createdAt: now,
        cause,
      },
    };
    return { put: { journals: [journal] } };
  },
};
