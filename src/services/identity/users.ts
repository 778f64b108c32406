import {
  type AdminUser,
  disableUser,
  enableUser,
  endUserSessions,
  getUser,
  listUsers,
  lookUpUsers,
  setUserRoles,
} from '#contracts/http/users.ts';
import { toTimestamp } from '#kernel/clock.ts';
import { idPattern } from '#kernel/ids.ts';
import { refuse } from '#kernel/problem.ts';
import { decodeCursor, encodeCursor, refuseCursor } from '#runtime/http/paging.ts';
import { answer, type Context as ContextOf, type Request } from '#runtime/service.ts';
import { endSessions, setDisabled, setRoles } from './domain/administration.ts';
import { normaliseEmail, type User } from './domain.ts';
import type { identitySettings } from './settings.ts';
import { findUser, listLiveSessions } from './store.ts';
import { findUsers, findUsersByEmail, findUsersById } from './user-queries.ts';

type Context = ContextOf<typeof identitySettings>;

const sessionsMost = 100;
const lookedUpMost = 100;
const userId = new RegExp(idPattern('user'));

/** Users as operators and other services ask for them. */
export const userRoutes = [
  answer(listUsers, async ({ query }, { database }: Context) => {
    const { limit = 20, cursor, q, role } = query;
    const [before] = decodeCursor(cursor, 1) ?? [];
    if (before !== undefined && !userId.test(before)) refuseCursor();
    const found = await findUsers(database, { q, role, before, limit: limit + 1 });
    const data = found.slice(0, limit);
    const last = found.length > limit ? data.at(-1)?.id : undefined;
    const nextCursor = last === undefined ? null : encodeCursor([last]);
    return { status: 200 as const, body: { data: data.map(adminView), nextCursor } };
  }),

  answer(getUser, async ({ params }, { database, clock }: Context) => {
    const user = (await findUser(database, params.id)) ?? refuse('not_found', 'There is no such user.');
    const asked = { userId: user.id, now: clock.now(), before: undefined, limit: sessionsMost };
    const sessions = (await listLiveSessions(database, asked)).map((session) => ({
      id: session.id,
      createdAt: toTimestamp(session.createdAt),
      lastUsedAt: toTimestamp(session.lastUsedAt),
      expiresAt: toTimestamp(session.expiresAt),
      userAgent: session.userAgent,
      address: session.address,
    }));
    return { status: 200 as const, body: { ...adminView(user), sessions } };
  }),

  answer(setUserRoles, async (request, context: Context) => {
    const { id } = request.params;
    const { roles, reason } = request.body;
    const user = (await findUser(context.database, id)) ?? refuse('not_found', 'There is no such user.');
    await context.write(setRoles, { userId: id, email: user.email, roles, reason }, request);
    const after = await findUser(context.database, id);
    return { status: 200 as const, body: adminView(after ?? user) };
  }),

  answer(endUserSessions, async (request, context: Context) => {
    const { params, body, caller } = request;
    const user = (await findUser(context.database, params.id)) ?? refuse('not_found', 'There is no such user.');
    // Whoever has fewer rights does not lock out whoever has more.
    if (user.roles.includes('admin') && !caller.roles.includes('admin')) {
      refuse('forbidden', 'Only an administrator may end the sessions of one.');
    }
    return { status: 200 as const, body: { ended: await endAllSessions(user.id, body.reason, request, context) } };
  }),

  answer(disableUser, async (request, context: Context) => {
    const { id } = request.params;
    if (id === request.caller.id) refuse('conflict', 'Nobody disables themselves: ask another administrator.');
    const user = await switchAccount(true, request, context);
    await endAllSessions(id, request.body.reason, request, context);
    return { status: 200 as const, body: user };
  }),

  answer(enableUser, async (request, context: Context) => ({
    status: 200 as const,
    body: await switchAccount(false, request, context),
  })),

  answer(lookUpUsers, async ({ body: { ids = [], email } }, { database }: Context) => {
    const [byId, byEmail] = await Promise.all([
      ids.length === 0 ? [] : findUsersById(database, ids),
      email === undefined ? [] : findUsersByEmail(database, normaliseEmail(email), lookedUpMost),
    ]);
    const users = new Map([...byId, ...byEmail].map((user) => [user.id, user]));
    const data = [...users.values()].map(({ id, email: address, name }) => ({ id, email: address, name }));
    return { status: 200 as const, body: { data } };
  }),
];

async function switchAccount(
  isDisabled: boolean,
  request: Request<typeof disableUser>,
  context: Context,
): Promise<AdminUser> {
  const { params, body, caller } = request;
  const user = (await findUser(context.database, params.id)) ?? refuse('not_found', 'There is no such user.');
  if (user.roles.length > 0 && !caller.roles.includes('admin')) {
    refuse('forbidden', 'Only an administrator may do this to those who work here.');
  }
  const { id: userId, email } = user;
  await context.write(setDisabled, { userId, email, isDisabled, reason: body.reason }, request);
  return adminView((await findUser(context.database, userId)) ?? user);
}

/** How many. */
async function endAllSessions(userId: string, reason: string, request: Request, context: Context): Promise<number> {
  let ended = 0;
  for (let before: string | undefined; ; ) {
    const asked = { userId, now: context.clock.now(), before, limit: sessionsMost };
    const sessionIds = (await listLiveSessions(context.database, asked)).map(({ id }) => id);
    if (sessionIds.length === 0) return ended;
    const written = await context.write(endSessions, { userId, sessionIds, reason }, request);
    ended += written.answer ?? 0;
    before = sessionIds.at(-1);
  }
}

function adminView({ id, email, name, roles, language, createdAt, disabledAt }: User): AdminUser {
  return {
    ...{ id, email, name, roles: [...roles], language },
    createdAt: toTimestamp(createdAt),
    disabledAt: disabledAt === null ? null : toTimestamp(disabledAt),
  };
}
