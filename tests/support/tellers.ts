import type { payOrder } from '../../src/contracts/http/payment.ts';
import type { BodyOf } from '../../src/contracts/operation.ts';
import type { ReceivedCallback, TestProviders } from './providers.ts';

export type CallbackSent = Pick<ReceivedCallback, 'path' | 'headers' | 'body'>;

/** How a buyer pays at a provider, and what stands in its own books: the same questions to all of them. */
export interface Teller {
  readonly method: 'wechat' | 'alipay' | 'card';
  readonly choice: Omit<BodyOf<typeof payOrder>, 'orderId'>;
  /** Whether the money was taken. */
  pay(number: string): boolean;
  /** What was taken under the number: one entry per time. */
  captures(number: string): readonly number[];
  /** What went back of it. */
  refunds(number: string): readonly number[];
  /** The next request is carried out, and its answer never comes. */
  dropNext(): void;
  /** What the next opening is refused by; a price in fen that does it by itself otherwise. */
  readonly refuseNext: (() => void) | number;
  /** Nobody is told what became of a charge from now on, or one is again. */
  blind(on: boolean): void;
  /** Calls that the provider has not made, about a charge that is paid, by what is wrong with them. */
  forgeries(number: string): Readonly<Record<string, CallbackSent>>;
  /** The call about a charge that is paid, as it would be made now. */
  genuine(number: string): CallbackSent;
  /**
   * An error in the bill of today: of the line of this number, of a payment or a refund; `stranger` and `strange refund` are
   * lines of their own.
   */
  plant(error: BillError, number: string): void;
  /** The day of the provider's calendar that it is. */
  today(): string;
  /** The bill as a person would download it. */
  billFile(day: string): Uint8Array;
  /** Callbacks get lost from now on, or do not any more. */
  silence(on: boolean): void;
}

export type BillError = 'missing' | 'twice' | 'amount' | 'fee' | 'stranger' | 'strange refund';

const often = 1_000;
const form = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };

function sent(path: string, headers: Readonly<Record<string, string>>, body: string): CallbackSent {
  return { path, headers, body: Buffer.from(body) };
}

function must<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error('nobody has paid under this number');
  return value;
}

export function tellersOf(providers: TestProviders): Readonly<Record<Teller['method'], Teller>> {
  return { wechat: wechatTeller(providers), alipay: alipayTeller(providers), card: cardTeller(providers) };
}

function wechatTeller({ wechat }: TestProviders): Teller {
  const { control: wx } = wechat;
  return {
    ...{ method: 'wechat', choice: { method: 'wechat', flow: 'qr' } },
    pay: (number) => wx.pay(number),
    captures: (number) => wechat.books.capturesOf(number).map(({ amount }) => Number(amount)),
    refunds: (number) => wechat.books.refundsOf(number).map(({ amount }) => Number(amount)),
    dropNext: () => wx.failNext({ how: 'cut', applied: true }),
    refuseNext: () =>
      wx.failNext({
        how: 'refuse',
        applied: false,
        status: 403,
        code: 'NO_AUTH',
        path: '/v3/pay/transactions/native',
      }),
    blind(on) {
      wx.mishaps.clear();
      if (on) wx.failNext({ how: 'error', applied: false, path: '/v3/pay/transactions/out-trade-no' }, often);
    },
    forgeries: (number) =>
      Object.fromEntries(
        (['signature', 'serial', 'stale', 'early', 'merchant', 'app', 'amount', 'currency', 'other key'] as const).map(
          (kind) => {
            const { headers, notice } = must(wx.forged(number, kind));
            return [kind, sent('/callbacks/wechat', headers, notice.body)];
          },
        ),
      ),
    genuine(number) {
      const notice = wx.callbacks.paymentNotice(must(wechat.books.orders.get(number)), {});
      return sent('/callbacks/wechat', wx.callbacks.sign(notice, wx.now()), notice.body);
    },
    plant: (error, number) =>
      wx.plant({
        kind: ({ stranger: 'extra', 'strange refund': 'extra refund' } as const)[error as 'stranger'] ?? error,
        number,
      }),
    today: () => wx.today(),
    billFile: (day) => wx.billFile(day),
    silence(on) {
      wx.callbacks.mode = on ? 'lose' : 'send';
    },
  };
}

