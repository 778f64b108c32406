import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Ask, ask, Rehearsal } from '#runtime/batch/testing/rehearsal.ts';
import { firstDelayMs } from './domain/throttle.ts';
import {
  grantRole,
  type IdentityTables,
  introduceKey,
  type LogIn,
  normaliseEmail,
  type Opening,
  type Registration,
  registerUser,
  revokeByToken,
  revokeSession,
  rotateToken,
  type Session,
  settleLogIn,
} from './domain.ts';
import { tables } from './store.ts';

const dayMs = 86_400_000;
const lifetimeMs = 30 * dayMs;

function openingOf(name: string): Opening {
  return { sessionId: `ses_${name}`, tokenHash: `${name}-1`, lifetimeMs, userAgent: 'a browser', address: '192.0.2.1' };
}

function registration(name: string, id = `usr_${name}`): Registration {
  const user = {
    id,
    email: `${name}@example.com`,
    name,
    passwordHash: '$argon2id$…',
    roles: [],
    language: 'en' as const,
  };
  return { user, opening: openingOf(name) };
}

function logInOf(userId: string | null, session: string): LogIn {
  return { scopes: { pair: 'pair', email: 'email', address: 'address' }, userId, opening: openingOf(session) };
}

const register = (name: string, id?: string) => ask(registerUser, registration(name, id));
const rotate = (tokenHash: string, nextHash: string, graceMs = 0) =>
  ask(rotateToken, { tokenHash, nextHash, lifetimeMs, graceMs });

class House extends Rehearsal<IdentityTables> {
  now = 1_000_000;

  constructor() {
    super(tables);
  }

  /** Asks that go through in one transaction; what each was told. */
  async told(...asks: readonly Ask<IdentityTables>[]): Promise<unknown[]> {
    const decisions = await this.batch(asks, { now: this.now, cause: 'request/1' });
    return decisions.map(({ refuse, answer }) => refuse?.code ?? answer);
  }

  session(name: string): Session | undefined {
    return this.row('sessions', `ses_${name}`);
  }
}

async function houseWith(...names: readonly string[]): Promise<House> {
  const house = new House();
  await house.told(...names.map((name) => register(name)));
  return house;
}

describe('registration', () => {
  test('makes the user and a session, and says so', async () => {
    const house = await houseWith('lin');
    expect(house.row('users', 'lin@example.com')).toMatchObject({
      id: 'usr_lin',
      createdAt: 1_000_000,
      cause: 'request/1',
    });
    expect(house.session('lin')).toMatchObject({
      userId: 'usr_lin',
      revokedAt: null,
      expiresAt: 1_000_000 + lifetimeMs,
    });
    expect(house.said.map(({ contract, data }) => [contract.type, data])).toEqual([
      ['identity.user-registered', { userId: 'usr_lin', email: 'lin@example.com', name: 'lin', language: 'en' }],
    ]);
  });

  test('of one address twice: the first gets it, also within one batch', async () => {
    const house = new House();
    expect(await house.told(register('lin', 'usr_1'), register('lin', 'usr_2'))).toEqual([undefined, 'email_taken']);
    expect(await house.told(register('lin', 'usr_3'))).toEqual(['email_taken']);
    expect(house.rows('users').map(({ id }) => id)).toEqual(['usr_1']);
    expect(house.said).toHaveLength(1);
  });

  test('takes one address for one, however it is typed', () => {
    expect(normaliseEmail(' Lin@Example.COM ')).toBe('lin@example.com');
    expect(normaliseEmail('\u0041\u030angstrom@example.com')).toBe(normaliseEmail('Ångstrom@example.com'));
  });
});

describe('a role', () => {
  test('is granted once, and it is on the trail', async () => {
    const house = await houseWith('lin');
    const grant = ask(grantRole, { email: 'lin@example.com', role: 'admin' });
    const [first, second] = await house.batch([grant, grant]);
    expect(first).toMatchObject({ answer: true, trail: { action: 'grant-role', object: 'usr_lin' } });
    expect(second).toEqual({ answer: false });
    expect(house.row('users', 'lin@example.com')?.roles).toEqual(['admin']);
  });

  test('is not granted to nobody', async () => {
    expect(await new House().told(ask(grantRole, { email: 'lin@example.com', role: 'admin' }))).toEqual([false]);
  });
});

