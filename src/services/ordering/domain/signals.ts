import type { Saying } from '#contracts/message.ts';
import type { ProblemCode } from '#kernel/problem.ts';
import type { Moment } from '#runtime/batch/decider.ts';
import type { Order, Refund, Shortage } from './order.ts';
import type { ParticipantName } from './participants.ts';

/** What can happen to an order: messages, people and time in ordering's own words. */
export type Signal =
  /** StockReserved, CouponReserved, RiskAssessed: allow. */
  | { readonly kind: 'agreed'; readonly participant: ParticipantName }
  /** RiskAssessed: review. */
  | { readonly kind: 'held'; readonly participant: ParticipantName }
  /** StockReserveFailed, CouponRefused, RiskAssessed: refuse. */
  | { readonly kind: 'refused'; readonly code: ProblemCode; readonly shortages: readonly Shortage[] }
  /** A person approved what was held for review. */
  | { readonly kind: 'approved' }
  /** A person refused it. */
  | { readonly kind: 'rejected' }
  /** PaymentSuccess. */
  | { readonly kind: 'paid'; readonly amount: bigint }
  /** PaymentFailure. */
  | { readonly kind: 'paymentFailed' }
  /** PaymentClosed. */
  | { readonly kind: 'paymentClosed' }
  /** StockReduced. */
  | { readonly kind: 'reduced' }
  /** StockReduceFailed. */
  | { readonly kind: 'reduceFailed' }
  /** StockReleased. */
  | { readonly kind: 'released' }
  /** Fulfillment asks whether the goods may leave, or says that they have: ShipmentShipped. */
  | { readonly kind: 'shipped'; readonly carrier: string; readonly trackingNumber: string }
  /** ShipmentDelivered, or the buyer's word. */
  | { readonly kind: 'completed'; readonly how: 'delivered' | 'received' }
  | {
      readonly kind: 'cancelled';
      readonly by: 'buyer' | 'operator';
      readonly note?: string;
      /** The refund that a buyer or operator asked for in full; otherwise one is made of the order's id. */
      readonly refund?: Pick<Refund, 'id' | 'reason' | 'requestedBy'>;
    }
  /** `timerAt` has passed. */
  | { readonly kind: 'timeout' };

export type SignalKind = Signal['kind'];
type SignalOf<Kind extends SignalKind> = Extract<Signal, { readonly kind: Kind }>;

/** What a rule sees beside order and signal. */
export interface Scene {
  readonly moment: Moment;
  /** The order's refunds that wait for an operator. */
  openRefunds(): readonly Refund[];
}

export interface Move {
  readonly kind: 'moved';
  /** Absent where the order stays as it is and something is said. */
  readonly order?: Order;
  readonly refunds?: readonly Refund[];
  readonly say: readonly Saying[];
}

/** `same`: declared to change nothing (a duplicate, or overtaken). `illegal`: this cannot happen to an order of this status. */
export type Outcome = Move | { readonly kind: 'same' } | { readonly kind: 'illegal' };

export type Rule<Kind extends SignalKind> = (order: Order, signal: SignalOf<Kind>, scene: Scene) => Outcome;
