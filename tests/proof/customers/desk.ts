import type { Operation } from '../../../src/contracts/operation.ts';
import { type Client, makeClient, type Reply } from '../../../src/runtime/http/client.ts';
import type { CallInput } from '../../../src/runtime/service.ts';

/** No answer that says what became of it: the connection broke, or a 5xx. It is asked again, with the same key. */
export class Unanswered extends Error {}

/** How requests ended since the tally was begun. */
export interface Tally {
  answered: number;
  /** The connection broke, or could not be made. */
  broken: number;
  /** 5xx by what was said: `503 unavailable`. */
  readonly refused: Map<string, number>;
  /** The same with the operation and the detail, for a person. */
  readonly why: Map<string, number>;
}

export interface Buyer {
  readonly id: string;
  readonly token: string;
}

/** Where customers ask, and how many answers they have had. */
export class Desk {
  readonly #waiting: { readonly count: number; readonly resolve: () => void }[] = [];
  #clients: readonly Client[] = [];
  #turn = 0;
  #acknowledged = 0;
  #operatorToken = '';
  #tally: Tally = emptyTally();

  /** Sends to these addresses from now on, in turn; resolves when what was sent to others is answered. */
  async moveTo(...urls: readonly string[]): Promise<void> {
    const left = this.#clients;
    this.#clients = urls.map((baseUrl) => makeClient({ baseUrl }));
    await closeAll(left);
  }

  set operatorToken(token: string) {
    this.#operatorToken = token;
  }

  get acknowledged(): number {
    return this.#acknowledged;
  }

  /** What came of requests since the last time it was asked. */
  takeTally(): Tally {
    const taken = this.#tally;
    this.#tally = emptyTally();
    return taken;
  }

  /** @throws Unanswered */
  async ask<O extends Operation>(operation: O, input: CallInput<O>, { token }: { token: string }): Promise<Reply<O>> {
    const client = this.#clients[this.#turn % this.#clients.length];
    if (!client) throw new Error('there is no platform to go to');
    this.#turn += 1;
    const reply = await client.request(operation, input, { token }).catch((error: unknown) => {
      this.#tally.broken += 1;
      throw new Unanswered('the connection broke', { cause: error });
    });
    const { status, body } = reply as { status: number; body: { code?: string; detail?: string } | null };
    if (status >= 500) {
      const said = `${status} ${body?.code}${reply.headers['retry-after'] ? '' : ' without Retry-After'}`;
      count(this.#tally.refused, said);
      count(this.#tally.why, `${operation.name}: ${said}, ${body?.detail}`);
      throw new Unanswered(`${said}: ${JSON.stringify(body)}`);
    }
    this.#tally.answered += 1;
    // The request before, whose connection broke, is still at it.
    if (status === 409 && body?.code === 'request_in_progress') throw new Unanswered('the same request is under way');
    return reply;
  }

  /** @throws Unanswered */
  askAsOperator<O extends Operation>(operation: O, input: CallInput<O> = {}): Promise<Reply<O>> {
    return this.ask(operation, input, { token: this.#operatorToken });
  }

  /** Resolves when this many more answers have come that are remembered. */
  acknowledgements(more: number): Promise<void> {
    return new Promise((resolve) => this.#waiting.push({ count: this.#acknowledged + more, resolve }));
  }

  /** An answer that is remembered. */
  noted<T>(answer: T): T {
    this.#acknowledged += 1;
    for (const waiting of this.#waiting.splice(0)) {
      if (waiting.count <= this.#acknowledged) waiting.resolve();
      else this.#waiting.push(waiting);
    }
    return answer;
  }

  close(): Promise<void> {
    return closeAll(this.#clients);
  }
}

async function closeAll(clients: readonly Client[]): Promise<void> {
  await Promise.allSettled(clients.map((client) => client.close()));
}

function emptyTally(): Tally {
  return { answered: 0, broken: 0, refused: new Map(), why: new Map() };
}

function count(counts: Map<string, number>, what: string): void {
  counts.set(what, (counts.get(what) ?? 0) + 1);
}
