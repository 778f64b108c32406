import { describe, expect, test } from 'vitest';
import { ask, Rehearsal } from '#runtime/batch/testing/rehearsal.ts';
import type { Administrators, IdentityTables, Session, User } from '../domain.ts';
import { tables } from '../store.ts';
import { endSessions, setDisabled, setRoles } from './administration.ts';

const user = (name: string, roles: readonly string[]): User => ({
  ...{ id: `usr_${name}`, email: `${name}@example.com`, name, passwordHash: '$argon2id$…', roles },
  ...{ language: 'en', createdAt: 0, disabledAt: null, cause: 'request/1' },
});
const session = (id: string, userId: string, revokedAt: number | null = null): Session => ({
  ...{ id, userId, createdAt: 0, lastUsedAt: 0, expiresAt: 9, revokedAt, userAgent: null, address: '', cause: '' },
});

/** As many administrators as there are users who are. */
function houseOf(users: readonly User[], sessions: readonly Session[] = []): Rehearsal<IdentityTables> {
  const count = users.filter(({ roles }) => roles.includes('admin')).length;
  const administrators: Administrators[] = [{ id: 'all', count }];
  return new Rehearsal<IdentityTables>(tables, { users, sessions, administrators });
}

const set = (name: string, roles: readonly string[]) =>
  ask(setRoles, { userId: `usr_${name}`, email: `${name}@example.com`, roles, reason: 'new desk' });

describe('roles', () => {
  test('are set whole, and the trail says why, and what they were', async () => {
    const house = houseOf([user('lin', ['operator'])]);
    const [decision] = await house.batch([set('lin', ['operator', 'admin'])]);
    expect(house.row('users', 'lin@example.com')?.roles).toEqual(['admin', 'operator']);
    expect(decision?.trail).toEqual({
      action: 'roles.set',
      object: 'usr_lin',
      reason: 'new desk (operator → admin, operator)',
    });
  });

  test('that they have already change nothing', async () => {
    const [decision] = await houseOf([user('lin', ['operator'])]).batch([set('lin', ['operator'])]);
    expect(decision).toEqual({ answer: { id: 'usr_lin' } });
  });

  test('of the last administrator stay, also where two are unmade at once', async () => {
    const alone = await houseOf([user('lin', ['admin'])]).batch([set('lin', [])]);
    expect(alone[0]?.refuse?.code).toBe('conflict');
    const house = houseOf([user('lin', ['admin']), user('mei', ['admin'])]);
    const both = await house.batch([set('lin', []), set('mei', [])]);
    expect(both.map(({ refuse }) => refuse?.code)).toEqual([undefined, 'conflict']);
    expect(house.row('users', 'mei@example.com')?.roles).toEqual(['admin']);
  });

  test('of somebody else are not set by an address', async () => {
    const house = houseOf([user('lin', [])]);
    const other = ask(setRoles, { userId: 'usr_mei', email: 'lin@example.com', roles: ['admin'], reason: '' });
    expect((await house.batch([other]))[0]?.refuse?.code).toBe('not_found');
  });
});

describe('an account', () => {
  const disable = (name: string, isDisabled = true) =>
    ask(setDisabled, { userId: `usr_${name}`, email: `${name}@example.com`, isDisabled, reason: 'a fraud' });

  test('is disabled and enabled again; what it is already changes nothing', async () => {
    const house = houseOf([user('lin', [])]);
    const [disabled, again] = await house.batch([disable('lin'), disable('lin')], { now: 7, cause: 'request/2' });
    expect(house.row('users', 'lin@example.com')?.disabledAt).toBe(7);
    expect(disabled?.trail).toEqual({ action: 'user.disabled', object: 'usr_lin', reason: 'a fraud' });
    expect(again?.trail).toBeUndefined();
    const [enabled] = await house.batch([disable('lin', false)]);
    expect(enabled?.trail?.action).toBe('user.enabled');
    expect(house.row('users', 'lin@example.com')?.disabledAt).toBeNull();
  });

  test('of the last administrator who may log in stays, by whatever way', async () => {
    const house = houseOf([user('lin', ['admin']), user('mei', ['admin'])]);
    const decisions = await house.batch([disable('lin'), disable('mei'), set('mei', []), set('lin', [])]);
    expect(decisions.map(({ refuse }) => refuse?.code)).toEqual([undefined, 'conflict', 'conflict', undefined]);
    const [enabled] = await house.batch([disable('lin', false)]);
    expect(enabled?.refuse).toBeUndefined();
  });

  test('that is disabled counts for nothing, whatever its roles', async () => {
    const house = houseOf([user('lin', ['admin']), user('mei', [])]);
    const decisions = await house.batch([disable('mei'), set('mei', ['admin']), set('lin', []), disable('mei', false)]);
    expect(decisions.map(({ refuse }) => refuse?.code)).toEqual([undefined, undefined, 'conflict', undefined]);
    expect((await house.batch([set('lin', [])]))[0]?.refuse).toBeUndefined();
  });
});

describe('sessions', () => {
  test('of the user end, those of others and those that have ended do not', async () => {
    const house = houseOf(
      [],
      [session('ses_1', 'usr_lin'), session('ses_2', 'usr_lin', 5), session('ses_3', 'usr_mei')],
    );
    const sessionIds = ['ses_1', 'ses_2', 'ses_3', 'ses_4'];
    const asked = ask(endSessions, { userId: 'usr_lin', sessionIds, reason: 'a lost phone' });
    const [decision] = await house.batch([asked], { now: 7, cause: 'request/2' });
    expect(decision).toMatchObject({ answer: 1, trail: { action: 'sessions.ended', reason: 'a lost phone' } });
    expect(['ses_1', 'ses_2', 'ses_3'].map((id) => house.row('sessions', id)?.revokedAt)).toEqual([7, 5, null]);
  });
});
