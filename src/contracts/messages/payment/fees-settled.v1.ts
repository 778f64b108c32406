import Type from 'typebox';
import { message } from '../../message.ts';
import { closed, SignedMoney } from '../../schema.ts';

/**
 * What a provider keeps by its bill of a day, of payments and refunds of ours; negative: gives back. Where the bill is read
 * again and has other fees, or more of its lines turn out to be ours, the next `sequence` carries what is to be added.
 */
export const FeesSettled = message('payment.fees-settled', 1, {
  key: 'reconciliationId',
  data: closed({
    reconciliationId: Type.String({ pattern: '^rec_(wechat|alipay|card)_\\d{8}$' }),
    method: Type.String(),
    day: Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' }),
    /** From 1, for each currency. */
    sequence: Type.Integer({ minimum: 1 }),
    fee: SignedMoney,
  }),
});
