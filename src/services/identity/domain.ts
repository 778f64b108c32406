import { say } from '#contracts/message.ts';
import { UserRegistered } from '#contracts/messages/identity/user-registered.v1.ts';
import type { Language } from '#contracts/schema.ts';
import type { Instant } from '#kernel/clock.ts';
import { type Problem, problem } from '#kernel/problem.ts';
import { type Decider, nothing } from '#runtime/batch/decider.ts';
import type { Rows, Table } from '#runtime/batch/workset.ts';
import type { AddressBook } from './domain/address-book.ts';
import {
  type Attempts,
  blockedUntil,
  failed,
  type Scope,
  type Scopes,
  scopeNames,
  succeeded,
} from './domain/throttle.ts';

export interface User {
  readonly id: string;
  /** Normalised by {@link normaliseEmail}. */
  readonly email: string;
  readonly name: string;
  /** PHC string. */
  readonly passwordHash: string;
  readonly roles: readonly string[];
  readonly language: Language;
  readonly createdAt: Instant;
  /** Since when they may not log in. */
  readonly disabledAt: Instant | null;
  readonly cause: string;
}

export interface Session {
  readonly id: string;
  readonly userId: string;
  readonly createdAt: Instant;
  readonly lastUsedAt: Instant;
  readonly expiresAt: Instant;
  readonly revokedAt: Instant | null;
  readonly userAgent: string | null;
  readonly address: string;
  readonly cause: string;
}

export interface RefreshToken {
  readonly hash: string;
  readonly sessionId: string;
  readonly createdAt: Instant;
  readonly expiresAt: Instant;
  /** When it was exchanged for the next one. */
  readonly rotatedAt: Instant | null;
  readonly cause: string;
}

export interface SigningKey {
  readonly generation: number;
  readonly kid: string;
  /** The public key's `x` of RFC 8037, with the other members of its JWK. */
  readonly publicKey: PublicJwk;
  /** PKCS #8 in PEM. */
  readonly privateKey: string;
  readonly createdAt: Instant;
  /** Published from its creation, used from here on. */
  readonly activeAt: Instant;
  /** No token that it signed is valid any more; null for the newest. */
  readonly retireAt: Instant | null;
  readonly cause: string;
}

export interface PublicJwk {
  readonly kty: 'OKP';
  readonly crv: 'Ed25519';
  readonly x: string;
  readonly kid: string;
  readonly alg: 'EdDSA';
  readonly use: 'sig';
}

/** The one row of how many administrators there are who may log in: found among users, and put for the decisions that follow. */
export interface Administrators {
  readonly id: 'all';
  readonly count: number;
}

/** What the deciders of identity read and write; the tables themselves are in store.ts. */
export type IdentityTables = {
  readonly users: Table<User>;
  readonly sessions: Table<Session>;
  readonly refreshTokens: Table<RefreshToken>;
  readonly loginAttempts: Table<Attempts>;
  readonly signingKeys: Table<SigningKey>;
  readonly addressBooks: Table<AddressBook>;
  readonly administrators: Table<Administrators>;
};

/**
 * One address is one user, however it is typed: NFC, trimmed, lower case (also before the @, where case never matters in
 * practice).
 */
export function normaliseEmail(email: string): string {
  return email.normalize('NFC').trim().toLowerCase();
}

/** A session that is about to be opened, with its first refresh token. */
export interface Opening {
  readonly sessionId: string;
  readonly tokenHash: string;
  readonly lifetimeMs: number;
  readonly userAgent: string | null;
  readonly address: string;
}

function opened(
  opening: Opening,
  userId: string,
  now: Instant,
  cause: string,
): { session: Session; token: RefreshToken } {
  const expiresAt = now + opening.lifetimeMs;
  return {
    session: {
      id: opening.sessionId,
      userId,
      createdAt: now,
      lastUsedAt: now,
      expiresAt,
      revokedAt: null,
      userAgent: opening.userAgent,
      address: opening.address,
      cause,
    },
    token: {
      hash: opening.tokenHash,
      sessionId: opening.sessionId,
      createdAt: now,
      expiresAt,
      rotatedAt: null,
      cause,
    },
  };
}

export interface Registration {
  readonly user: Omit<User, 'createdAt' | 'disabledAt' | 'cause'>;
  /** Absent for accounts that the platform makes for itself. */
  readonly opening?: Opening;
}

