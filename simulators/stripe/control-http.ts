import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Books } from './books.ts';
import type { Control, Forged } from './control.ts';
import { type Mishap, mishaps } from './mishaps.ts';
import type { Planted } from './statement.ts';
import { type Mischief, sendOverHttp } from './webhooks.ts';

/** Answers what is its own, and says whether it has. */
export type Pages = (request: IncomingMessage, url: URL, body: string, response: ServerResponse) => Promise<boolean>;

interface Wish {
  readonly number: string;
  readonly mishap: Mishap;
  readonly times: number;
  readonly of: string;
  readonly card: string;
  readonly outcome: 'succeeded' | 'failed';
  readonly when: 'at once' | 'later';
}

/** The control in JSON: `POST /_simulator/<act>` with what the act takes; `GET /_simulator/books`. */
export function controlOverHttp(control: Control, books: Books): Pages {
  const acts: Readonly<Record<string, (wish: Partial<Wish>, body: object) => unknown>> = {
    fail({ mishap, times = 1, of = '' }) {
      if (!mishap || !mishaps.includes(mishap)) throw new RangeError(`mishap: one of ${mishaps.join('; ')}`);
      return control.failNext(mishap, { times, of });
    },
    clear: () => control.clearFailures(),
    pay: ({ number = '', card }) => ({ paid: control.pay(number, card) }),
    decline: ({ number = '' }) => control.decline(number),
    refunds: ({ when, outcome }) => (when ? control.refundsSettle(when) : control.settleRefunds(outcome)),
    'fail-refund': ({ number = '' }) => control.failRefund(number),
    callbacks: (_wish, body) => control.callbacks(body as Partial<Mischief>),
    resend: ({ number = '' }) => control.resend(number),
    async forge({ number = '' }, body) {
      const { url, headers, body: bytes } = control.forge(number, body as Forged);
      return { status: await sendOverHttp(url, headers, bytes) };
    },
    plant: (_wish, body) => control.plant(body as Planted),
  };
  return async (request, url, body, response) => {
    const act = url.pathname.slice('/_simulator/'.length);
    const say = (status: number, value: unknown): true => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(value ?? {})}\n`);
      return true;
    };
    if (request.method === 'GET' && act === 'books') return say(200, shown(books));
    if (request.method === 'GET' && act === 'report') {
      response.writeHead(200, { 'content-type': 'text/csv' }).end(control.report(url.searchParams.get('day') ?? ''));
      return true;
    }
    const run = request.method === 'POST' && Object.hasOwn(acts, act) ? acts[act] : undefined;
    if (!run) return false;
    try {
      const wish: unknown = body === '' ? {} : JSON.parse(body);
      if (typeof wish !== 'object' || wish === null) throw new RangeError('expected an object');
      return say(200, await run(wish, wish));
    } catch (error) {
      return say(400, { error: error instanceof Error ? error.message : String(error) });
    }
  };
}

function shown(books: Books) {
  const charges = books.numbers().map((number) => ({
    ...{ number, captures: books.captures(number), refunds: books.refunds(number) },
  }));
  return { charges, fees: books.fees(), balance: books.balance() };
}
