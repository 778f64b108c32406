import type { Trade } from './trade.ts';

interface Seen {
  readonly status: string;
  readonly method: string;
  readonly problem: string | null;
  readonly reason: string;
  readonly why: string | null;
}

/** What has to come up among two thousand sequences; where one of it does not, they show less than they seem to. */
const expected: readonly string[] = [
  ...['CONFIRMED', 'SHIPPED', 'CANCELLED', 'FAILED'].map((status) => `order ${status}`),
  ...['balance', 'wechat', 'alipay', 'card'].flatMap((method) =>
    ['SUCCEEDED', 'DECLINED', 'CLOSED'].map((status) => `attempt ${status} over ${method}`),
  ),
  ...['order_not_payable', 'rest_not_paid'].map((why) => `money back: ${why}`),
  ...['broken', 'not_due', 'late_payment', 'payment_failed', 'cancelled_by_buyer'].map((why) => `refund of ${why}`),
  ...['TAKEN null', 'REFUSED signature', 'REFUSED stale', 'REFUSED merchant', 'REFUSED amount'].map(
    (what) => `callback ${what}`,
  ),
  'callback once more',
  'refund tried again',
  'died',
];

/** What trades have come through, to be compared with what is expected of them. */
export class Reached {
  readonly #seen = new Set<string>();

  count({ house, story }: Trade): void {
    for (const { status } of house.rows<Seen>('ordering', 'orders')) this.#seen.add(`order ${status}`);
    for (const { status, method, problem } of house.rows<Seen>('payment', 'attempts')) {
      this.#seen.add(`attempt ${status} over ${method}`);
      if (status === 'SUCCEEDED' && problem) this.#seen.add(`money back: ${problem}`);
    }
    for (const { reason } of house.rows<Seen>('payment', 'refunds')) this.#seen.add(`refund of ${reason}`);
    const callbacks = house.rows<Seen & { readonly id: string }>('payment', 'callbacks');
    for (const { status, why } of callbacks) this.#seen.add(`callback ${status} ${why}`);
    const taken = callbacks.filter(({ status }) => status === 'TAKEN').map(({ id }) => id);
    if (new Set(taken).size < taken.length) this.#seen.add('callback once more');
    if (story.some((line) => line.startsWith('retryRefund'))) this.#seen.add('refund tried again');
    if (story.some((line) => line.endsWith('died'))) this.#seen.add('died');
  }

  missing(): readonly string[] {
    return expected.filter((what) => !this.#seen.has(what));
  }
}
