import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '#kernel/clock.ts';
import { type Random, systemRandom } from '#runtime/seams/random.ts';
import { type Scheduler, systemScheduler } from '#runtime/seams/scheduler.ts';
import { systemClock } from '#runtime/seams/system-time.ts';
import { stripeApi } from './api.ts';
import { type Books, booksOf } from './books.ts';
import { type Control, controlOf } from './control.ts';
import { controlOverHttp } from './control-http.ts';
import { failures } from './mishaps.ts';
import { phonePages } from './phone.ts';
import { type Planted, statementOf } from './statement.ts';
import { type Endpoint, makeWebhooks, type Send, sendOverHttp, type Webhooks } from './webhooks.ts';
import { type Account, makeWorld, type World } from './world.ts';

export interface StripeSimulatorOptions {
  readonly account?: Partial<Account>;
  /** Where events are sent to, and signed with what. */
  readonly webhooks?: readonly Endpoint[];
  readonly clock?: Clock;
  readonly scheduler?: Scheduler;
  readonly random?: Random;
  readonly send?: Send;
  /** Divides the pauses between deliveries of an event. */
  readonly timeScale?: number;
  readonly slowMs?: number;
  readonly port?: number;
}

export interface StripeSimulator {
  readonly url: string;
  readonly account: Account;
  readonly books: Books;
  readonly control: Control;
  readonly webhooks: Webhooks;
  readonly world: World;
  stop(): Promise<void>;
}

/** An account in test mode that pays out in yuan. */
export const simulatedAccount: Account = {
  ...{
    id: 'acct_1Simulated',
    secretKey: 'sk_test_simulatedSecretKey',
    publishableKey: 'pk_test_simulatedPublishableKey',
  },
  ...{ livemode: false, currency: 'cny', feeBasisPoints: 340, feeFixed: 235 },
  exchangeRates: { usd: 7.12, hkd: 0.91, eur: 8.3, jpy: 4.7, gbp: 9.6, twd: 0.23 },
  apiVersion: '2026-10-28.endive',
};

/** Stripe on this machine: api.stripe.com, its webhooks, and the page on which a buyer gives a card. */
export async function startStripeSimulator(options: StripeSimulatorOptions = {}): Promise<StripeSimulator> {
  const account = { ...simulatedAccount, ...options.account };
  const { clock = systemClock, scheduler = systemScheduler(), random = systemRandom() } = options;
  const { send = sendOverHttp, timeScale = 1, slowMs = 1_000 } = options;
  const means = { scheduler, send, timeScale, world: (): World => world };
  const webhooks = makeWebhooks(options.webhooks ?? [], means);
  const world: World = makeWorld(account, clock, random, (event) => webhooks.tell(event));
  const mishaps = failures();
  const planted: Planted[] = [];
  const control = controlOf({ world, webhooks, failures: mishaps, planted, endpoints: options.webhooks ?? [] });
  const books = booksOf(world);
  const api = stripeApi({
    ...{ world, failures: mishaps, scheduler, slowMs },
    call: (ids, cause) => ({ world, webhooks, ids, cause, statement: statementOf(world, planted) }),
  });
  const pages = [controlOverHttp(control, books), phonePages(world)];
  const server = createServer((request, response) => {
    void serve(request, response).catch(() => response.destroy());
  });

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://simulator');
    const body = await bodyOf(request);
    if (!url.pathname.startsWith('/_simulator/')) {
      const query = url.search.slice(1);
      return api(
        { method: request.method ?? 'GET', path: url.pathname, query, headers: request.headers, body },
        response,
      );
    }
    for (const page of pages) if (await page(request, url, body, response)) return;
    response.writeHead(404, { 'content-type': 'text/plain' }).end('There is no such page in the simulator.\n');
  }

  const port = await listening(server, options.port ?? 0);
  return {
    ...{ url: `http://127.0.0.1:${port}`, account, books, control, webhooks, world },
    async stop() {
      webhooks.stop();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

async function listening(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return (server.address() as AddressInfo).port;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}
