import Type from 'typebox';
import { closed } from './schema.ts';

/**
 * What services tell an audit. Each says what it knows of an order, in ranges of order ids; the auditor compares. Amounts are
 * minor units, times milliseconds since the epoch. docs/reliability.md lists the invariants.
 */
export const invariants = ['I1', 'I2', 'I3', 'I4', 'I5', 'I6', 'I7', 'I8'] as const;
export const Invariant = Type.Enum(invariants);
export type Invariant = Type.Static<typeof Invariant>;

export const Violation = closed({
  invariant: Invariant,
  orderId: Type.Optional(Type.String()),
  detail: Type.String(),
});
export type Violation = Type.Static<typeof Violation>;

const orderId = Type.String();
const Amount = Type.Integer();

/** Messages that the service said of the order, in log order, each with what caused it. */
const Said = Type.Array(closed({ type: Type.String(), atMs: Type.Integer(), cause: Type.String() }));
export type Said = Type.Static<typeof Said>;

export const OrderFacts = closed({
  orderId,
  status: Type.String(),
  total: Amount,
  paid: Amount,
  refundRequested: Amount,
  refunded: Amount,
  /** What of `refunded` a person gave back by other means than payment's. */
  settledByHand: Amount,
  changedAtMs: Type.Integer(),
  said: Said,
});
export type OrderFacts = Type.Static<typeof OrderFacts>;

export const StockFacts = closed({ orderId, status: Type.String(), changedAtMs: Type.Integer(), said: Said });
export type StockFacts = Type.Static<typeof StockFacts>;

export const ShipmentFacts = closed({ orderId, status: Type.String(), changedAtMs: Type.Integer(), said: Said });
export type ShipmentFacts = Type.Static<typeof ShipmentFacts>;

export const PaymentFacts = closed({
  orderId,
  status: Type.String(),
  due: Amount,
  captured: Amount,
  refunded: Amount,
  changedAtMs: Type.Integer(),
  said: Said,
  /** `refunding`: what refunds took of the attempt, done or under way. */
  attempts: Type.Array(
    closed({ id: Type.String(), method: Type.String(), status: Type.String(), amount: Amount, refunding: Amount }),
  ),
  /** `returned`: what of the refund is back already. */
  refunds: Type.Array(closed({ id: Type.String(), status: Type.String(), amount: Amount, returned: Amount })),
});
export type PaymentFacts = Type.Static<typeof PaymentFacts>;

export const LedgerFacts = closed({
  orderId,
  /** `attemptId` names what the journal is for; refunds reverse an attempt. */
  journals: Type.Array(
    closed({
      id: Type.String(),
      kind: Type.Enum(['payment', 'refund']),
      attemptId: Type.String(),
      amount: Amount,
      atMs: Type.Integer(),
    }),
  ),
});
export type LedgerFacts = Type.Static<typeof LedgerFacts>;

/** The facts that each service answers with, by its name. */
export const factsByService = {
  ordering: OrderFacts,
  inventory: StockFacts,
  payment: PaymentFacts,
  wallet: LedgerFacts,
  fulfillment: ShipmentFacts,
} as const;

/** A half-open range of order ids: after the one, up to and including the other. */
export interface FactsRange {
  readonly after: string;
  readonly upTo: string | undefined;
  readonly limit: number;
}
