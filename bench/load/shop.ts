import { randomUUID } from 'node:crypto';
import { type Buyer, Buyers, signInAdministrator } from './buyers.ts';
import { type Answer, Connection } from './http.ts';
import type { LoadOptions } from './protocol.ts';

const perProduct = 4;
const plenty = 1_000_000_000;
const kinds = ['Jasmine', 'Oolong', 'Longjing', 'Keemun', 'Puer', 'Biluochun', 'Tieguanyin', 'Chrysanthemum'];
const forms = ['tea', 'tea set', 'teapot', 'gift box', 'caddy', 'cups', 'tray', 'sampler'];
export const categories = ['tea', 'teaware', 'gifts', 'kitchen', 'books', 'outdoor', 'stationery', 'coffee'];
/** What people look for: each finds a part of the shelf. */
export const searches = kinds.flatMap((kind) =>
  forms.map((form) => encodeURIComponent(`${kind} ${form}`.toLowerCase())),
);

export function skuOf(index: number): string {
  return `BENCH-${index}`;
}

type Progress = (line: string) => void;

/** The shop of the bench, filled through its API: goods for sale and in stock, buyers signed in and with money to spend. */
export class Shop {
  readonly options: LoadOptions;
  readonly buyers = new Buyers();
  readonly productIds: string[] = [];
  readonly #progress: Progress;
  #flashSales = 0;

  private constructor(options: LoadOptions, progress: Progress) {
    this.options = options;
    this.#progress = progress;
  }

  static async open(options: LoadOptions, progress: Progress): Promise<Shop> {
    const shop = new Shop(options, progress);
    const administrator = await shop.#administrator();
    await shop.#inParallel('products', Math.ceil(options.skus / perProduct), 64, async (connection, index) => {
      const body = JSON.stringify(productOf(index, options.skus));
      const answer = await connection.send('POST', '/v1/admin/products', administrator.authorization, body);
      if (answer.status === 201) shop.productIds.push((JSON.parse(answer.body) as { id: string }).id);
      return answer;
    });
    await shop.#inParallel('SKUs in stock', options.skus, 256, (connection, index) =>
      adjust(connection, administrator, `stock/${skuOf(index)}`, { delta: plenty }),
    );
    const { buyers } = shop;
    await shop.#inParallel('buyers', options.users, 16, (connection, index) => buyers.register(connection, index));
    const amount = { amount: plenty, currency: 'CNY' };
    await shop.#inParallel('balances', options.users, 256, (connection, index) =>
      adjust(connection, administrator, `wallet/${buyers.userIds[index]}`, { amount }),
    );
    return shop;
  }

  /** Puts one more SKU on sale, of which there are only so many. */
  async offer(stock: number): Promise<string> {
    this.#flashSales += 1;
    const sku = `FLASH-${this.#flashSales}`;
    const administrator = await this.#administrator();
    await this.#inParallel('flash sale', 1, 1, async (connection) => {
      const body = JSON.stringify({ ...productOf(0, 1), variants: [variantOf(sku)] });
      const answer = await connection.send('POST', '/v1/admin/products', administrator.authorization, body);
      return answer.status >= 300 ? answer : adjust(connection, administrator, `stock/${sku}`, { delta: stock });
    });
    return sku;
  }

  async stayOpen(): Promise<void> {
    if (this.buyers.areFresh) return;
    await this.buyers.refresh((count, one) => this.#inParallel('new tokens', count, 64, one));
  }

  async #administrator(): Promise<Buyer> {
    const connection = await Connection.open(this.options.host, this.options.port);
    const administrator = await signInAdministrator(connection, this.options);
    connection.close();
    return administrator;
  }

  /** Sends `count` requests over so many connections; the first answer that is no success ends it. */
  async #inParallel(
    what: string,
    count: number,
    connections: number,
    send: (connection: Connection, index: number) => Promise<Answer>,
  ): Promise<void> {
    const { host, port } = this.options;
    let next = 0;
    let done = 0;
    let shownMs = performance.now();
    const work = async (): Promise<void> => {
      const connection = await Connection.open(host, port);
      for (let index = next++; index < count; index = next++) {
        const answer = await send(connection, index);
        if (answer.status >= 300) throw new Error(`${what}: ${answer.status} ${answer.body}`);
        done += 1;
        if (performance.now() - shownMs < 500) continue;
        shownMs = performance.now();
        this.#progress(`${what}: ${done} of ${count}`);
      }
      connection.close();
    };
    await Promise.all(Array.from({ length: Math.min(connections, count) }, work));
  }
}

function adjust(connection: Connection, { authorization }: Buyer, what: string, change: object): Promise<Answer> {
  const headers = `${authorization}idempotency-key: ${randomUUID()}\r\n`;
  const body = JSON.stringify({ ...change, reason: 'bench' });
  return connection.send('POST', `/v1/admin/${what}/adjustments`, headers, body);
}

function productOf(index: number, skus: number) {
  const first = index * perProduct;
  const kind = kinds[index % kinds.length];
  const form = forms[Math.floor(index / kinds.length) % forms.length];
  return {
    category: categories[index % categories.length],
    texts: { en: { name: `${kind} ${form} ${index}`, description: `${kind} from the hills, number ${index}.` } },
    variants: Array.from({ length: Math.min(perProduct, skus - first) }, (_, variant) =>
      variantOf(skuOf(first + variant)),
    ),
  };
}

function variantOf(sku: string) {
  return { sku, price: { amount: 500, currency: 'CNY' } };
}
