import { getMail, listMail, listNotices, listNotifications } from '#contracts/http/notification.ts';
import { toTimestamp } from '#kernel/clock.ts';
import { refuse } from '#kernel/problem.ts';
import type { Queries } from '#runtime/database/database.ts';
import { decodeCursor, encodeCursor } from '#runtime/http/paging.ts';
import { answer } from '#runtime/service.ts';
import { mailOf } from './domain/texts.ts';
import { operators } from './domain.ts';
import { findMailRows, listMailRows, listNotificationsOf, type MailRow } from './store.ts';

const pageSize = 20;

export const routes = [
  answer(listNotifications, async ({ caller, query }, { database }) => noticesOf(database, caller.id, query)),

  answer(listNotices, async ({ query }, { database }) => noticesOf(database, operators, query)),

  answer(listMail, async (request, { database }) => {
    const limit = request.query.limit ?? pageSize;
    const [before] = decodeCursor(request.query.cursor, 1) ?? [];
    const { shown, nextCursor } = pageOf(await listMailRows(database, { before, limit: limit + 1 }), limit);
    return { status: 200 as const, body: { data: shown.map(viewOf), nextCursor } };
  }),

  answer(getMail, async (request, { database }) => {
    const [mail] = await findMailRows(database, [request.params.id]);
    if (!mail) refuse('not_found', 'There is no such mail.');
    return { status: 200 as const, body: viewOf(mail) };
  }),
];

async function noticesOf(database: Queries, userId: string, query: { limit?: number; cursor?: string }) {
  const limit = query.limit ?? pageSize;
  const [before] = decodeCursor(query.cursor, 1) ?? [];
  const { shown, nextCursor } = pageOf(
    await listNotificationsOf(database, { userId, before, limit: limit + 1 }),
    limit,
  );
  const data = shown.map(({ id, type, orderId, channel, title, body, createdAt, status }) => ({
    id,
    type,
    ...(orderId === null ? {} : { orderId }),
    channel,
    title,
    body,
    createdAt: toTimestamp(createdAt),
    status,
  }));
  return { status: 200 as const, body: { data, nextCursor } };
}

/** One row more than was asked for tells that there is a next page. */
function pageOf<Row extends { readonly id: string }>(found: readonly Row[], limit: number) {
  const shown = found.slice(0, limit);
  const last = shown.at(-1);
  return { shown, nextCursor: last && found.length > limit ? encodeCursor([last.id]) : null };
}

function viewOf(mail: MailRow) {
  const { id, recipient, name, language, createdAt, status, attempts, error } = mail;
  return {
    id,
    to: recipient,
    ...mailOf(mail, name, language),
    createdAt: toTimestamp(createdAt),
    status,
    attempts,
    error,
  };
}
