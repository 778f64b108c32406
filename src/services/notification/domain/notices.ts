import type { WireMoney } from '#kernel/money.ts';

/** What a user is told, before it is put into words. Amounts as they came over the wire. */
export type Notice =
  | { readonly type: 'payment_succeeded'; readonly amount: WireMoney }
  | { readonly type: 'order_confirmed'; readonly number: string; readonly total: WireMoney }
  | {
      readonly type: 'order_cancelled';
      readonly number: string;
      readonly total: WireMoney;
      readonly reason: string;
      readonly note?: string | undefined;
    }
  | { readonly type: 'order_failed'; readonly reason: string; readonly shortages: readonly Shortage[] }
  | {
      readonly type: 'refund_succeeded';
      /** Null where the order's number is not known here. */
      readonly number: string | null;
      readonly amount: WireMoney;
      readonly toBalance: boolean;
    }
  | { readonly type: 'refund_failed'; readonly number: string | null }
  | {
      readonly type: 'order_shipped';
      readonly number: string;
      readonly carrier: string;
      readonly trackingNumber: string;
    }
  | { readonly type: 'order_completed'; readonly number: string; readonly how: 'delivered' | 'received' | 'elapsed' }
  | { readonly type: 'refund_requested'; readonly number: string; readonly amount: WireMoney }
  | { readonly type: 'refund_approved'; readonly number: string; readonly amount: WireMoney }
  | {
      readonly type: 'refund_rejected';
      readonly number: string;
      readonly amount: WireMoney;
      readonly note?: string | undefined;
    }
  /** Given back by other means than the payment. */
  | { readonly type: 'refund_settled'; readonly number: string; readonly amount: WireMoney; readonly note: string }
  /** For operators: somebody has to see to it. */
  | {
      readonly type: 'refund_to_settle';
      readonly number: string | null;
      readonly refundId: string;
      readonly reason: string;
    };

export type NoticeType = Notice['type'];

export interface Shortage {
  readonly sku: string;
  readonly requested: number;
  readonly available: number;
}

export interface Text {
  readonly title: string;
  readonly body: string;
}

export type NoticeOf<Type extends NoticeType> = Extract<Notice, { readonly type: Type }>;

/** All that is said in one language. */
export interface Phrases {
  readonly notices: {
    readonly [Type in NoticeType]: (notice: NoticeOf<Type>, money: (value: WireMoney) => string) => Text;
  };
  readonly greeting: (name: string) => string;
  /** For buyers. */
  readonly closing: string;
  readonly automatic: string;
}
