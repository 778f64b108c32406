import type { Language } from '#contracts/schema.ts';
import type { Instant } from '#kernel/clock.ts';
import type { Table, Tables } from '#runtime/batch/workset.ts';
import type { Queries } from '#runtime/database/database.ts';
import { rowsOf } from '#runtime/database/rows-of.ts';
import type { Addressing } from './domain/mail.ts';
import type { MailPolicy, Notification, OrderNumber, Recipient } from './domain.ts';

const writtenRecipient = 'user_id text, email text, name text, language text, position bigint, cause text';

/** Changed where a user takes another name, and where the settings name other operators. */
const recipients: Table<Recipient> = {
  keyOf: (recipient) => recipient.userId,
  // The same users come back: a shop has thousands of buyers at work, and an order is told of three times.
  knownLeast: 8_192,
  async load(transaction, userIds) {
    const { rows } = await transaction.query<Recipient>(
      'select user_id as "userId", email, name, language, position::float8, cause from recipients where user_id = any($1)',
      [userIds],
    );
    return rows;
  },
  insert: (transaction, rows) =>
    transaction.query(
      `insert into recipients (user_id, email, name, language, position, cause)
       select * from ${rowsOf(writtenRecipient)} as new`,
      [
        rows.map((recipient) => recipient.userId),
        rows.map((recipient) => recipient.email),
        rows.map((recipient) => recipient.name),
        rows.map((recipient) => recipient.language),
        rows.map((recipient) => recipient.position),
        rows.map((recipient) => recipient.cause),
      ],
    ),
  update: (transaction, rows) =>
    transaction.query(
      `update recipients r set email = new.email, name = new.name, language = new.language, position = new.position,
         cause = new.cause
       from ${rowsOf(writtenRecipient)} as new
       where r.user_id = new.user_id`,
      [
        rows.map((recipient) => recipient.userId),
        rows.map((recipient) => recipient.email),
        rows.map((recipient) => recipient.name),
        rows.map((recipient) => recipient.language),
        rows.map((recipient) => recipient.position),
        rows.map((recipient) => recipient.cause),
      ],
    ),
};

const notificationColumns = `n.id, n.user_id as "userId", n.order_id as "orderId", n.order_number as "orderNumber", n.type,
  n.channel, n.title, n.body, n.language, n.status, n.created_at as "createdAt", n.cause, n.recipient, n.attempts, n.refusals,
  n.next_attempt_at as "nextAttemptAt", n.error`;

const notifications: Table<Notification> = {
  keyOf: (notification) => notification.id,
  /** Only mail is ever read again to be changed. */
  isRead: ({ channel }) => channel === 'email',
  async load(transaction, ids) {
    const { rows } = await transaction.query<Notification>(
      `select ${notificationColumns} from notifications n where n.channel = 'email' and n.id = any($1)`,
      [ids],
    );
    return rows;
  },
  /** What is there already was made by the same message. */
  insert: (transaction, rows) =>
    transaction.query(
      `insert into notifications (id, user_id, order_id, order_number, type, channel, title, body, language, status,
         created_at, cause, recipient, next_attempt_at)
       select * from ${rowsOf(`
           id text, user_id text, order_id text, order_number text, type text, channel text, title text,
           body text, language text, status text, created_at timestamptz, cause text, recipient text,
           next_attempt_at timestamptz`)} as new
       on conflict (user_id, id) do nothing`,
      [
        rows.map((row) => row.id),
        rows.map((row) => row.userId),
        rows.map((row) => row.orderId),
        rows.map((row) => row.orderNumber),
        rows.map((row) => row.type),
        rows.map((row) => row.channel),
        rows.map((row) => row.title),
        rows.map((row) => row.body),
        rows.map((row) => row.language),
        rows.map((row) => row.status),
        rows.map((row) => row.createdAt),
        rows.map((row) => row.cause),
        rows.map((row) => row.recipient),
        rows.map((row) => row.nextAttemptAt),
      ],
    ),
  update: (transaction, rows) =>
    transaction.query(
      `update notifications n set status = new.status, recipient = new.recipient, attempts = new.attempts,
         refusals = new.refusals, next_attempt_at = new.next_attempt_at, error = new.error
       from ${rowsOf(`
           user_id text, id text, status text, recipient text, attempts integer, refusals integer,
           next_attempt_at timestamptz, error text`)} as new
       where n.user_id = new.user_id and n.id = new.id`,
      [
        rows.map((row) => row.userId),
        rows.map((row) => row.id),
        rows.map((row) => row.status),
        rows.map((row) => row.recipient),
        rows.map((row) => row.attempts),
        rows.map((row) => row.refusals),
        rows.map((row) => row.nextAttemptAt),
        rows.map((row) => row.error),
      ],
    ),
};

