import { randomUUID } from 'node:crypto';
import { startAllInOne } from '../../src/apps/all-in-one.ts';
import type { Platform } from '../../src/apps/platform.ts';
import { logIn, register } from '../../src/contracts/http/identity.ts';
import { adjustWallet } from '../../src/contracts/http/wallet.ts';
import type { BodyOf, Operation } from '../../src/contracts/operation.ts';
import { type Client, makeClient, type Reply, type RequestOptions } from '../../src/runtime/http/client.ts';
import { type MovableTime, movableTime } from '../../src/runtime/seams/scheduler.ts';
import { systemClock } from '../../src/runtime/seams/system-time.ts';
import type { CallInput } from '../../src/runtime/service.ts';
import { demoAccounts } from '../../src/services/identity/service.ts';
import { dropDatabases, testCluster, uniqueName, urlOf } from './postgres.ts';

/** Somebody with an account, and a client that speaks for them. */
export interface Person {
  readonly id: string;
  readonly email: string;
  readonly token: string;
  /** Sends the operation with their token; `idempotencyKey` is made up where the operation requires one and none is given. */
  ask<O extends Operation>(operation: O, input?: CallInput<O>, options?: RequestOptions): Promise<Reply<O>>;
}

/** The whole platform over HTTP, with the demo shop open, on the run's PostgreSQL. */
export interface TestPlatform extends AsyncDisposable {
  readonly platform: Platform;
  readonly url: string;
  readonly client: Client;
  readonly time: MovableTime;
  readonly prefix: string;
  /** Registers a shopper, with this much balance (minor units of CNY; default none). */
  shopper(balance?: number): Promise<Person>;
  /** The demo administrator. */
  operator(): Promise<Person>;
  stop(): Promise<void>;
}

export async function startTestPlatform(environment: Readonly<Record<string, string>> = {}): Promise<TestPlatform> {
  const prefix = uniqueName('shop');
  const time = movableTime(() => systemClock.now());
  const platform = await startAllInOne(
    {
      DATABASE_URL: urlOf(testCluster()),
      DATABASE_PREFIX: prefix,
      DATABASE_POOL: '3',
      PORT: '0',
      INTERNAL_PORT: '0',
      DEMO: '1',
      RATE_LIMIT: 'off',
      LOG_LEVEL: process.env.LOG_LEVEL ?? 'silent',
      AUDIT_BOUND: '500ms',
      // A slow machine is no reason for a 202.
      ORDER_WAIT: '20s',
      ...environment,
    },
    { time },
  );
  const client = makeClient({ baseUrl: platform.url });
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    stopped ??= client.close().then(() => platform.stop());
    return stopped;
  };
  let administrator: Promise<Person> | undefined;
  const operator = (): Promise<Person> => {
    administrator ??= enter(client, logIn, demoAccounts.administrator);
    return administrator;
  };
  return {
    platform,
    url: platform.url,
    client,
    time,
    prefix,
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
      await dropDatabases(prefix);
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
