import {
  endSession,
  getJwks,
  getMe,
  listDemoAccounts,
  listSessions,
  logIn,
  logOut,
  refreshSession,
  refreshWebSession,
  register,
} from '#contracts/http/identity.ts';
import { toTimestamp } from '#kernel/clock.ts';
import { ProblemError, problem, refuse } from '#kernel/problem.ts';
import { decodeCursor, encodeCursor } from '#runtime/http/paging.ts';
import { networkOf } from '#runtime/http/rate-limit.ts';
import { answer, type Context as ContextOf, type Request } from '#runtime/service.ts';
import { demoAccountsBy } from './accounts.ts';
import { blockedUntil, type Scope, type Scopes, scopeNames } from './domain/throttle.ts';
import {
  emailTaken,
  normaliseEmail,
  type Opening,
  registerUser,
  revokeByToken,
  revokeSession,
  rotateToken,
  settleLogIn,
  tooManyFailures,
  type User,
} from './domain.ts';
import { hashPassword, isPassword } from './passwords.ts';
import type { identitySettings } from './settings.ts';
import {
  findAttempts,
  findLiveSession,
  findSigningKey,
  findUser,
  findUserByEmail,
  listLiveSessions,
  listPublicKeys,
} from './store.ts';
import { hashOf, newRefreshToken, signAccessToken } from './tokens.ts';

type Context = ContextOf<typeof identitySettings>;

export const routes = [
  answer(register, async (request, context: Context) => {
    const email = normaliseEmail(request.body.email);
    const name = request.body.name.trim();
    if (name === '') refuse('validation_failed', undefined, [{ pointer: '/name', detail: 'must not be blank' }]);
    // Told before the work of hashing; the decider is what makes it sure.
    if (await findUserByEmail(context.database, email)) throw new ProblemError(emailTaken());
    const passwordHash = await hashPassword(request.body.password);
    const id = context.ids.next('user');
    const user = { id, email, name, passwordHash, roles: [], language: request.language };
    const { opening, refreshToken } = openingFor(request, context);
    await context.write(registerUser, { user, opening }, request);
    return { status: 201 as const, body: await signedIn(context, user, opening.sessionId, refreshToken) };
  }),

  answer(listDemoAccounts, async (_, { settings }: Context) => ({
    status: 200 as const,
    body: { data: demoAccountsBy(settings).map((account) => ({ ...account, roles: [...account.roles] })) },
  })),

  answer(logIn, async (request, context: Context) => {
    const { database } = context;
    const email = normaliseEmail(request.body.email);
    const scopes = scopesOf(email, request.address);
    const [attempts, user] = await Promise.all([
      findAttempts(database, Object.values(scopes)),
      findUserByEmail(database, email),
    ]);
    const now = context.clock.now();
    const until = blockedUntil((scope: Scope) => attempts.get(scopes[scope]), now);
    if (until !== null) throw new ProblemError(tooManyFailures(until, now));

    const right = await isPassword(request.body.password, user?.passwordHash);
    const { opening, refreshToken } = openingFor(request, context);
    const who = right && user ? { userId: user.id, checked: user } : { userId: null };
    const command = { scopes, ...who, opening };
    const { answer: verdict } = await context.write(settleLogIn, command, request);
    if (!user || verdict !== 'in') refuse('invalid_credentials', 'The e-mail address or the password is wrong.');
    return { status: 200 as const, body: await signedIn(context, user, opening.sessionId, refreshToken) };
  }),

  answer(refreshSession, (request, context: Context) => refreshed(request, context, 0)),
  answer(refreshWebSession, (request, context: Context) => refreshed(request, context, tabsGraceMs)),

  answer(logOut, async (request, context: Context) => {
    const { refreshToken } = request.body;
    const { kind, id: userId, sessionId } = request.caller;
    if (refreshToken !== undefined) await context.write(revokeByToken, { tokenHash: hashOf(refreshToken) }, request);
    else if (kind === 'user' && sessionId !== undefined)
      await context.write(revokeSession, { sessionId, userId }, request);
    else refuse('unauthenticated', 'Send a refresh token in the body, or an access token.');
    return { status: 204 as const, body: null };
  }),

  answer(getMe, async (request, context: Context) => {
    const user = await signedInUser(request, context);
    return { status: 200 as const, body: viewOf(user) };
  }),

  answer(listSessions, async (request, context: Context) => {
    await signedInUser(request, context);
    const { id: userId, sessionId: current } = request.caller;
    const limit = request.query.limit ?? 20;
    const [before] = decodeCursor(request.query.cursor, 1) ?? [];
    const now = context.clock.now();
    const found = await listLiveSessions(context.database, { userId, now, before, limit: limit + 1 });
    const shown = found.slice(0, limit);
    const last = shown.at(-1);
    return {
      status: 200 as const,
      body: {
        data: shown.map((session) => ({
          id: session.id,
          createdAt: toTimestamp(session.createdAt),
          lastUsedAt: toTimestamp(session.lastUsedAt),
          expiresAt: toTimestamp(session.expiresAt),
          userAgent: session.userAgent,
          address: session.address,
          current: session.id === current,
        })),
        nextCursor: last && found.length > limit ? encodeCursor([last.id]) : null,
      },
    };
  }),

  answer(endSession, async (request, context: Context) => {
    await signedInUser(request, context);
    const command = { sessionId: request.params.id, userId: request.caller.id };
    await context.write(revokeSession, command, request);
    return { status: 204 as const, body: null };
  }),

  answer(getJwks, async (_request, context: Context) => {
    const keys = await listPublicKeys(context.database, context.clock.now());
    return { status: 200 as const, body: { keys: [...keys] }, headers: { 'cache-control': 'public, max-age=300' } };
  }),
];

