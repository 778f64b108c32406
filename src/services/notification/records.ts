import { type Instant, toTimestamp } from '#kernel/clock.ts';
import type { RecordsOfOrder } from '#runtime/service.ts';
import { operators } from './domain.ts';

/** Along the primary key: those of the buyer, and those that were for operators. */
const selectNotifications = `
  select id, user_id as "userId", type, channel, title, status, recipient, error, created_at as "createdAt", cause,
    to_jsonb(notifications) as raw
  from notifications where user_id = any($1) and order_id = $2 order by created_at, id`;

interface NotificationRow {
  readonly id: string;
  readonly userId: string;
  readonly type: string;
  readonly channel: 'in_app' | 'email';
  readonly title: string;
  readonly status: string;
  readonly recipient: string | null;
  readonly error: string | null;
  readonly createdAt: Instant;
  readonly cause: string;
  readonly raw: unknown;
}

export const records: RecordsOfOrder = async (database, { orderId, userId }) => {
  const whom = [operators, ...(userId === undefined ? [] : [userId])];
  const { rows } = await database.query<NotificationRow>(selectNotifications, [whom, orderId]);
  return rows.map(({ id, userId: to, type, channel, title, status, recipient, error, createdAt, cause, raw }) => ({
    at: toTimestamp(createdAt),
    kind: channel === 'email' ? 'mail' : 'notification',
    id,
    title: type,
    summary: `To ${recipient ?? (to === operators ? 'operators' : 'the buyer')}: ${title}${error === null ? '' : ` (${error})`}`,
    status,
    cause,
    raw,
  }));
};
