import { problem } from '#kernel/problem.ts';
import { asked } from '#runtime/batch/dry-run.ts';
import type { ActsAsked, Context, PossibleAct } from '#runtime/service.ts';
import { paymentIdOf } from './domain/model.ts';
import { retryRefund } from './domain/retry.ts';
import { failedRefunds, readPayments } from './reads.ts';
import { followed } from './routes/payments.ts';

/** A provider can be asked again while an attempt over it is open, and failed refunds can be carried on with. */
export async function possibleActs({ orderId, input }: ActsAsked, context: Context): Promise<readonly PossibleAct[]> {
  const id = paymentIdOf(orderId);
  const [query, failed] = await Promise.all([queryOf(id, context), failedRefunds(context.database, id)]);
  const reason = input.reason ?? '';
  const carryingOn = failed.map(
    (refundId): PossibleAct => ({
      action: 'carry_on_refund',
      object: refundId,
      commands: [asked(retryRefund, { refundId, reason })],
    }),
  );
  return [query, ...carryingOn];
}

async function queryOf(id: string, context: Context): Promise<PossibleAct> {
  const payment = (await readPayments(context.database, [id])).get(id);
  const attempt = payment && (await followed(context, payment));
  if (!attempt) {
    const refusal = problem('conflict', 'No attempt over a provider is open.');
    return { action: 'query_provider', object: id, commands: [], refusal };
  }
  const asks = [{ whom: attempt.method, what: `what became of attempt ${attempt.number}` }];
  return { action: 'query_provider', object: id, commands: [], asks };
}
