import { randomUUID } from 'node:crypto';
import { type Answer, Connection } from './http.ts';
import type { LoadOptions } from './protocol.ts';

export interface Buyer {
  /** The header line with his token. */
  readonly authorization: string;
}

const perProduct = 1_000;
const plenty = 1_000_000_000;

export function skuOf(index: number): string {
  return `BENCH-${index}`;
}

/** Fills an empty platform through its API: goods for sale and in stock, buyers signed in and with money to spend. */
export async function openShop(options: LoadOptions, progress: (line: string) => void): Promise<Buyer[]> {
  const administrator = await signIn(options);
  const products = Math.ceil(options.skus / perProduct);
  await inParallel(options, 'products', products, progress, (connection, index) =>
    connection.send('POST', '/v1/admin/products', administrator.authorization, productOf(index, options.skus)),
  );
  await inParallel(options, 'SKUs in stock', options.skus, progress, (connection, index) =>
    connection.send(
      'POST',
      `/v1/admin/stock/${skuOf(index)}/adjustments`,
      `${administrator.authorization}idempotency-key: ${randomUUID()}\r\n`,
      JSON.stringify({ delta: plenty, reason: 'bench' }),
    ),
  );
  const ids: string[] = [];
  const buyers: Buyer[] = [];
  await inParallel({ ...options, connections: 16 }, 'buyers', options.users, progress, async (connection, index) => {
    const answer = await connection.send('POST', '/v1/auth/register', '', buyerOf(index));
    const { user, accessToken } = JSON.parse(answer.body) as { user?: { id: string }; accessToken?: string };
    if (!user || !accessToken) return answer;
    ids.push(user.id);
    buyers.push({ authorization: `authorization: Bearer ${accessToken}\r\n` });
    return answer;
  });
  await inParallel(options, 'balances', ids.length, progress, (connection, index) =>
    connection.send(
      'POST',
      `/v1/admin/wallet/${ids[index]}/adjustments`,
      `${administrator.authorization}idempotency-key: ${randomUUID()}\r\n`,
      JSON.stringify({ amount: { amount: plenty, currency: 'CNY' }, reason: 'bench' }),
    ),
  );
  return buyers;
}

async function signIn({ host, port, admin }: LoadOptions): Promise<Buyer> {
  const connection = await Connection.open(host, port);
  const answer = await connection.send('POST', '/v1/auth/login', '', JSON.stringify(admin));
  connection.close();
  if (answer.status !== 200) throw new Error(`the administrator cannot log in: ${answer.status} ${answer.body}`);
  const { accessToken } = JSON.parse(answer.body) as { accessToken: string };
  return { authorization: `authorization: Bearer ${accessToken}\r\n` };
}

function productOf(index: number, skus: number): string {
  const first = index * perProduct;
  const variants = Array.from({ length: Math.min(perProduct, skus - first) }, (_, variant) => ({
    sku: skuOf(first + variant),
    price: { amount: 500, currency: 'CNY' },
  }));
  const name = `Bench tea ${index}`;
  return JSON.stringify({ category: 'bench', texts: { en: { name, description: 'Green, loose.' } }, variants });
}

function buyerOf(index: number): string {
  return JSON.stringify({
    email: `buyer-${index}@example.com`,
    password: `tea for buyer ${index}`,
    name: `Buyer ${index}`,
  });
}

/** Sends `count` requests over all connections; the first answer that is no success ends it. */
async function inParallel(
  { host, port, connections }: Pick<LoadOptions, 'host' | 'port' | 'connections'>,
  what: string,
  count: number,
  progress: (line: string) => void,
  send: (connection: Connection, index: number) => Promise<Answer>,
): Promise<void> {
  let next = 0;
  let done = 0;
  let shown = 0;
  const work = async (): Promise<void> => {
    const connection = await Connection.open(host, port);
    for (let index = next++; index < count; index = next++) {
      const answer = await send(connection, index);
      if (answer.status >= 300) throw new Error(`${what}: ${answer.status} ${answer.body}`);
      done += 1;
      if (done === count || performance.now() - shown > 1_000) {
        shown = performance.now();
        progress(`${what}: ${done} of ${count}`);
      }
    }
    connection.close();
  };
  await Promise.all(Array.from({ length: Math.min(connections, count) }, work));
}