function alipayTeller({ alipay }: TestProviders): Teller {
  const { control: ali } = alipay;
  return {
    ...{ method: 'alipay', choice: { method: 'alipay', flow: 'qr' } },
    pay: (number) => ali.pay(number),
    captures: (number) => alipay.books.captures(number).map(Number),
    refunds: (number) => alipay.books.refunds(number).map(Number),
    dropNext: () => ali.fail({ trouble: 'cut', applied: true }),
    refuseNext: () =>
      ali.fail({ trouble: { refuse: 'ACQ.ACCESS_FORBIDDEN' }, applied: false, method: 'alipay.trade.precreate' }),
    blind(on) {
      ali.faults.clear();
      if (on) ali.fail({ trouble: 'unknown', applied: false, method: 'alipay.trade.query', times: often });
    },
    forgeries: (number) => {
      const forged = (changes: Record<string, string>, key: 'alipay' | 'stranger' = 'alipay') =>
        sent('/callbacks/alipay', form, must(ali.forge(number, changes, { key })));
      return {
        signature: forged({}, 'stranger'),
        merchant: forged({ seller_id: '2088999999999999' }),
        app: forged({ app_id: '2021999999999999' }),
        amount: forged({ total_amount: '100.01' }),
        currency: forged({ trans_currency: 'USD' }),
      };
    },
    genuine: (number) => sent('/callbacks/alipay', form, must(ali.forge(number, {}))),
    plant(error, number) {
      if (error === 'amount') ali.plant({ kind: error, number, fen: 10_001n });
      else if (error === 'fee') ali.plant({ kind: error, number, fen: 61n });
      else if (error === 'stranger' || error === 'strange refund') ali.plant({ kind: error, number, fen: 66_66n });
      else ali.plant({ kind: error, number });
    },
    today: () => ali.today(),
    billFile: (day) => ali.billFile(day),
    silence: (on) => ali.disturbNotifications({ lose: on }),
  };
}

function cardTeller({ stripe }: TestProviders): Teller {
  return {
    ...{ method: 'card', choice: { method: 'card' } },
    pay: (number) => stripe.control.pay(number),
    captures: (number) => stripe.books.captures(number).map(({ amount }) => amount),
    refunds: (number) => stripe.books.refunds(number).map(({ amount }) => amount),
    dropNext: () => stripe.control.failNext('connection cut, applied'),
    // More than Stripe takes.
    refuseNext: 100_000_000,
    blind(on) {
      stripe.control.clearFailures();
      if (on) stripe.control.failNext('server error, not applied', { times: often, of: 'GET /v1/payment_intents' });
    },
    forgeries: (number) => {
      const forged = (changes: Parameters<typeof stripe.control.forge>[1]) => {
        const { headers, body } = stripe.control.forge(number, changes);
        return sent('/callbacks/stripe', headers, body);
      };
      return {
        signature: forged({ signedWith: 'whsec_ofSomebodyElse' }),
        stale: forged({ signedAt: -3_600 }),
        early: forged({ signedAt: 3_600 }),
        merchant: forged({ account: 'acct_ofSomebodyElse' }),
        amount: forged({ amount: 10_001 }),
        currency: forged({ currency: 'usd' }),
      };
    },
    genuine(number) {
      const { headers, body } = stripe.control.forge(number, {});
      return sent('/callbacks/stripe', headers, body);
    },
    plant(error, number) {
      const strange = { amount: 66_66, currency: 'cny' };
      if (error === 'amount' || error === 'fee') stripe.control.plant({ kind: error, number, by: 1 });
      else if (error === 'stranger') stripe.control.plant({ kind: 'unknown', number, ...strange });
      else if (error === 'strange refund') stripe.control.plant({ kind: 'unknown refund', number, ...strange });
      else stripe.control.plant({ kind: error === 'twice' ? 'duplicate' : 'missing', number });
    },
    today: () => new Date(stripe.world.seconds() * 1_000).toISOString().slice(0, 10),
    billFile: (day) => Buffer.from(stripe.control.report(day)),
    silence: (on) => stripe.control.callbacks({ lost: on }),
  };
}
