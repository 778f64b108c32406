import type { Decider } from '#runtime/batch/decider.ts';
import type { PaymentTables } from './model.ts';

export interface ProviderQuery {
  readonly paymentId: string;
  readonly attemptId: string;
  readonly reason: string;
}

/** An operator has a provider asked; what it says is recorded as it always is. */
export const noteQuery: Decider<PaymentTables, ProviderQuery> = {
  name: 'note-query',
  needs: () => ({}),
  decide: (_state, { paymentId, reason }) => ({
    trail: { action: 'payment.queried', object: paymentId, reason },
  }),
};
