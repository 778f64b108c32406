import { afterAll, beforeAll, expect, test } from 'vitest';
import { KnownRows, Workset } from '#runtime/batch/workset.ts';
import { connect, type Database } from '#runtime/database/database.ts';
import { type FreshDatabase, freshDatabase } from '../../../tests/support/postgres.ts';
import type { Attempts } from './domain/throttle.ts';
import type { RefreshToken, Session, SigningKey, User } from './domain.ts';
import { deleteStale } from './retention.ts';
import { findAttempts, findSigningKey, listPublicKeys, tables } from './store.ts';

const now = 1_800_000_000_123;
const dayMs = 86_400_000;

let fresh: FreshDatabase;
let database: Database;

beforeAll(async () => {
  fresh = await freshDatabase([
    { scope: 'runtime', folder: new URL('../../runtime/migrations/', import.meta.url) },
    { scope: 'identity', folder: new URL('./migrations/', import.meta.url) },
  ]);
  database = connect(fresh.connection);
});

afterAll(async () => {
  await database?.close();
  await fresh?.drop();
});

const user: User = {
  id: 'usr_1',
  email: 'lin@example.com',
  name: '林 "小荷" \\ {}',
  passwordHash: '$argon2id$x',
  roles: ['admin', 'operator'],
  language: 'zh-CN',
  createdAt: now,
  disabledAt: null,
  cause: 'request/1',
};

function sessionOf(id: string, expiresAt: number): Session {
  const times = { createdAt: now, lastUsedAt: now, expiresAt, revokedAt: null };
  return { id, userId: 'usr_1', ...times, userAgent: null, address: '192.0.2.1', cause: 'request/1' };
}

function tokenOf(hash: string, expiresAt: number): RefreshToken {
  return { hash, sessionId: 'ses_1', createdAt: now, expiresAt, rotatedAt: null, cause: 'request/1' };
}

function attemptsOf(scope: string, changedAt: number): Attempts {
  return { scope, failures: 3, blockedUntil: null, succeededAt: null, changedAt };
}

function keyOf(generation: number, activeAt: number, retireAt: number | null): SigningKey {
  const kid = `key ${generation}`;
  const publicKey = { kty: 'OKP', crv: 'Ed25519', x: 'x', kid, alg: 'EdDSA', use: 'sig' } as const;
  return { generation, kid, publicKey, privateKey: 'secret', createdAt: now, activeAt, retireAt, cause: 'timer/x' };
}

const rows = {
  users: [user, { ...user, id: 'usr_2', email: 'wang@example.com', roles: [] }],
  sessions: [sessionOf('ses_1', now + dayMs), sessionOf('ses_2', now - dayMs)],
  refreshTokens: [tokenOf('one', now + dayMs), tokenOf('two', now - dayMs)],
  loginAttempts: [attemptsOf('new', now), attemptsOf('old', now - dayMs)],
  signingKeys: [keyOf(1, now - 2 * dayMs, now - dayMs), keyOf(2, now - dayMs, null), keyOf(3, now + dayMs, null)],
};

const keys = {
  users: rows.users.map(({ email }) => email),
  sessions: ['ses_1', 'ses_2'],
  refreshTokens: ['one', 'two'],
  loginAttempts: ['new', 'old'],
  signingKeys: ['1', '2', '3'],
};

/** What the tables hold under these keys, by the service's own load. */
async function stored() {
  return database.transaction(async (transaction) => {
    const known = new KnownRows(tables);
    await known.load(transaction, [keys]);
    return Object.fromEntries(
      Object.entries(keys).map(([name, wanted]) => [
        name,
        wanted.flatMap((key) => known.state[name as keyof typeof keys].get(key) ?? []),
      ]),
    );
  });
}

async function put(changes: Parameters<Workset<typeof tables>['put']>[0]) {
  await database.transaction(async (transaction) => {
    const known = new KnownRows(tables);
    await known.load(transaction, [keys]);
    const workset = new Workset(known);
    workset.put(changes);
    workset.save(transaction);
  });
}

test('what is put is loaded again as it was, new and changed', async () => {
  await put(rows);
  expect(await stored()).toEqual(rows);
  const changed = {
    users: [{ ...user, roles: ['admin'] }],
    sessions: [{ ...sessionOf('ses_1', now + 2 * dayMs), lastUsedAt: now + 1, revokedAt: now + 2 }],
    refreshTokens: [{ ...tokenOf('one', now + dayMs), rotatedAt: now + 3 }],
    loginAttempts: [{ ...attemptsOf('new', now), failures: 4, blockedUntil: now + 4, succeededAt: now + 5 }],
    signingKeys: [keyOf(2, now - dayMs, now + dayMs)],
  };
  await put(changed);
  expect(await stored()).toMatchObject({
    users: [changed.users[0], rows.users[1]],
    sessions: [changed.sessions[0], rows.sessions[1]],
    refreshTokens: [changed.refreshTokens[0], rows.refreshTokens[1]],
    loginAttempts: [changed.loginAttempts[0], rows.loginAttempts[1]],
    signingKeys: [rows.signingKeys[0], changed.signingKeys[0], rows.signingKeys[2]],
  });
});

test('the key that signs is the newest that is active; those that verify are all that are not retired', async () => {
  expect((await findSigningKey(database, now))?.kid).toBe('key 2');
  expect((await findSigningKey(database, now + dayMs))?.kid).toBe('key 3');
  expect((await listPublicKeys(database, now)).map(({ kid }) => kid)).toEqual(['key 3', 'key 2']);
  expect((await listPublicKeys(database, now + 2 * dayMs)).map(({ kid }) => kid)).toEqual(['key 3']);
});

test('what decides nothing any more is deleted, and nothing else', async () => {
  expect([...(await findAttempts(database, ['new', 'old', 'unknown'])).keys()].sort()).toEqual(['new', 'old']);
  await deleteStale(database, { expired: now, attempts: now, keys: now });
  const left = await stored();
  expect(left.sessions?.map((row) => (row as Session).id)).toEqual(['ses_1']);
  expect(left.refreshTokens?.map((row) => (row as RefreshToken).hash)).toEqual(['one']);
  expect(left.loginAttempts?.map((row) => (row as Attempts).scope)).toEqual(['new']);
  expect(left.signingKeys?.map((row) => (row as SigningKey).generation)).toEqual([2, 3]);
  expect(left.users).toHaveLength(2);
});
