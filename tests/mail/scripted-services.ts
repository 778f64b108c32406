import { startPlatform } from '../../src/apps/platform.ts';
import { listMail, listNotifications } from '../../src/contracts/http/notification.ts';
import { type DataOf, type MessageContract, say as saying } from '../../src/contracts/message.ts';
import { UserRegistered } from '../../src/contracts/messages/identity/user-registered.v1.ts';
import { OrderCancelled } from '../../src/contracts/messages/ordering/order-cancelled.v1.ts';
import { OrderConfirmed } from '../../src/contracts/messages/ordering/order-confirmed.v1.ts';
import { OrderFailed } from '../../src/contracts/messages/ordering/order-failed.v1.ts';
import { PaymentSuccess } from '../../src/contracts/messages/payment/payment-success.v1.ts';
import { RefundFailed } from '../../src/contracts/messages/payment/refund-failed.v1.ts';
import { RefundSucceeded } from '../../src/contracts/messages/payment/refund-succeeded.v1.ts';
import type { Decider } from '../../src/runtime/batch/decider.ts';
import type { Queries } from '../../src/runtime/database/database.ts';
import { withSession } from '../../src/runtime/database/provision.ts';
import { type MovableTime, movableTime } from '../../src/runtime/seams/scheduler.ts';
import { systemClock } from '../../src/runtime/seams/system-time.ts';
import { type Context, defineService, type Service } from '../../src/runtime/service.ts';
import { notification } from '../../src/services/notification/service.ts';
import { dropDatabases, ownerOf, testCluster, uniqueName, urlOf } from '../support/postgres.ts';

const sayAnything: Decider<Record<string, never>, ReturnType<typeof saying>> = {
  name: 'sayAnything',
  needs: () => ({}),
  decide: (_state, each) => ({ say: [each] }),
};

/** A service that only says what a test puts into its mouth. */
function mouthpiece(name: string, says: readonly MessageContract[]): Service {
  const migrations = new URL('./migrations/', import.meta.url);
  return defineService({ name, tables: {}, migrations, answers: [], hears: [], says });
}

export interface ScriptedPlatform extends AsyncDisposable {
  readonly time: MovableTime;
  /** Has the service that owns the message say it. */
  say<Contract extends MessageContract>(contract: Contract, data: DataOf<Contract>): Promise<void>;
  mails(): Promise<Mail[]>;
  notices(userId: string): Promise<Notice[]>;
  /** Reads the service's own tables. */
  query(text: string, values: readonly unknown[]): ReturnType<Queries['query']>;
  /** Has everything that the source ever said delivered once more. */
  rewind(source: string): Promise<void>;
  /** Stops as SIGTERM would, and goes on with the same databases under other settings. */
  restart(environment: Readonly<Record<string, string>>): Promise<void>;
}

export type Mail = Extract<Awaited<ReturnType<typeof askForMail>>, { status: 200 }>['body']['data'][number];
export type Notice = Extract<Awaited<ReturnType<typeof askForNotices>>, { status: 200 }>['body']['data'][number];

/** Notification at work among services that say what the test wants, in the order it wants. */
export async function startScripted(environment: Readonly<Record<string, string>> = {}): Promise<ScriptedPlatform> {
  const prefix = uniqueName('mail');
  const time = movableTime(() => systemClock.now());
  const services = [
    mouthpiece('identity', [UserRegistered]),
    mouthpiece('ordering', [OrderConfirmed, OrderCancelled, OrderFailed]),
    mouthpiece('payment', [PaymentSuccess, RefundSucceeded, RefundFailed]),
    notification,
  ];
  const start = (more: Readonly<Record<string, string>>) =>
    startPlatform({
      services,
      time,
      environment: {
        DATABASE_URL: urlOf(testCluster()),
        DATABASE_PREFIX: prefix,
        DATABASE_POOL: '2',
        PORT: '0',
        INTERNAL_PORT: '0',
        LOG_LEVEL: process.env.LOG_LEVEL ?? 'silent',
        ...more,
      },
    });
  let present = environment;
  let platform = await start(present);
  const contextOf = (service: string): Context => {
    const node = platform.host.nodes.get(service);
    if (!node) throw new Error(`no service ${service}`);
    return node.context;
  };
  return {
    time,
    async say(contract, data) {
      const context = contextOf(contract.type.slice(0, contract.type.indexOf('.')));
      await context.write(sayAnything, saying(contract, data), context.timer('test'));
    },
    mails: async () => (await askForMail(contextOf('notification'))).body.data,
    notices: async (userId) => (await askForNotices(contextOf('notification'), userId)).body.data,
    query: (text, values) => contextOf('notification').database.query(text, values),
    async rewind(source) {
      await platform.stop();
      await withSession(ownerOf(prefix, 'notification'), (session) =>
        session.query('update cursors set position = 0 where source = $1', [source]),
      );
      platform = await start(present);
    },
    async restart(more) {
      await platform.stop();
      present = more;
      platform = await start(present);
    },
    async [Symbol.asyncDispose]() {
      await platform.stop();
      await dropDatabases(prefix);
    },
  };
}

function askForMail(context: Context) {
  return context.call(listMail, { query: { limit: 100 } }, context.timer('test'));
}

function askForNotices(context: Context, userId: string) {
  const origin = { ...context.timer('test'), caller: { kind: 'user', id: userId, roles: [] } } as const;
  return context.call(listNotifications, { query: { limit: 100 } }, origin);
}
