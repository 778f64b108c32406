import { randomUUID } from 'node:crypto';
import { logIn, register } from '../../src/contracts/http/identity.ts';
import { adjustWallet } from '../../src/contracts/http/wallet.ts';
import type { AnswerOf, BodyOf, Operation } from '../../src/contracts/operation.ts';
import type { Instant } from '../../src/kernel/clock.ts';
import { type Client, makeClient, type Reply, type RequestOptions } from '../../src/runtime/http/client.ts';
import type { CallInput } from '../../src/runtime/service.ts';
import { demoAccounts } from '../../src/services/identity/service.ts';
import { type Records, recordsOf } from './records.ts';

/** Somebody with an account, and a client that speaks for them. */
export interface Person {
  readonly id: string;
  readonly email: string;
  readonly token: string;
  /** Sends the operation with their token; `idempotencyKey` is made up where the operation requires one and none is given. */
  ask<O extends Operation>(operation: O, input?: CallInput<O>, options?: RequestOptions): Promise<Reply<O>>;
}

/** Where a service does its work: as it answers a request, or as it handles a message or follows a timer. */
export type Work = 'requests' | 'messages';

/** The processes that a platform runs in, however many they are. */
export interface Layout {
  /** Of the gateways. */
  readonly urls: readonly string[];
  /** Databases are called `<prefix>_<service>`. */
  readonly prefix: string;
  now(): Instant;
  /** Moves the time of every process forward; resolves when each of them has moved. */
  move(byMs: number): Promise<void>;
  /** Asks in the name of a service what services alone may ask. */
  askAs<O extends Operation>(service: string, operation: O, input: CallInput<O>): Promise<AnswerOf<O>>;
  /** The next time that the service gets to the point, within work of this kind, an error arises there. */
  failOnce(service: string, point: string, within: Work): Promise<void>;
  /** @throws where the processes have not kept to what the arrangement is there to show */
  examine?(): Promise<void>;
  /** Stops all processes as SIGTERM would; what they have written stays. */
  stop(): Promise<void>;
  /** Removes what they have written. */
  clear(): Promise<void>;
}

/** The whole platform over HTTP with the demo shop open, in whichever arrangement. */
export interface TestShop
  extends Omit<Layout, 'urls' | 'examine' | 'clear'>,
    Pick<Records, 'sql' | 'history'>,
    AsyncDisposable {
  /** Of one of its gateways. */
  readonly url: string;
  /** Where there are several gateways it takes them in turn. */
  readonly client: Client;
  /** One for each gateway. */
  readonly clients: readonly Client[];
  /** Registers a shopper, with this much balance (minor units of CNY; default none). */
  shopper(balance?: number): Promise<Person>;
  /** The demo administrator. */
  operator(): Promise<Person>;
}

export function shopOver(layout: Layout): TestShop {
  const { urls, prefix } = layout;
  const clients = urls.map((baseUrl) => makeClient({ baseUrl }));
  const client = takingTurns(clients);
  const records = recordsOf(prefix);
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    stopped ??= client.close().then(() => layout.stop());
    return stopped;
  };
  let administrator: Promise<Person> | undefined;
  const operator = (): Promise<Person> => {
    administrator ??= enter(client, logIn, demoAccounts.administrator);
    return administrator;
  };
  return {
    url: urls[0] ?? '',
    client,
    clients,
    prefix,
    now: () => layout.now(),
    move: (byMs) => layout.move(byMs),
    askAs: (service, operation, input) => layout.askAs(service, operation, input),
    failOnce: (service, point, within) => layout.failOnce(service, point, within),
    sql: records.sql,
    history: records.history,
    operator,
    async shopper(balance = 0) {
      const email = `${randomUUID()}@example.com`;
      const person = await enter(client, register, { email, password: 'correct horse battery', name: 'Shopper' });
      if (balance > 0) {
        const body = { amount: { amount: balance, currency: 'CNY' }, reason: 'test' };
        const adjusted = await (await operator()).ask(adjustWallet, { params: { userId: person.id }, body });
        if (adjusted.status !== 201) throw new Error(`no balance: ${JSON.stringify(adjusted.body)}`);
      }
      return person;
    },
    stop,
    async [Symbol.asyncDispose]() {
      await stop();
      await records.close();
      await layout.clear();
    },
  };
}

function takingTurns(clients: readonly Client[]): Client {
  let turn = 0;
  return {
    request(operation, input, options) {
      const client = clients[turn % clients.length];
      if (!client) throw new Error('no gateway');
      turn += 1;
      return client.request(operation, input, options);
    },
    async close() {
      await Promise.all(clients.map((client) => client.close()));
    },
  };
}

async function enter(
  client: Client,
  operation: typeof register | typeof logIn,
  who: { email: string; password: string; name?: string },
): Promise<Person> {
  const { email, password, name } = who;
  const body = operation === register ? { email, password, name: name ?? 'Shopper' } : { email, password };
  const reply = await client.request(operation as typeof logIn, { body: body as BodyOf<typeof logIn> });
  if (!('accessToken' in reply.body)) throw new Error(`not let in: ${JSON.stringify(reply.body)}`);
  const { accessToken, user } = reply.body;
  return {
    id: user.id,
    email,
    token: accessToken,
    ask: (asked, input = {}, options = {}) => {
      const key = asked.idempotencyKey === 'required' ? { idempotencyKey: randomUUID() } : {};
      return client.request(asked, { ...key, ...input }, { token: accessToken, ...options });
    },
  };
}
