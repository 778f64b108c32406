import Type from 'typebox';
import { idPattern } from '#kernel/ids.ts';

/** The schemas that several contracts share. Objects are closed: an unknown field is an error (API conventions). */
export function closed<const Properties extends Type.TProperties>(
  properties: Properties,
  options: Type.TObjectOptions = {},
) {
  return Type.Object(properties, { additionalProperties: false, ...options });
}

export const UserId = Type.String({ pattern: idPattern('user') });
export const SessionId = Type.String({ pattern: idPattern('session') });
export const OrderId = Type.String({ pattern: idPattern('order') });
export const PaymentId = Type.String({ pattern: idPattern('payment') });
export const AttemptId = Type.String({ pattern: idPattern('attempt') });
export const TopUpId = Type.String({ pattern: idPattern('topUp') });
export const RefundId = Type.String({ pattern: idPattern('refund') });
export const ShipmentId = Type.String({ pattern: idPattern('shipment') });

/** The merchant's own string for one variant: printable, without control characters or spaces at its ends. */
export const Sku = Type.String({ minLength: 1, maxLength: 64, pattern: '^[\\p{L}\\p{N}][\\p{L}\\p{N} ._/+#-]*$' });
export const Quantity = Type.Integer({ minimum: 1, maximum: 9999 });
export const Currency = Type.String({ pattern: '^[A-Z]{3}$' });

/** Minor units; a JSON number is exact up to 2^53 − 1. */
export const Amount = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
export const SignedAmount = Type.Integer({ minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER });
export const Money = closed({ amount: Amount, currency: Currency });
export const SignedMoney = closed({ amount: SignedAmount, currency: Currency });
export const PositiveMoney = closed({
  amount: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
  currency: Currency,
});

/** RFC 3339 in UTC. */
export const Timestamp = Type.String({ format: 'date-time' });

/** Text a person wrote: no NUL and no other control character but tab and line breaks; kept as it came. */
export function text(minLength: number, maxLength: number) {
  return Type.String({
    minLength,
    maxLength,
    pattern: '^[^\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f\\ud800-\\udfff]*$',
  });
}

export const Language = Type.Union([Type.Literal('zh-CN'), Type.Literal('zh-TW'), Type.Literal('en')]);
export type Language = Type.Static<typeof Language>;

export const Page = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
  cursor: Type.Optional(Type.String({ minLength: 1, maxLength: 512 })),
};

export function list<const Item extends Type.TSchema>(item: Item) {
  return closed({ data: Type.Array(item), nextCursor: Type.Union([Type.String(), Type.Null()]) });
}

export const OrderLine = closed({ sku: Sku, quantity: Quantity });
export type OrderLine = Type.Static<typeof OrderLine>;
