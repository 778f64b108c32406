import { expect, test } from 'vitest';
import { type Ask, ask, Rehearsal } from '#runtime/batch/testing/rehearsal.ts';
import { type IdentityTables, registerUser, settleLogIn } from '../domain.ts';
import { tables } from '../store.ts';
import { changePassword, endSessions, renameUser } from './account.ts';

const email = 'lin@example.com';
const scopes = { pair: 'pair', email: 'email', address: 'address' };
const openingOf = (session: string) => ({
  ...{ sessionId: `ses_${session}`, tokenHash: session, lifetimeMs: 1_000_000 },
  ...{ userAgent: null, address: '192.0.2.1' },
});
const change = (checkedHash: string, passwordHash: string, isRight = true) =>
  ask(changePassword, { email, scopes, isRight, checkedHash, passwordHash });
const logIn = (session: string, passwordHash: string) =>
  ask(settleLogIn, { scopes, userId: 'usr_lin', checked: { email, passwordHash }, opening: openingOf(session) });

class House extends Rehearsal<IdentityTables> {
  async told(...asks: readonly Ask<IdentityTables>[]): Promise<unknown[]> {
    const decisions = await this.batch(asks, { now: 1_000, cause: 'request/1' });
    return decisions.map(({ refuse, answer }) => refuse?.code ?? answer);
  }
}

async function house(): Promise<House> {
  const made = new House(tables);
  const user = { id: 'usr_lin', email, name: 'Lin', passwordHash: 'first', roles: ['admin'], language: 'en' as const };
  await made.told(ask(registerUser, { user }));
  return made;
}

test('a password is changed once from what it was: of two at once the second was checked against the one before', async () => {
  const lin = await house();
  expect(await lin.told(change('first', 'second'), change('first', 'third'))).toEqual(['changed', 'wrong']);
  expect(lin.row('users', email)).toMatchObject({ passwordHash: 'second', name: 'Lin', roles: ['admin'] });
});

test('who logs in with a password that is changed at the same moment stays outside', async () => {
  const lin = await house();
  expect(await lin.told(logIn('early', 'first'), change('first', 'second'), logIn('late', 'first'))).toEqual([
    'in',
    'changed',
    'wrong',
  ]);
  expect(lin.rows('sessions').map(({ id }) => id)).toEqual(['ses_early']);
  expect(await lin.told(logIn('again', 'second'))).toEqual(['in']);
});

test('wrong guesses at the present password are slowed down like those at log-in', async () => {
  const lin = await house();
  const guess = change('first', 'mine', false);
  expect(await lin.told(guess, guess, guess, guess, guess, guess)).toEqual([...Array(5).fill('wrong'), 'rate_limited']);
  expect(await lin.told(logIn('lin', 'first'))).toEqual(['rate_limited']);
  expect(lin.row('users', email)).toMatchObject({ passwordHash: 'first' });
});

test('sessions are ended that are the user’s own and not over yet', async () => {
  const lin = await house();
  await lin.told(logIn('one', 'first'), logIn('two', 'first'), logIn('three', 'first'));
  await lin.told(ask(endSessions, { sessionIds: ['ses_one', 'ses_two', 'ses_unknown'], userId: 'usr_lin' }));
  await lin.told(ask(endSessions, { sessionIds: ['ses_three'], userId: 'usr_wang' }));
  const ended = Object.fromEntries(lin.rows('sessions').map(({ id, revokedAt }) => [id, revokedAt]));
  expect(ended).toEqual({ ses_one: 1_000, ses_two: 1_000, ses_three: null });
});

test('a name is changed, and nothing else', async () => {
  const lin = await house();
  await lin.told(ask(renameUser, { email, name: 'Lin Xiaohe' }));
  expect(lin.row('users', email)).toMatchObject({ name: 'Lin Xiaohe', passwordHash: 'first', roles: ['admin'] });
  expect(await lin.told(ask(renameUser, { email: 'nobody@example.com', name: 'X' }))).toEqual(['unauthenticated']);
});
