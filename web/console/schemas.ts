import { deliverOrder, shipOrder } from '#contracts/http/fulfillment.ts';
import { retryDeadLetter } from '#contracts/http/gateway.ts';
import { cancelAnyOrder, completeAnyOrder } from '#contracts/http/ordering.ts';
import { carryOnWithRefund, refreshAnyPayment } from '#contracts/http/payment.ts';
import { uploadBill } from '#contracts/http/reconciliation.ts';
import { approveRefund, createRefund, rejectRefund, retryRefund, settleRefund } from '#contracts/http/refunds.ts';
import { closed, text } from '#contracts/schema.ts';

/** The contracts whole, for forms to be checked by; always imported when a form is sent, never before. */
export { addVariants, changeProduct, changeVariant, createProduct } from '#contracts/http/catalog.ts';
export { discardDeadLetter, discardDeadLetters, retryDeadLetter, retryDeadLetters } from '#contracts/http/gateway.ts';
export { adjustStock } from '#contracts/http/inventory.ts';
export { reconcile, resolveDifference } from '#contracts/http/reconciliation.ts';
export { beginSession } from '#contracts/http/sessions.ts';
export { disableUser, enableUser, endUserSessions, setUserRoles } from '#contracts/http/users.ts';
export { adjustWallet } from '#contracts/http/wallet.ts';

/** What the acts of a case file are asked with. */
export const actionBodies = {
  cancel: cancelAnyOrder.body,
  refund: createRefund.body,
  ship: shipOrder.body,
  deliver: deliverOrder.body,
  complete: completeAnyOrder.body,
  approve_refund: approveRefund.body,
  reject_refund: rejectRefund.body,
  retry_refund: retryRefund.body,
  carry_on_refund: carryOnWithRefund.body,
  settle_refund: settleRefund.body,
  query_provider: refreshAnyPayment.body,
  retry_message: retryDeadLetter.body,
};

/** What a bill's file is uploaded with. */
export const billFile = closed({ ...uploadBill.query?.properties, file: text(1, 1_000) });