describe('a log-in', () => {
  test('with the right password opens a session', async () => {
    const house = await houseWith('lin');
    expect(await house.told(ask(settleLogIn, logInOf('usr_lin', 'second')))).toEqual(['in']);
    expect(house.session('second')).toMatchObject({ userId: 'usr_lin', userAgent: 'a browser' });
  });

  test('with a wrong one opens none, and is counted', async () => {
    const house = await houseWith('lin');
    expect(await house.told(ask(settleLogIn, logInOf(null, 'second')))).toEqual(['wrong']);
    expect(house.session('second')).toBeUndefined();
    expect(house.row('loginAttempts', 'pair')).toMatchObject({ failures: 1, blockedUntil: null });
  });

  test('many guesses sent at once learn five verdicts; even the right one among the rest learns nothing', async () => {
    const house = await houseWith('lin');
    const guesses = Array.from({ length: 100 }, (_, index) =>
      ask(settleLogIn, logInOf(index === 50 ? 'usr_lin' : null, `${index}`)),
    );
    const told = await house.told(...guesses);
    expect(told.filter((verdict) => verdict === 'wrong')).toHaveLength(5);
    expect(told.filter((verdict) => verdict === 'rate_limited')).toHaveLength(95);
    expect(house.rows('sessions')).toHaveLength(1);
  });

  test('that is shut says when to come back', async () => {
    const house = await houseWith('lin');
    await house.told(...Array.from({ length: 5 }, () => ask(settleLogIn, logInOf(null, 'x'))));
    house.now += 500;
    const moment = { now: house.now, cause: 'request/1' };
    const [decision] = await house.batch([ask(settleLogIn, logInOf('usr_lin', 'y'))], moment);
    expect(decision?.refuse).toMatchObject({ code: 'rate_limited', retryAfterSeconds: firstDelayMs / 1000 });
  });

  test('with the right password, fifty at once, is let in fifty times', async () => {
    const house = await houseWith('lin');
    const told = await house.told(
      ...Array.from({ length: 50 }, (_, index) => ask(settleLogIn, logInOf('usr_lin', `${index}`))),
    );
    expect(told).toEqual(Array(50).fill('in'));
  });
});

describe('a refresh token', () => {
  test('is exchanged for the next, and the session lives on', async () => {
    const house = await houseWith('lin');
    house.now += dayMs;
    const rotated = { outcome: 'rotated', sessionId: 'ses_lin', userId: 'usr_lin' };
    expect(await house.told(rotate('lin-1', 'lin-2'))).toEqual([rotated]);
    expect(house.session('lin')).toMatchObject({ lastUsedAt: house.now, expiresAt: house.now + lifetimeMs });
    expect(await house.told(rotate('lin-2', 'lin-3'))).toEqual([rotated]);
  });

  test('that is used twice ends the session, for the thief and for the owner', async () => {
    const house = await houseWith('lin');
    const [first, second] = await house.told(rotate('lin-1', 'lin-2'), rotate('lin-1', 'stolen'));
    expect(first).toMatchObject({ outcome: 'rotated' });
    expect(second).toMatchObject({ outcome: 'reused' });
    expect(house.session('lin')?.revokedAt).toBe(house.now);
    expect(await house.told(rotate('lin-2', 'lin-3'))).toEqual(['invalid_credentials']);
    expect(await house.told(rotate('lin-1', 'again'))).toEqual([
      { outcome: 'reused', sessionId: 'ses_lin', userId: 'usr_lin' },
    ]);
    expect(house.rows('refreshTokens').map(({ hash }) => hash)).toEqual(['lin-1', 'lin-2']);
  });

  test('of a browser may come again for a moment, from another of its tabs, and not once its session has ended', async () => {
    const house = await houseWith('lin');
    const grace = 10_000;
    const outcomes = await house.told(rotate('lin-1', 'lin-2', grace), rotate('lin-1', 'lin-2b', grace));
    expect(outcomes).toEqual(Array(2).fill(expect.objectContaining({ outcome: 'rotated' })));
    expect(await house.told(rotate('lin-2', 'lin-3', grace), rotate('lin-2b', 'lin-3b', grace))).toEqual(outcomes);
    // Neither coming again nor its children make it last longer.
    house.now += grace - 1;
    expect(await house.told(rotate('lin-1', 'lin-2c', grace))).toMatchObject([{ outcome: 'rotated' }]);
    house.now += 1;
    expect(await house.told(rotate('lin-1', 'stolen', grace))).toMatchObject([{ outcome: 'reused' }]);
    expect(await house.told(rotate('lin-2', 'again', grace), rotate('lin-3b', 'lin-4', grace))).toEqual([
      expect.objectContaining({ outcome: 'reused' }),
      'invalid_credentials',
    ]);
  });

  test('that expired, or is not known, or whose session has ended, is worth nothing', async () => {
    const house = await houseWith('lin', 'wang');
    await house.told(ask(revokeSession, { sessionId: 'ses_wang', userId: 'usr_wang' }));
    expect(await house.told(rotate('unknown', 'x'), rotate('wang-1', 'y'))).toEqual([
      'invalid_credentials',
      'invalid_credentials',
    ]);
    house.now += lifetimeMs;
    expect(await house.told(rotate('lin-1', 'lin-2'))).toEqual(['token_expired']);
    expect(house.rows('refreshTokens')).toHaveLength(2);
  });
});