export const registerUser: Decider<IdentityTables, Registration> = {
  name: 'register',
  needs: ({ user }) => ({ users: [user.email] }),
  decide(state, { user, opening }, { now, cause }) {
    if (state.users.get(user.email)) return { refuse: emailTaken() };
    const open = opening && opened(opening, user.id, now, cause);
    return {
      put: {
        users: [{ ...user, createdAt: now, disabledAt: null, cause }],
        ...(open && { sessions: [open.session], refreshTokens: [open.token] }),
      },
      say: [say(UserRegistered, { userId: user.id, email: user.email, name: user.name, language: user.language })],
    };
  },
};

export function emailTaken(): Problem {
  return problem('email_taken', 'There is an account with this e-mail address already.', [
    { pointer: '/email', detail: 'is taken' },
  ]);
}

/** Gives the role to an account that exists; whether it did not have it before. */
export const grantRole: Decider<IdentityTables, { readonly email: string; readonly role: string }, boolean> = {
  name: 'grantRole',
  needs: ({ email }) => ({ users: [email] }),
  decide(state, { email, role }) {
    const user = state.users.get(email);
    if (!user || user.roles.includes(role)) return { answer: false };
    return {
      put: { users: [{ ...user, roles: [...user.roles, role] }] },
      answer: true,
      trail: { action: 'grant-role', object: user.id, reason: `the settings name this account ${role}` },
    };
  },
};

/** A log-in whose password was checked already; its scopes are hashed. */
export interface LogIn {
  readonly scopes: Scopes;
  /** The user whose password it was; null where it was wrong, or nobody has the e-mail address. */
  readonly userId: string | null;
  /** Whose password was checked, and against what: it may have been changed since. */
  readonly checked?: Pick<User, 'email' | 'passwordHash'>;
  readonly opening: Opening;
}

/**
 * Settles a log-in. The throttle is asked here again: of many guesses sent at once only so many get a verdict as
 * one after the other would have.
 */
export const settleLogIn: Decider<IdentityTables, LogIn, 'in' | 'wrong'> = {
  name: 'logIn',
  needs: ({ scopes, checked }) => ({
    loginAttempts: scopeNames.map((scope) => scopes[scope]),
    ...(checked ? { users: [checked.email] } : {}),
  }),
  decide(state, { scopes, userId, checked, opening }, { now, cause }) {
    const remembered = rememberedIn(state.loginAttempts, scopes);
    const until = blockedUntil(remembered, now);
    if (until !== null) return { refuse: tooManyFailures(until, now) };
    const user = checked && state.users.get(checked.email);
    const isOutdated = checked && user?.passwordHash !== checked.passwordHash;
    if (userId === null || isOutdated) {
      const attempts = scopeNames.map((scope) => failed(remembered(scope), scope, scopes[scope], now));
      return { put: { loginAttempts: attempts }, answer: 'wrong' };
    }
    if (user && user.disabledAt !== null) return { refuse: problem('account_disabled', 'Ask the shop why.') };
    const { session, token } = opened(opening, userId, now, cause);
    return {
      put: { loginAttempts: succeeded(remembered, scopes, now), sessions: [session], refreshTokens: [token] },
      answer: 'in',
    };
  },
};

export function rememberedIn(rows: Rows<Attempts>, scopes: Scopes): (scope: Scope) => Attempts | undefined {
  return (scope) => rows.get(scopes[scope]);
}

export function tooManyFailures(until: Instant, now: Instant): Problem {
  return {
    ...problem('rate_limited', 'Too many failed log-ins; wait before the next.'),
    retryAfterSeconds: Math.ceil((until - now) / 1000),
  };
}

export interface Rotation {
  readonly tokenHash: string;
  readonly nextHash: string;
  readonly lifetimeMs: number;
  /** For so long after it was exchanged a token may come again, and its session gets another pair. */
  readonly graceMs: number;
}

export type Rotated =
  | { readonly outcome: 'rotated'; readonly sessionId: string; readonly userId: string }
  | { readonly outcome: 'reused'; readonly sessionId: string; readonly userId: string };

/**
 * Whoever comes second with a token ends the session, a retry after a lost answer included: a grace period is open to a thief as
 * well, and logging in again is cheap. Browsers alone have one, since all their tabs have one token (ADR 24). The reuse is an
 * answer and not a refusal, since it changes the session.
 */
