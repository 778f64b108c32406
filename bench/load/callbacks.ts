import { createPrivateKey } from 'node:crypto';
import { signedForm } from '../../simulators/alipay/signing.ts';
import { timeOf, yuanOf } from '../../simulators/alipay/wire-forms.ts';
import { settled, twoOf } from './closed-loop.ts';
import { Customer, type Purchase } from './customer.ts';
import { Connection } from './http.ts';
import { Measured } from './measured.ts';
import { arrivals } from './open-loop.ts';
import type { Announcer, Rate } from './protocol.ts';
import type { Shop } from './shop.ts';

/** A payment that waits for its buyer at Alipay, and the call that it was paid: signed, and not sent yet. */
interface Announced extends Purchase {
  readonly body: string;
}

const form = 'application/x-www-form-urlencoded; charset=utf-8';
const call = 'POST /callbacks/alipay';

/** Orders so many, opens a payment of each on Alipay's page, and signs what Alipay will say of them. None of it is measured. */
export async function announce(shop: Shop, announcer: Announcer, count: number): Promise<readonly Announced[]> {
  const { host, port, skus } = shop.options;
  const key = createPrivateKey(announcer.privateKey);
  const announced: Announced[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    const customer = new Customer(await Connection.open(host, port), new Measured());
    for (let index = next++; index < count; index = next++) {
      const placed = await customer.order(shop.buyers.at(index), twoOf(skus));
      if (!placed) throw new Error('an order was refused before the callbacks');
      const { number, amount } = await customer.openPage(placed);
      const body = signedForm(paidNow(announcer, number, amount), key).toString();
      announced.push({ ...placed, body });
    }
    customer.connection.close();
  };
  await Promise.all(Array.from({ length: Math.min(32, count) }, lane));
  return announced;
}

/** What Alipay says of a trade that was paid (https://opendocs.alipay.com/open/270/105902). */
function paidNow({ appId, sellerId }: Announcer, number: string, fen: number): Record<string, string> {
  const [now, amount] = [timeOf(Date.now()), yuanOf(BigInt(fen))];
  return {
    ...{ notify_type: 'trade_status_sync', notify_id: `2026${number}`, charset: 'utf-8', version: '1.0' },
    ...{ app_id: appId, auth_app_id: appId, seller_id: sellerId, notify_time: now, subject: 'tea' },
    ...{ out_trade_no: number, trade_no: `2026${number}`, trade_status: 'TRADE_SUCCESS', total_amount: amount },
    ...{ gmt_create: now, gmt_payment: now, buyer_id: '2088000000000001', receipt_amount: amount },
    ...{ buyer_pay_amount: amount, point_amount: '0.00', invoice_amount: amount },
    fund_bill_list: `[{"amount":"${amount}","fundChannel":"ALIPAYACCOUNT"}]`,
  };
}

/**
 * Sends them at a steady rate, however long the answers take. When each was due, by the wall clock, is kept for each order: from
 * then on the lag of its payment counts.
 */
export async function sendCallbacks(
  shop: Shop,
  announced: readonly Announced[],
  rate: Rate,
  measured: Measured,
): Promise<Record<string, number>> {
  const sentMs: Record<string, number> = {};
  const last = await arrivals(shop, rate, measured, async (customer, index, fromMs) => {
    const one = announced[index];
    if (!one) return undefined;
    sentMs[one.order] = performance.timeOrigin + fromMs;
    const answer = await customer.connection.send('POST', '/callbacks/alipay', '', one.body, form);
    measured.took(call, performance.now() - fromMs);
    if (answer.status === 200 && answer.body === 'success') {
      measured.done += 1;
      return one;
    }
    measured.expectedNot(call, answer);
    return undefined;
  });
  const customer = new Customer(await Connection.open(shop.options.host, shop.options.port), measured);
  await settled(customer, last);
  customer.connection.close();
  return sentMs;
}
