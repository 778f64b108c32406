import { type Problem, problem } from '#kernel/problem.ts';
import { type Decider, nothing } from '#runtime/batch/decider.ts';
import type { State } from '#runtime/batch/workset.ts';
import type { Administrators, IdentityTables, User } from '../domain.ts';

export interface RolesSet {
  readonly userId: string;
  /** Users are kept by their address, which never changes. */
  readonly email: string;
  readonly roles: readonly string[];
  readonly reason: string;
}

/** Somebody must be left who can give roles. */
export const setRoles: Decider<IdentityTables, RolesSet, Pick<User, 'id'>> = {
  name: 'setRoles',
  needs: ({ email }) => ({ users: [email], administrators: ['all'] }),
  decide(state, { userId, email, roles, reason }) {
    const user = state.users.get(email);
    if (user?.id !== userId) return { refuse: problem('not_found', 'There is no such user.') };
    const next = [...roles].sort();
    const count = administratorsAfter(state, user, { ...user, roles: next });
    if (count === 0) return { refuse: lastAdministrator() };
    const isSame = next.join(' ') === [...user.roles].sort().join(' ');
    if (isSame) return { answer: { id: userId } };
    const before = user.roles.length === 0 ? 'none' : user.roles.join(', ');
    return {
      put: { users: [{ ...user, roles: next }], ...counted(count) },
      answer: { id: userId },
      trail: { action: 'roles.set', object: userId, reason: `${reason} (${before} → ${next.join(', ') || 'none'})` },
    };
  },
};

export interface Disabling {
  readonly userId: string;
  readonly email: string;
  readonly isDisabled: boolean;
  readonly reason: string;
}

/** Their sessions are ended after it, so that none is opened in between. */
export const setDisabled: Decider<IdentityTables, Disabling> = {
  name: 'setDisabled',
  needs: ({ email }) => ({ users: [email], administrators: ['all'] }),
  decide(state, { userId, email, isDisabled, reason }, { now }) {
    const user = state.users.get(email);
    if (user?.id !== userId) return { refuse: problem('not_found', 'There is no such user.') };
    if ((user.disabledAt !== null) === isDisabled) return nothing;
    const after = { ...user, disabledAt: isDisabled ? now : null };
    const count = administratorsAfter(state, user, after);
    if (count === 0) return { refuse: lastAdministrator() };
    return {
      put: { users: [after], ...counted(count) },
      trail: { action: isDisabled ? 'user.disabled' : 'user.enabled', object: userId, reason },
    };
  },
};

/** How many can still give roles when this is done; undefined where it makes no difference. */
function administratorsAfter(state: State<IdentityTables>, before: User, after: User): number | undefined {
  const change = Number(isAdministrator(after)) - Number(isAdministrator(before));
  return change === 0 ? undefined : (state.administrators.get('all')?.count ?? 0) + change;
}

function isAdministrator({ roles, disabledAt }: User): boolean {
  return roles.includes('admin') && disabledAt === null;
}

function counted(count: number | undefined): { administrators?: readonly Administrators[] } {
  return count === undefined ? {} : { administrators: [{ id: 'all', count }] };
}

function lastAdministrator(): Problem {
  return problem('conflict', 'It is the last administrator: make another one first.');
}

export interface SessionsEnd {
  readonly userId: string;
  readonly sessionIds: readonly string[];
  readonly reason: string;
}

/** Their refresh tokens are void at once. */
export const endSessions: Decider<IdentityTables, SessionsEnd, number> = {
  name: 'endSessions',
  needs: ({ sessionIds }) => ({ sessions: sessionIds }),
  decide(state, { userId, sessionIds, reason }, { now }) {
    const open = sessionIds.flatMap((id) => state.sessions.get(id) ?? []);
    const ended = open.filter((session) => session.userId === userId && session.revokedAt === null);
    if (ended.length === 0) return { ...nothing, answer: 0 };
    return {
      put: { sessions: ended.map((session) => ({ ...session, revokedAt: now })) },
      answer: ended.length,
      trail: { action: 'sessions.ended', object: userId, reason },
    };
  },
};