/** Tabs of one browser that refresh at once do so within a round trip or two; a lost answer is asked for again within seconds. */
const tabsGraceMs = 10_000;

async function refreshed(request: Request<typeof refreshSession>, context: Context, graceMs: number) {
  const refreshToken = newRefreshToken(context.random);
  const rotation = {
    tokenHash: hashOf(request.body.refreshToken),
    nextHash: hashOf(refreshToken),
    lifetimeMs: context.settings.refreshTokenLifetimeMs,
    graceMs,
  };
  const { answer: rotated } = await context.write(rotateToken, rotation, request);
  if (!rotated) throw new Error('a rotation without an outcome');
  const { outcome, sessionId, userId } = rotated;
  if (outcome === 'reused') {
    context.log.warn({ sessionId, userId, address: request.address }, 'a refresh token was used twice: session ended');
    refuse('token_reused', 'The refresh token was used before; the session has been ended. Log in again.');
  }
  const user = await findUser(context.database, userId);
  if (!user) throw new Error(`session ${sessionId} without its user`);
  return { status: 200 as const, body: await signedIn(context, user, sessionId, refreshToken) };
}

/** An access token stands for itself until it expires; here, where it costs one read, its session must be alive too. */
export async function signedInUser(request: Request, context: Context): Promise<User> {
  const { id: userId, sessionId = '' } = request.caller;
  const [session, user] = await Promise.all([
    findLiveSession(context.database, { sessionId, userId, now: context.clock.now() }),
    findUser(context.database, userId),
  ]);
  if (!session || !user || user.disabledAt !== null)
    throw new ProblemError(problem('unauthenticated', 'The session has ended.'));
  return user;
}

function openingFor(request: Request, context: Context): { opening: Opening; refreshToken: string } {
  const refreshToken = newRefreshToken(context.random);
  const opening = {
    sessionId: context.ids.next('session'),
    tokenHash: hashOf(refreshToken),
    lifetimeMs: context.settings.refreshTokenLifetimeMs,
    userAgent: request.userAgent?.slice(0, 512) ?? null,
    address: request.address,
  };
  return { opening, refreshToken };
}

/** Hashed, and apart by the scope's name. */
export function scopesOf(email: string, address: string): Scopes {
  const network = networkOf(address);
  const parts = { pair: [email, network], email: [email], address: [network] };
  const keys = scopeNames.map((scope) => [scope, hashOf(JSON.stringify([scope, ...parts[scope]]))]);
  return Object.fromEntries(keys) as unknown as Scopes;
}

type SignedInUser = Pick<User, 'id' | 'email' | 'name' | 'roles'>;

async function signedIn(context: Context, user: SignedInUser, sessionId: string, refreshToken: string) {
  const now = context.clock.now();
  const lifetimeMs = context.settings.accessTokenLifetimeMs;
  const key = await findSigningKey(context.database, now);
  if (!key) throw new Error('there is no key to sign access tokens with');
  return {
    user: viewOf(user),
    accessToken: signAccessToken(key, { user, sessionId, now, lifetimeMs }),
    refreshToken,
    expiresIn: Math.floor(lifetimeMs / 1000),
  };
}

export function viewOf({ id, email, name, roles }: SignedInUser) {
  return { id, email, name, roles: [...roles] };
}
