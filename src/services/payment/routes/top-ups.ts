import { getTopUp as getTopUpOperation, topUpWallet as topUpWalletOperation } from '#contracts/http/top-ups.ts';
import { getWallet } from '#contracts/http/wallet.ts';
import { refuse } from '#kernel/problem.ts';
import { answer } from '#runtime/service.ts';
import { paymentIdOf, viewOf } from '../domain/model.ts';
import { openAttempt } from '../domain/opening.ts';
import { choiceOf, named } from './choice.ts';
import { goOn, toldOf } from './paying.ts';
import { figuresOf, findPayment } from './payment-body.ts';
import { statusOf } from './payments.ts';

/** As long as a buyer has for an order by default. */
const payableForMs = 30 * 60_000;

/** A payment for the wallet, opened with its one attempt. */
export const topUpWallet = answer(topUpWalletOperation, async (request, context) => {
  const { amount, ...chosen } = request.body;
  const { balance } = (await context.call(getWallet, {}, request)).body;
  if (balance.currency !== amount.currency) {
    refuse('currency_mismatch', `The wallet is in ${balance.currency}.`, [{ pointer: '/amount/currency' }]);
  }
  const topUpId = context.ids.next('topUp');
  const userId = request.caller.id;
  const order = { orderId: topUpId, userId, total: amount, payableUntil: context.clock.now() + payableForMs };
  const command = {
    ...{ attemptId: context.ids.next('attempt'), orderId: topUpId, userId, order },
    ...named(choiceOf(chosen, context), topUpId.slice(-12)),
  };
  const { replayed, bound } = await context.write(openAttempt, command, request, { urgent: true });
  if (bound === undefined) throw new Error('an attempt was opened and not bound to its key');
  const { payment, status, action, headers } = toldOf(await goOn(context, bound, request, replayed), replayed);
  return { status: 201, body: { id: payment.orderId, ...figuresOf(context, payment, status, action) }, ...headers };
});

export const getTopUp = answer(getTopUpOperation, async ({ params, caller }, context) => {
  const payment = await findPayment(context, paymentIdOf(params.id), caller.id);
  if (payment.orderId !== params.id) refuse('not_found', 'No such top-up.');
  const figures = figuresOf(context, viewOf(payment), statusOf(payment), payment.action);
  return { status: 200, body: { id: payment.orderId, ...figures } };
});