export const rotateToken: Decider<IdentityTables, Rotation, Rotated> = {
  name: 'refreshSession',
  needs: ({ tokenHash }) => ({ refreshTokens: [tokenHash] }),
  needsThen: ({ tokenHash }, state) => sessionOf(state.refreshTokens.get(tokenHash)),
  decide(state, { tokenHash, nextHash, lifetimeMs, graceMs }, { now, cause }) {
    const token = state.refreshTokens.get(tokenHash);
    const session = token && state.sessions.get(token.sessionId);
    if (!token || !session) return { refuse: invalidRefreshToken('is not known') };
    const { id: sessionId, userId } = session;
    const isAgain = token.rotatedAt !== null && session.revokedAt === null && now - token.rotatedAt < graceMs;
    if (token.rotatedAt !== null && !isAgain) {
      const reused = { outcome: 'reused', sessionId, userId } as const;
      return session.revokedAt === null
        ? { put: { sessions: [{ ...session, revokedAt: now }] }, answer: reused }
        : { answer: reused };
    }
    if (session.revokedAt !== null) return { refuse: invalidRefreshToken('belongs to a session that has ended') };
    if (token.expiresAt <= now) return { refuse: problem('token_expired', 'The refresh token has expired.') };
    const expiresAt = now + lifetimeMs;
    return {
      put: {
        sessions: [{ ...session, lastUsedAt: now, expiresAt }],
        refreshTokens: [
          { ...token, rotatedAt: token.rotatedAt ?? now },
          { hash: nextHash, sessionId, createdAt: now, expiresAt, rotatedAt: null, cause },
        ],
      },
      answer: { outcome: 'rotated', sessionId, userId },
    };
  },
};

function invalidRefreshToken(why: string): Problem {
  return problem('invalid_credentials', `The refresh token ${why}.`);
}

function sessionOf(token: RefreshToken | undefined): { sessions?: readonly string[] } {
  return token ? { sessions: [token.sessionId] } : {};
}

/** Ends the session that a refresh token belongs to. One that is not known has nothing to end (RFC 7009 §2.2). */
export const revokeByToken: Decider<IdentityTables, { readonly tokenHash: string }> = {
  name: 'logOut',
  needs: ({ tokenHash }) => ({ refreshTokens: [tokenHash] }),
  needsThen: ({ tokenHash }, state) => sessionOf(state.refreshTokens.get(tokenHash)),
  decide(state, { tokenHash }, { now }) {
    const token = state.refreshTokens.get(tokenHash);
    const session = token && state.sessions.get(token.sessionId);
    if (!session || session.revokedAt !== null) return nothing;
    return { put: { sessions: [{ ...session, revokedAt: now }] } };
  },
};

/** Ends a session of the user; another's is not found, one that has ended stays so. */
export const revokeSession: Decider<IdentityTables, { readonly sessionId: string; readonly userId: string }> = {
  name: 'endSession',
  needs: () => ({}),
  needsThen: ({ sessionId }) => ({ sessions: [sessionId] }),
  decide(state, { sessionId, userId }, { now }) {
    const session = state.sessions.get(sessionId);
    if (session?.userId !== userId) return { refuse: problem('not_found', 'There is no such session.') };
    return session.revokedAt === null ? { put: { sessions: [{ ...session, revokedAt: now }] } } : nothing;
  },
};

export interface KeyIntroduction {
  readonly key: Pick<SigningKey, 'generation' | 'kid' | 'publicKey' | 'privateKey'>;
  /** From being published to being used: longer than anybody keeps the published keys. */
  readonly publishMs: number;
  /** From the last token a key signs until nobody accepts that token. */
  readonly afterlifeMs: number;
}

/** Adds the next key and sets the end of the one before; the first is used at once. Another instance may have been faster. */
export const introduceKey: Decider<IdentityTables, KeyIntroduction, boolean> = {
  name: 'introduceKey',
  needs: ({ key }) => ({ signingKeys: [String(key.generation), String(key.generation - 1)] }),
  decide(state, { key, publishMs, afterlifeMs }, { now, cause }) {
    if (state.signingKeys.get(String(key.generation))) return { answer: false };
    const before = state.signingKeys.get(String(key.generation - 1));
    const activeAt = before ? now + publishMs : now;
    const next: SigningKey = { ...key, createdAt: now, activeAt, retireAt: null, cause };
    return {
      put: { signingKeys: before ? [{ ...before, retireAt: activeAt + afterlifeMs }, next] : [next] },
      answer: true,
    };
  },
};
