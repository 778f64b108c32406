import { say } from '#contracts/message.ts';
import { UserRenamed } from '#contracts/messages/identity/user-renamed.v1.ts';
import { problem } from '#kernel/problem.ts';
import { type Decider, nothing } from '#runtime/batch/decider.ts';
import { type IdentityTables, rememberedIn, tooManyFailures, type User } from '../domain.ts';
import { blockedUntil, failed, type Scopes, scopeNames, succeeded } from './throttle.ts';

export const renameUser: Decider<IdentityTables, Pick<User, 'email' | 'name'>> = {
  name: 'renameMe',
  needs: ({ email }) => ({ users: [email] }),
  decide(state, { email, name }) {
    const user = state.users.get(email);
    if (!user) return { refuse: problem('unauthenticated') };
    if (user.name === name) return nothing;
    return {
      put: { users: [{ ...user, name }] },
      say: [say(UserRenamed, { userId: user.id, email, name, language: user.language })],
    };
  },
};

/** A change of password; the present one was checked before against `checkedHash`. */
export interface ChangePassword {
  readonly email: string;
  readonly scopes: Scopes;
  readonly isRight: boolean;
  readonly checkedHash: string;
  readonly passwordHash: string;
}

/** Whoever has somebody's session may guess here: wrong ones count as those at log-in do. */
export const changePassword: Decider<IdentityTables, ChangePassword, 'changed' | 'wrong'> = {
  name: 'changePassword',
  needs: ({ email, scopes }) => ({ users: [email], loginAttempts: scopeNames.map((scope) => scopes[scope]) }),
  decide(state, { email, scopes, isRight, checkedHash, passwordHash }, { now }) {
    const remembered = rememberedIn(state.loginAttempts, scopes);
    const until = blockedUntil(remembered, now);
    if (until !== null) return { refuse: tooManyFailures(until, now) };
    const user = state.users.get(email);
    // Another change was faster: what was checked is not the password any more.
    if (!user || !isRight || user.passwordHash !== checkedHash) {
      const attempts = scopeNames.map((scope) => failed(remembered(scope), scope, scopes[scope], now));
      return { put: { loginAttempts: attempts }, answer: 'wrong' };
    }
    return {
      put: { users: [{ ...user, passwordHash }], loginAttempts: succeeded(remembered, scopes, now) },
      answer: 'changed',
    };
  },
};

/** Ends these of the user's sessions. */
export const endSessions: Decider<IdentityTables, { readonly sessionIds: readonly string[]; readonly userId: string }> =
  {
    name: 'endSessions',
    needs: ({ sessionIds }) => ({ sessions: sessionIds }),
    decide(state, { sessionIds, userId }, { now }) {
      const live = sessionIds
        .map((id) => state.sessions.get(id))
        .filter((session) => session?.userId === userId && session.revokedAt === null);
      return { put: { sessions: live.flatMap((session) => (session ? [{ ...session, revokedAt: now }] : [])) } };
    },
  };
