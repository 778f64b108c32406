import { setTimeout as pause } from 'node:timers/promises';
import type { Buyer } from './buyers.ts';
import type { Connection } from './http.ts';
import type { Measured } from './measured.ts';

const address =
  '"shippingAddress":{"name":"Li Lei","phone":"13800000000","line1":"88 Century Avenue","city":"Shanghai","region":"Shanghai","postalCode":"200120","country":"CN"}';
const settleMostMs = 60_000;
const lookEveryMs = 5;

/** One order of somebody's. */
export interface Purchase {
  readonly order: string;
  readonly buyer: Buyer;
}

/** Idempotency keys that nobody had before. */
const run = process.hrtime.bigint().toString(36);
let keys = 0;

function headers({ authorization }: Buyer): string {
  keys += 1;
  return `${authorization}idempotency-key: ${run}-${keys}\r\n`;
}

/** The calls of a customer, each measured. Latencies count from `fromMs`, where the call was due before it could be made. */
export class Customer {
  readonly connection: Connection;
  readonly #measured: Measured;

  constructor(connection: Connection, measured: Measured) {
    this.connection = connection;
    this.#measured = measured;
  }

  /** Items of one each. Undefined where there is no order that can be paid; `soldOut`: that this was told is no surprise. */
  async order(
    buyer: Buyer,
    skus: readonly string[],
    { fromMs = performance.now(), soldOut = false } = {},
  ): Promise<Purchase | undefined> {
    const items = skus.map((sku) => `{"sku":"${sku}","quantity":1}`).join(',');
    const body = `{"items":[${items}],${address}}`;
    const call = 'POST /v1/orders';
    const answer = await this.connection.send('POST', '/v1/orders', headers(buyer), body);
    this.#measured.took(call, performance.now() - fromMs);
    if (answer.status === 201) {
      this.#measured.becomes('PENDING');
      return { order: idOf(answer.body), buyer };
    }
    if (answer.status === 202) return this.#late({ order: idOf(answer.body), buyer }, soldOut);
    if (soldOut && answer.status === 409 && answer.body.includes('"code":"insufficient_stock"')) {
      this.#measured.becomes('FAILED');
      return undefined;
    }
    this.#measured.expectedNot(call, answer);
    return undefined;
  }

  async pay({ order, buyer }: Purchase): Promise<boolean> {
    const call = 'POST /v1/payments';
    const body = `{"orderId":"${order}","method":"balance"}`;
    const fromMs = performance.now();
    const answer = await this.connection.send('POST', '/v1/payments', headers(buyer), body);
    this.#measured.took(call, performance.now() - fromMs);
    const isPaid = answer.status === 201 && answer.body.includes('"status":"SUCCEEDED"');
    if (isPaid) this.#measured.becomes('CONFIRMED', 'PENDING');
    else this.#measured.expectedNot(call, answer);
    return isPaid;
  }

  /** Has a payment opened on Alipay's page; the number that Alipay would know it by, and what it is over. */
  async openPage({ order, buyer }: Purchase): Promise<{ readonly number: string; readonly amount: number }> {
    const body = `{"orderId":"${order}","method":"alipay","flow":"page"}`;
    const answer = await this.connection.send('POST', '/v1/payments', headers(buyer), body);
    if (answer.status !== 201) throw new Error(`a payment was not opened: ${answer.status} ${answer.body}`);
    const { amount, action } = JSON.parse(answer.body) as { amount: { amount: number }; action: { url: string } };
    const content = new URL(action.url).searchParams.get('biz_content') ?? '{}';
    return { number: (JSON.parse(content) as { out_trade_no: string }).out_trade_no, amount: amount.amount };
  }

  async cancel({ order, buyer }: Purchase): Promise<boolean> {
    const call = 'POST /v1/orders/{id}/cancel';
    const fromMs = performance.now();
    const answer = await this.connection.send('POST', `/v1/orders/${order}/cancel`, buyer.authorization, '{}');
    this.#measured.took(call, performance.now() - fromMs);
    const isCancelled = answer.status === 200 && answer.body.includes('"status":"CANCELLED"');
    if (isCancelled) this.#measured.becomes('CANCELLED', 'PENDING');
    else this.#measured.expectedNot(call, answer);
    return isCancelled;
  }

  async read(call: string, path: string, buyer?: Buyer): Promise<string> {
    const fromMs = performance.now();
    const answer = await this.connection.send('GET', path, buyer?.authorization ?? '');
    this.#measured.took(call, performance.now() - fromMs);
    if (answer.status !== 200) this.#measured.expectedNot(call, answer);
    return answer.body;
  }

  /** Asks, as its buyer, until the order is like that; throws if it does not become so. */
  async see({ order, buyer }: Purchase, statuses: readonly string[]): Promise<string> {
    const untilMs = performance.now() + settleMostMs;
    for (;;) {
      const answer = await this.connection.send('GET', `/v1/orders/${order}`, buyer.authorization);
      const status = /"status":"(\w+)"/.exec(answer.body)?.[1] ?? `${answer.status}`;
      if (statuses.includes(status)) return status;
      if (performance.now() > untilMs) throw new Error(`${order} is ${status} and does not become ${statuses}`);
      await pause(lookEveryMs);
    }
  }

  /** The platform was slow, and said so; what becomes of the order is asked for. */
  async #late(purchase: Purchase, soldOut: boolean): Promise<Purchase | undefined> {
    this.#measured.late += 1;
    const status = await this.see(purchase, ['PENDING', 'FAILED']);
    this.#measured.becomes(status);
    if (status === 'PENDING') return purchase;
    if (!soldOut) this.#measured.expectedNot('POST /v1/orders', { status: 202, body: '"code":"FAILED"' });
    return undefined;
  }
}

/** The first id of an order in an answer: its own comes before anything else. */
function idOf(body: string): string {
  const start = body.indexOf('"ord_') + 1;
  return body.slice(start, body.indexOf('"', start));
}
