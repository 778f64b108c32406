import { type Answer, Connection } from './http.ts';
import { Latencies } from './latencies.ts';
import type { LoadOptions, Window } from './protocol.ts';
import { type Buyer, skuOf } from './shop.ts';

interface Purchase {
  readonly order: string;
  readonly buyer: Buyer;
}

const address =
  '"shippingAddress":{"name":"Li Lei","phone":"13800000000","line1":"88 Century Avenue","city":"Shanghai","region":"Shanghai","postalCode":"200120","country":"CN"}';

/** Buyers in a closed loop: each connection orders two things, pays, and begins again when it has the answer. */
export class Loop {
  readonly #options: LoadOptions;
  readonly #buyers: readonly Buyer[];
  readonly #run = process.hrtime.bigint().toString(36);
  #keys = 0;
  #unverified: Purchase[] = [];

  constructor(options: LoadOptions, buyers: readonly Buyer[]) {
    this.#options = options;
    this.#buyers = buyers;
  }

  async window(seconds: number, progress: (line: string) => void): Promise<Window> {
    const { connections } = this.#options;
    const measured = new Measured();
    const startedMs = performance.now();
    const startedCpu = process.cpuUsage();
    const untilMs = startedMs + seconds * 1_000;
    const ticking = setInterval(() => progress(measured.progress((performance.now() - startedMs) / 1_000)), 1_000);
    const lines = await Promise.all(
      Array.from({ length: connections }, (_, index) => this.#shop(index, untilMs, measured)),
    ).finally(() => clearInterval(ticking));
    // Messages of an order go through in the order of their log: with the last of each line, all are confirmed.
    await this.#confirm(
      lines.flatMap((line) => line.slice(-1)),
      untilMs + 60_000,
    );
    const endedMs = performance.now();
    const { user, system } = process.cpuUsage(startedCpu);

    for (const line of lines) this.#unverified.push(...line);
    return {
      confirmed: measured.paid,
      seconds: (endedMs - startedMs) / 1_000,
      orders: measured.orders.summary(),
      payments: measured.payments.summary(),
      unexpected: Object.fromEntries(measured.unexpected),
      late: measured.late,
      cores: (user + system) / 1_000 / (endedMs - startedMs),
    };
  }

  /** Looks at every order that was paid since the last time; throws if one is not CONFIRMED. */
  async verify(): Promise<number> {
    const purchases = this.#unverified;
    this.#unverified = [];
    await this.#confirm(purchases, performance.now() + 120_000);
    return purchases.length;
  }

  async #shop(line: number, untilMs: number, measured: Measured): Promise<Purchase[]> {
    const { host, port, connections } = this.#options;
    const connection = await Connection.open(host, port);
    const purchases: Purchase[] = [];
    for (let turn = line; performance.now() < untilMs; turn += connections) {
      const buyer = this.#buyers[turn % this.#buyers.length];
      if (!buyer) break;
      const order = await this.#order(connection, buyer, measured);
      if (order !== undefined && (await this.#pay(connection, buyer, order, measured)))
        purchases.push({ order, buyer });
    }
    connection.close();
    return purchases;
  }

  async #order(connection: Connection, buyer: Buyer, measured: Measured): Promise<string | undefined> {
    const [first, second] = this.#twoSkus();
    const body = `{"items":[{"sku":"${first}","quantity":1},{"sku":"${second}","quantity":1}],${address}}`;
    const startedMs = performance.now();
    const answer = await connection.send('POST', '/v1/orders', `${buyer.authorization}${this.#key()}`, body);
    measured.orders.add(performance.now() - startedMs);
    if (answer.status === 202) measured.late += 1;
    else if (answer.status !== 201) {
      measured.expectedNot('POST /v1/orders', answer);
      return undefined;
    }
    return (JSON.parse(answer.body) as { id: string }).id;
  }

  async #pay(connection: Connection, buyer: Buyer, order: string, measured: Measured): Promise<boolean> {
    const body = `{"orderId":"${order}","method":"balance"}`;
    const startedMs = performance.now();
    const answer = await connection.send('POST', '/v1/payments', `${buyer.authorization}${this.#key()}`, body);
    measured.payments.add(performance.now() - startedMs);
    const paid = answer.status === 201 && (JSON.parse(answer.body) as { status: string }).status === 'SUCCEEDED';
    if (paid) measured.paid += 1;
    else measured.expectedNot('POST /v1/payments', answer);
    return paid;
  }

  /** Asks for each order, as its buyer, until it is CONFIRMED; throws if one is not by then. */
  async #confirm(purchases: readonly Purchase[], untilMs: number): Promise<void> {
    const { host, port, connections } = this.#options;
    let next = 0;
    const look = async (): Promise<void> => {
      const connection = await Connection.open(host, port);
      for (let index = next++; index < purchases.length; index = next++) {
        const { order, buyer } = purchases[index] ?? { order: '', buyer: { authorization: '' } };
        for (;;) {
          const answer = await connection.send('GET', `/v1/orders/${order}`, buyer.authorization);
          const { status } = JSON.parse(answer.body) as { status: string };
          if (status === 'CONFIRMED') break;
          if (performance.now() > untilMs) throw new Error(`${order} was paid and is ${status}, not CONFIRMED`);
        }
      }
      connection.close();
    };
    await Promise.all(Array.from({ length: Math.min(connections, purchases.length, 64) }, look));
  }

  #twoSkus(): readonly [string, string] {
    const { hot, skus } = this.#options;
    if (hot) return [skuOf(0), skuOf(1)];
    const first = Math.floor(Math.random() * skus);
    const second = (first + 1 + Math.floor(Math.random() * (skus - 1))) % skus;
    return [skuOf(first), skuOf(second)];
  }

  #key(): string {
    this.#keys += 1;
    return `idempotency-key: ${this.#run}-${this.#keys}\r\n`;
  }
}

class Measured {
  readonly orders = new Latencies();
  readonly payments = new Latencies();
  readonly unexpected = new Map<string, number>();
  late = 0;
  paid = 0;

  expectedNot(call: string, { status, body }: Answer): void {
    const code = /"code":"(\w+)"/.exec(body)?.[1] ?? '';
    const what = `${call} ${status} ${code}`.trim();
    this.unexpected.set(what, (this.unexpected.get(what) ?? 0) + 1);
  }

  progress(seconds: number): string {
    const unexpected = [...this.unexpected].map(([what, count]) => `, ${count} × ${what}`).join('');
    return `${seconds.toFixed(0)} s: ${this.paid} orders paid, ${Math.round(this.paid / seconds)}/s${unexpected}`;
  }
}