describe('logging out', () => {
  test('ends the session of the token, once or twice; an unknown token ends nothing', async () => {
    const house = await houseWith('lin', 'wang');
    await house.told(ask(revokeByToken, { tokenHash: 'lin-1' }), ask(revokeByToken, { tokenHash: 'unknown' }));
    const ended = house.now;
    house.now += 1000;
    await house.told(ask(revokeByToken, { tokenHash: 'lin-1' }));
    expect(house.session('lin')?.revokedAt).toBe(ended);
    expect(house.session('wang')?.revokedAt).toBeNull();
  });

  test('of another’s session is not found, and ends nothing', async () => {
    const house = await houseWith('lin', 'wang');
    const told = await house.told(
      ask(revokeSession, { sessionId: 'ses_lin', userId: 'usr_wang' }),
      ask(revokeSession, { sessionId: 'ses_nobody', userId: 'usr_wang' }),
    );
    expect(told).toEqual(['not_found', 'not_found']);
    expect(house.session('lin')?.revokedAt).toBeNull();
  });
});

describe('a signing key', () => {
  const key = (generation: number, kid: string) =>
    ask(introduceKey, {
      key: {
        generation,
        kid,
        publicKey: { kty: 'OKP', crv: 'Ed25519', x: 'x', kid, alg: 'EdDSA', use: 'sig' },
        privateKey: 'secret',
      },
      publishMs: 3_600_000,
      afterlifeMs: 960_000,
    });

  test('that is the first signs at once', async () => {
    const house = new House();
    expect(await house.told(key(1, 'a'))).toEqual([true]);
    expect(house.row('signingKeys', '1')).toMatchObject({ kid: 'a', activeAt: house.now, retireAt: null });
  });

  test('that follows is published first; the old one goes when its last token has expired', async () => {
    const house = new House();
    await house.told(key(1, 'a'));
    house.now += 30 * dayMs;
    expect(await house.told(key(2, 'b'), key(2, 'c'))).toEqual([true, false]);
    expect(house.row('signingKeys', '2')).toMatchObject({ kid: 'b', activeAt: house.now + 3_600_000, retireAt: null });
    expect(house.row('signingKeys', '1')).toMatchObject({ retireAt: house.now + 3_600_000 + 960_000 });
  });
});

describe('whatever is asked, in whatever order and batches', () => {
  const names = ['lin', 'wang'] as const;
  const token = fc.tuple(fc.constantFrom(...names), fc.integer({ min: 1, max: 4 })).map(([name, n]) => `${name}-${n}`);
  const act: fc.Arbitrary<(turn: number) => Ask<IdentityTables>> = fc.oneof(
    token.map((hash) => (turn: number) => rotate(hash, `${hash.split('-')[0]}-${turn + 2}`)),
    token.map((tokenHash) => () => ask(revokeByToken, { tokenHash })),
    fc.tuple(fc.constantFrom(...names), fc.constantFrom(...names)).map(
      ([session, user]) =>
        () =>
          ask(revokeSession, { sessionId: `ses_${session}`, userId: `usr_${user}` }),
    ),
  );

  test('an ended session never gives a token again, and of a live one exactly one token works', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(act, { minLength: 1, maxLength: 4 }), { maxLength: 8 }), async (batches) => {
        const house = await houseWith(...names);
        const ended = new Map<string, number>();
        let turn = 0;
        for (const batch of batches) {
          house.now += 1000;
          const tokensBefore = house.rows('refreshTokens').length;
          const endedBefore = ended.size;
          turn += 1;
          await house.told(...batch.map((make, index) => make(turn * 10 + index)));
          for (const session of house.rows('sessions')) {
            const was = ended.get(session.id);
            if (was !== undefined) expect(session.revokedAt).toBe(was);
            if (session.revokedAt !== null) ended.set(session.id, session.revokedAt);
            const usable = house
              .rows('refreshTokens')
              .filter((row) => row.sessionId === session.id && row.rotatedAt === null);
            expect(usable).toHaveLength(1);
          }
          if (endedBefore === names.length) expect(house.rows('refreshTokens')).toHaveLength(tokensBefore);
        }
      }),
      { numRuns: 150 },
    );
  });
});
