import Type from 'typebox';
import { operation } from '../operation.ts';
import { closed, Language, list, Page, SessionId, Timestamp, text, UserId } from '../schema.ts';

/** Users as operators see them; roles are given by administrators. */

export const Role = Type.Enum(['operator', 'admin']);

const userProperties = {
  id: UserId,
  email: Type.String(),
  name: Type.String(),
  roles: Type.Array(Type.String()),
  language: Language,
  createdAt: Timestamp,
  /** Since when they may not log in; null: they may. */
  disabledAt: Type.Union([Timestamp, Type.Null()]),
};
export const AdminUser = closed(userProperties);
export type AdminUser = Type.Static<typeof AdminUser>;

/** With the sessions in which they are signed in, newest first, at most a hundred. */
export const AdminUserWithSessions = closed({
  ...userProperties,
  sessions: Type.Array(
    closed({
      id: SessionId,
      createdAt: Timestamp,
      lastUsedAt: Timestamp,
      expiresAt: Timestamp,
      userAgent: Type.Union([Type.String(), Type.Null()]),
      address: Type.String(),
    }),
  ),
});

const own = { service: 'identity', params: closed({ id: UserId }) } as const;
const because = closed({ reason: text(1, 500) });

export const listUsers = operation({
  service: 'identity',
  name: 'listUsers',
  summary: 'Users, newest first; `q` finds an id, the beginning of an e-mail address, or a part of a name',
  method: 'GET',
  path: '/v1/admin/users',
  access: 'operator',
  query: closed({ ...Page, q: Type.Optional(text(1, 100)), role: Type.Optional(Role) }),
  answers: { 200: list(AdminUser) },
});

export const getUser = operation({
  ...own,
  name: 'getUser',
  summary: 'A user, and where they are signed in',
  method: 'GET',
  path: '/v1/admin/users/{id}',
  access: 'operator',
  answers: { 200: AdminUserWithSessions },
  problems: ['not_found'],
});

/** The roles they have from now on; tokens that are out keep the old ones until they expire. The last administrator stays one. */
export const setUserRoles = operation({
  ...own,
  name: 'setUserRoles',
  summary: 'Set the roles of a user',
  method: 'PUT',
  path: '/v1/admin/users/{id}/roles',
  access: 'admin',
  body: closed({ roles: Type.Array(Role, { uniqueItems: true, maxItems: 2 }), reason: text(1, 500) }),
  answers: { 200: AdminUser },
  problems: ['not_found', 'conflict'],
});

export const endUserSessions = operation({
  ...own,
  name: 'endUserSessions',
  summary: 'End all sessions of a user',
  method: 'POST',
  path: '/v1/admin/users/{id}/sessions/end',
  access: 'operator',
  body: because,
  answers: { 200: closed({ ended: Type.Integer() }) },
  problems: ['not_found', 'forbidden'],
});

/**
 * They cannot log in any more (`account_disabled`), and all their sessions end; tokens that are out do until they expire. What
 * they ordered goes on. Whoever has a role is disabled by administrators alone, nobody by themselves, the last administrator
 * by nobody. Disabling again is no error.
 */
export const disableUser = operation({
  ...own,
  name: 'disableUser',
  summary: 'Disable the account of a user',
  method: 'POST',
  path: '/v1/admin/users/{id}/disable',
  access: 'operator',
  body: because,
  answers: { 200: AdminUser },
  problems: ['not_found', 'forbidden', 'conflict'],
});

export const enableUser = operation({
  ...own,
  name: 'enableUser',
  summary: 'Let a disabled user log in again',
  method: 'POST',
  path: '/v1/admin/users/{id}/enable',
  access: 'operator',
  body: because,
  answers: { 200: AdminUser },
  problems: ['not_found', 'forbidden'],
});

/** Names and addresses for ids; ids for an address. What is not known is left out. */
export const lookUpUsers = operation({
  service: 'identity',
  name: 'lookUpUsers',
  summary: 'Users by their ids, or by the beginning of an e-mail address',
  method: 'POST',
  path: '/internal/identity/users',
  access: 'service',
  body: closed({
    ids: Type.Optional(Type.Array(Type.String(), { maxItems: 1000 })),
    email: Type.Optional(text(1, 254)),
  }),
  answers: { 200: closed({ data: Type.Array(closed({ id: UserId, email: Type.String(), name: Type.String() })) }) },
});