const mailPolicy: Table<MailPolicy> = {
  keyOf: (policy) => policy.id,
  async load(transaction, ids) {
    const { rows } = await transaction.query<MailPolicy>('select id, mode from mail_policy where id = any($1)', [ids]);
    return rows;
  },
  insert: (transaction, rows) =>
    transaction.query(writePolicy, [rows.map((row) => row.id), rows.map((row) => row.mode)]),
  update: (transaction, rows) =>
    transaction.query(writePolicy, [rows.map((row) => row.id), rows.map((row) => row.mode)]),
};

const writePolicy = `
  insert into mail_policy (id, mode) select * from ${rowsOf('id text, mode text')} as new
  on conflict (id) do update set mode = excluded.mode`;

/**
 * The number that the newest notice of each order names. An order's notices are younger than the order, and ids of both begin
 * with their time, so the search begins there and not at the user's first order.
 */
const orderNumbers: Table<OrderNumber> = {
  isDerived: true,
  keyOf: (order) => order.key,
  async load(transaction, keys) {
    const { rows } = await transaction.query<OrderNumber>(
      `select asked.key, found.order_number as number
       from unnest($1::text[]) as asked (key),
         lateral (select split_part(asked.key, '/', 1) as user_id, split_part(asked.key, '/', 2) as order_id) as parts,
         lateral (
           select order_number from notifications n
           where n.user_id = parts.user_id and n.id > 'ntf_' || substr(parts.order_id, 5, 13)
             and n.order_id = parts.order_id and n.order_number is not null
           order by n.id desc limit 1
         ) as found`,
      [keys],
    );
    return rows;
  },
};

export const tables = { recipients, notifications, mailPolicy, orderNumbers } satisfies Tables;

/** What was sent to a user, newest first. `before` is the id of the last one of the page before. */
export async function listNotificationsOf(
  database: Queries,
  { userId, before, limit }: { userId: string; before: string | undefined; limit: number },
): Promise<readonly Notification[]> {
  const { rows } = await database.query<Notification>(
    `select ${notificationColumns} from notifications n
     where n.user_id = $1 and ($2::text is null or n.id < $2) order by n.id desc limit $3`,
    [userId, before ?? null, limit],
  );
  return rows;
}

/** A mail with what is known of its recipient. */
export interface MailRow extends Notification {
  readonly name: string | null;
  readonly language: Language;
}

const mailColumns = `${notificationColumns}, r.name`;
const mailTables = `notifications n left join recipients r on r.user_id = n.user_id`;

export async function listMailRows(
  database: Queries,
  { before, limit }: { before: string | undefined; limit: number },
): Promise<readonly MailRow[]> {
  const { rows } = await database.query<MailRow>(
    `select ${mailColumns} from ${mailTables}
     where n.channel = 'email' and ($1::text is null or n.id < $1) order by n.id desc limit $2`,
    [before ?? null, limit],
  );
  return rows;
}

export async function findMailRows(database: Queries, ids: readonly string[]): Promise<readonly MailRow[]> {
  const { rows } = await database.query<MailRow>(
    `select ${mailColumns} from ${mailTables} where n.channel = 'email' and n.id = any($1) order by n.id`,
    [ids],
  );
  return rows;
}

/** Mail whose recipient has become known. */
export async function findAddressable(database: Queries, limit: number): Promise<readonly Addressing[]> {
  const { rows } = await database.query<Addressing>(
    `select n.id, n.user_id as "userId" from notifications n join recipients r on r.user_id = n.user_id
     where n.status = 'WAITING' limit $1`,
    [limit],
  );
  return rows;
}

/** Mail that may be sent now, the longest due first. */
export async function findDueMail(database: Queries, now: Instant, limit: number): Promise<readonly string[]> {
  const { rows } = await database.query<{ id: string }>(
    `select id from notifications where status in ('QUEUED', 'SENDING') and next_attempt_at <= $1::timestamptz
     order by next_attempt_at limit $2`,
    [now, limit],
  );
  return rows.map(({ id }) => id);
}
