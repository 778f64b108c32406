import type { Violation } from '#contracts/audit.ts';
import type { ServiceAudit } from '#runtime/service.ts';

/** I5: one notice per message and channel. The key says so by its making; this says so whatever the key is. */
const doubledNotices = `
  select min(order_id) as order_id, cause, channel, count(*) as notices from notifications
  group by user_id, cause, channel, type having count(*) > 1 limit 100`;
/** I5: every effect names its cause; notices are made of messages and of nothing else. */
const causelessNotices = `
  select order_id, id, cause from notifications where cause !~ '^[a-z]+/[0-9]+$' limit 100`;
const countNotices = 'select count(*) as notifications from notifications';

export const audit: ServiceAudit = {
  async checks(database) {
    const [doubled, causeless, counts] = await Promise.all([
      database.query<{ order_id: string | null; cause: string; channel: string; notices: bigint }>(doubledNotices),
      database.query<{ order_id: string | null; id: string; cause: string }>(causelessNotices),
      database.query<{ notifications: bigint }>(countNotices),
    ]);
    const violations: Violation[] = [
      ...doubled.rows.map(({ order_id, cause, channel, notices }) => ({
        invariant: 'I5' as const,
        ...named(order_id),
        detail: `${notices} notices of ${cause} on channel ${channel}`,
      })),
      ...causeless.rows.map(({ order_id, id, cause }) => ({
        invariant: 'I5' as const,
        ...named(order_id),
        detail: `notice ${id} has the cause ${cause}, which is no message`,
      })),
    ];
    return { violations, checked: { notifications: Number(counts.rows[0]?.notifications ?? 0n) } };
  },
};

function named(orderId: string | null): { readonly orderId?: string } {
  return orderId === null ? {} : { orderId };
}
