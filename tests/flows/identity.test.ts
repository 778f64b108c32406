import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  endSession,
  getJwks,
  getMe,
  listSessions,
  logIn,
  logOut,
  refreshSession,
  register,
} from '../../src/contracts/http/identity.ts';
import { listMail } from '../../src/contracts/http/notification.ts';
import { withSession } from '../../src/runtime/database/provision.ts';
import { demoAccounts } from '../../src/services/identity/service.ts';
import { startTestShop } from '../support/arrangement.ts';
import { decodedPart, forgeriesOf } from '../support/forgery.ts';
import { ownerOf, uniqueName } from '../support/postgres.ts';
import type { TestShop } from '../support/shop.ts';
import { expectStatus, refused } from '../support/trade.ts';

/** 003 §2: registration and log-in, tokens, and what becomes of those that are wrong, old, forged or not ours. */

const minuteMs = 60_000;
const dayMs = 86_400_000;
const password = 'correct horse battery';

let shop: TestShop;

beforeAll(async () => {
  shop = await startTestShop({ REFRESH_TOKEN_LIFETIME: '2h' });
});

afterAll(async () => {
  await shop?.[Symbol.asyncDispose]();
});

function newEmail(): string {
  return `${uniqueName('buyer')}@example.com`;
}

async function registered(email = newEmail()) {
  return expectStatus(await shop.client.request(register, { body: { email, password, name: '林小荷' } }), 201);
}

async function loggedIn(email: string) {
  return expectStatus(await enter(email, password), 200);
}

const enter = (email: string, typed: string) => shop.client.request(logIn, { body: { email, password: typed } });
const refresh = (refreshToken: string) => shop.client.request(refreshSession, { body: { refreshToken } });
const me = (token: string | null) => shop.client.request(getMe, {}, { token });

describe('registration', () => {
  test('signs the user in', async () => {
    const email = newEmail();
    const reply = await shop.client.request(register, { body: { email, password, name: '林小荷' } });
    expect(reply.status).toBe(201);
    expect(reply.body).toEqual({
      user: { id: expect.stringMatching(/^usr_/), email, name: '林小荷', roles: [] },
      accessToken: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
      refreshToken: expect.any(String),
      expiresIn: 900,
    });
    const { user, accessToken } = await registered();
    expect(await me(accessToken)).toMatchObject({ status: 200, body: user });
  });

  test('of an address that is taken, however it is typed, is refused', async () => {
    const { user } = await registered();
    const again = await shop.client.request(register, {
      body: { email: user.email.toUpperCase(), password, name: 'X' },
    });
    expect(again).toEqual(refused(409, 'email_taken'));
    expect(again.body).toMatchObject({ errors: [{ pointer: '/email' }] });
  });

  test('of one address twenty times at once makes one user', async () => {
    const email = newEmail();
    const body = { email, password, name: 'X' };
    const replies = await Promise.all(Array.from({ length: 20 }, () => shop.client.request(register, { body })));
    expect(replies.map(({ status }) => status).sort()).toEqual([201, ...Array(19).fill(409)]);
    expect(await enter(email, password)).toMatchObject({ status: 200 });
  });

  test('of an address that another instance takes between our look and our write is refused', async () => {
    const email = newEmail();
    await withSession(ownerOf(shop.prefix, 'identity'), async (other) => {
      await other.script('begin');
      await other.query(
        `insert into users (id, email, name, password_hash, roles, language, created_at, cause)
         values ($1, $1, 'X', '$argon2id$', '{}', 'en', now(), 'test')`,
        [email],
      );
      const registering = shop.client.request(register, { body: { email, password, name: 'X' } });
      const waiting = `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
      await expect.poll(async () => (await other.query(waiting)).count).toBe(1);
      await other.script('commit');
      expect(await registering).toEqual(refused(409, 'email_taken'));
    });
  });

  test.each([
    ['no e-mail address', { email: 'lin' }, '/email'],
    ['a long e-mail address', { email: `${'x'.repeat(250)}@example.com` }, '/email'],
    ['a short password', { password: '1234567' }, '/password'],
    ['a long password', { password: 'x'.repeat(129) }, '/password'],
    ['no name', { name: undefined }, '/name'],
    ['an empty name', { name: '' }, '/name'],
    ['a blank name', { name: '  ' }, '/name'],
    ['a name with control characters', { name: 'a\u0000b' }, '/name'],
    ['a field that is not known', { roles: ['admin'] }, '/roles'],
  ])('with %s is refused, says where, and makes nobody', async (_, wrong, pointer) => {
    const body = { email: newEmail(), password, name: 'X', ...wrong };
    const reply = await shop.client.request(register, { body: body as never });
    expect(reply).toEqual(refused(400, 'validation_failed'));
    expect(reply.body).toMatchObject({ errors: [{ pointer }] });
    expect(JSON.stringify(reply.body)).not.toContain(body.password);
    if (!['/email', '/password'].includes(pointer))
      expect(await enter(body.email, password)).toMatchObject({ status: 401 });
  });
});

describe('a log-in', () => {
  test('opens a session of its own', async () => {
    const { user, refreshToken } = await registered();
    const session = await loggedIn(user.email.toUpperCase());
    expect(session.user).toEqual(user);
    expect(session.refreshToken).not.toBe(refreshToken);
    expect(await me(session.accessToken)).toMatchObject({ status: 200, body: user });
  });

  test('with a wrong password and one with an unknown address are answered alike', async () => {
    const { user } = await registered();
    const [wrong, unknown] = [await enter(user.email, 'wrong horse battery'), await enter(newEmail(), password)];
    expect(wrong).toEqual(refused(401, 'invalid_credentials'));
    const withoutTrace = (body: object) => ({ ...body, traceId: '' });
    expect(withoutTrace(wrong.body)).toEqual(withoutTrace(unknown.body));
  });

  test('that failed five times must wait, the right password too; then it is let in, and the count begins anew', async () => {
    const { user } = await registered();
    for (let failures = 0; failures < 5; failures += 1) {
      expect(await enter(user.email, 'wrong horse battery')).toEqual(refused(401, 'invalid_credentials'));
    }
    const shut = await enter(user.email, password);
    expect(shut).toEqual(refused(429, 'rate_limited'));
    const waitSeconds = Number(shut.headers['retry-after']);
    expect(waitSeconds).toBeGreaterThan(5);
    expect(waitSeconds).toBeLessThanOrEqual(15);
    expect(await enter((await registered()).user.email, password)).toMatchObject({ status: 200 });
    await shop.move(waitSeconds * 1000);
    expect(await enter(user.email, password)).toMatchObject({ status: 200 });
    expect(await enter(user.email, 'wrong horse battery')).toEqual(refused(401, 'invalid_credentials'));
  });

  test('guessed thirty times at once learns five verdicts, and not whether one of the rest was right', async () => {
    const { user } = await registered();
    const guesses = Array.from({ length: 30 }, (_, index) =>
      enter(user.email, index === 29 ? password : `guess ${index}`),
    );
    const statuses = (await Promise.all(guesses)).map(({ status }) => status as number);
    expect(statuses.filter((status) => status === 401).length).toBeLessThanOrEqual(5);
    expect(statuses.filter((status) => status === 429).length).toBeGreaterThanOrEqual(24);
    expect(await enter(user.email, password)).toEqual(refused(429, 'rate_limited'));
  });
});

describe('an access token', () => {
  test('that is missing or malformed is refused', async () => {
    expect(await me(null)).toEqual(refused(401, 'unauthenticated'));
    for (const token of ['x', 'a.b.c', '..', `${'x'.repeat(5000)}.a.b`]) {
      expect(await me(token)).toEqual(refused(401, 'unauthenticated'));
    }
  });

  test('that expired is refused as such', async () => {
    const { accessToken } = await registered();
    expect(await me(accessToken)).toMatchObject({ status: 200 });
    await shop.move(14 * minuteMs);
    expect(await me(accessToken)).toMatchObject({ status: 200 });
    await shop.move(minuteMs);
    expect(await me(accessToken)).toEqual(refused(401, 'token_expired'));
  });

  test('that was tampered with, or forged by any means that is known, is refused', async () => {
    const { accessToken } = await registered();
    const { kid } = decodedPart(accessToken, 'header');
    const { keys } = expectStatus(await shop.client.request(getJwks), 200);
    const published = keys.find((key) => key.kid === kid)?.x ?? '';
    for (const [how, token] of Object.entries(forgeriesOf(accessToken, published)))
      expect([how, await me(token)]).toEqual([how, refused(401, 'unauthenticated')]);
  });

  test('of a shopper opens nothing to operators', async () => {
    const { accessToken } = await registered();
    const asOperator = (token: string) => shop.client.request(listMail, {}, { token });
    expect(await asOperator(accessToken)).toEqual(refused(403, 'forbidden'));
    expect(await asOperator((await shop.operator()).token)).toMatchObject({ status: 200 });
  });
});

describe('a refresh token', () => {
  test('is exchanged once for the next pair, and so on', async () => {
    const first = await registered();
    const second = await refresh(first.refreshToken);
    expect(second).toMatchObject({ status: 200, body: { user: first.user, expiresIn: 900 } });
    if (second.status !== 200) return;
    expect(second.body.refreshToken).not.toBe(first.refreshToken);
    expect(await me(second.body.accessToken)).toMatchObject({ status: 200, body: first.user });
    expect(await refresh(second.body.refreshToken)).toMatchObject({ status: 200 });
  });

  test('that comes a second time ends the session, whoever holds its newest token', async () => {
    const first = await registered();
    const second = expectStatus(await refresh(first.refreshToken), 200);
    expect(await refresh(first.refreshToken)).toEqual(refused(401, 'token_reused'));
    expect(await refresh(second.refreshToken)).toEqual(refused(401, 'invalid_credentials'));
    expect(await me(second.accessToken)).toEqual(refused(401, 'unauthenticated'));
    expect(await refresh(first.refreshToken)).toEqual(refused(401, 'token_reused'));
    expect(await enter(first.user.email, password)).toMatchObject({ status: 200 });
  });

  test('sent ten times at once is exchanged once at most', async () => {
    const { refreshToken } = await registered();
    const replies = await Promise.all(Array.from({ length: 10 }, () => refresh(refreshToken)));
    expect(replies.map(({ status }) => status).sort()).toEqual([200, ...Array(9).fill(401)]);
  });

  test('that is not ours is refused', async () => {
    expect(await refresh('spr_x')).toEqual(refused(401, 'invalid_credentials'));
    expect(await refresh('')).toEqual(refused(400, 'validation_failed'));
  });

  test('expires when it is not used for so long, and each use extends the session', async () => {
    let { refreshToken } = await registered();
    for (let uses = 0; uses < 3; uses += 1) {
      await shop.move(119 * minuteMs);
      refreshToken = expectStatus(await refresh(refreshToken), 200).refreshToken;
    }
    await shop.move(120 * minuteMs);
    expect(await refresh(refreshToken)).toEqual(refused(401, 'token_expired'));
  });
});

describe('logging out', () => {
  test('by refresh token ends that session and no other', async () => {
    const { user, refreshToken, accessToken } = await registered();
    const other = await loggedIn(user.email);
    expect(await shop.client.request(logOut, { body: { refreshToken } })).toMatchObject({ status: 204 });
    expect(await refresh(refreshToken)).toEqual(refused(401, 'invalid_credentials'));
    expect(await me(accessToken)).toEqual(refused(401, 'unauthenticated'));
    expect(await me(other.accessToken)).toMatchObject({ status: 200 });
    expect(await shop.client.request(logOut, { body: { refreshToken } })).toMatchObject({ status: 204 });
  });

  test('by access token alone ends its session', async () => {
    const { refreshToken, accessToken } = await registered();
    expect(await shop.client.request(logOut, {}, { token: accessToken })).toMatchObject({ status: 204 });
    expect(await refresh(refreshToken)).toEqual(refused(401, 'invalid_credentials'));
  });

  test('by nothing is refused', async () => {
    expect(await shop.client.request(logOut)).toEqual(refused(401, 'unauthenticated'));
  });
});

describe('sessions', () => {
  test('are listed newest first, page by page, and say which is the present one', async () => {
    const first = await registered();
    const second = await loggedIn(first.user.email);
    const third = await loggedIn(first.user.email);
    const page = (cursor?: string) =>
      shop.client.request(
        listSessions,
        { query: { limit: 2, ...(cursor === undefined ? {} : { cursor }) } },
        { token: second.accessToken, headers: { 'user-agent': 'test' } },
      );
    const newest = expectStatus(await page(), 200);
    expect(newest.data.map(({ id }) => id)).toEqual([sessionIdOf(third), sessionIdOf(second)]);
    expect(newest.data.map(({ current }) => current)).toEqual([false, true]);
    expect(newest.data[0]).toMatchObject({ address: expect.stringMatching(/127\.0\.0\.1|::1/) });
    const oldest = expectStatus(await page(newest.nextCursor ?? ''), 200);
    expect(oldest).toMatchObject({ data: [{ id: sessionIdOf(first) }], nextCursor: null });
    expect(await page('nonsense')).toEqual(refused(400, 'validation_failed'));
  });

  test('of one’s own can be ended from another one; another user’s are not there', async () => {
    const lost = await registered();
    const present = await loggedIn(lost.user.email);
    const stranger = await registered();
    const end = (id: string, token: string) => shop.client.request(endSession, { params: { id } }, { token });
    expect(await end(sessionIdOf(lost), stranger.accessToken)).toEqual(refused(404, 'not_found'));
    expect(await me(lost.accessToken)).toMatchObject({ status: 200 });
    expect(await end(sessionIdOf(lost), present.accessToken)).toMatchObject({ status: 204 });
    expect(await end(sessionIdOf(lost), present.accessToken)).toMatchObject({ status: 204 });
    expect(await me(lost.accessToken)).toEqual(refused(401, 'unauthenticated'));
    expect(await refresh(lost.refreshToken)).toEqual(refused(401, 'invalid_credentials'));
    expect(await end('ses_x', present.accessToken)).toEqual(refused(400, 'validation_failed'));
  });
});

/** One more instance on the same databases, by the same clock. */
async function startBeside(environment: Readonly<Record<string, string>> = {}): Promise<TestShop> {
  const beside = await startTestShop({ DATABASE_PREFIX: shop.prefix, ...environment });
  await beside.move(shop.now() - beside.now());
  return beside;
}

describe('accounts that the settings ask for', () => {
  test('are there after the start, and a second start makes none of them twice', async () => {
    const { shopper, administrator } = demoAccounts;
    for (const { email, password: known, roles } of [shopper, administrator]) {
      expect(await enter(email, known)).toMatchObject({ status: 200, body: { user: { email, roles } } });
    }
    const ADMIN_EMAIL = newEmail();
    const { user } = await registered(ADMIN_EMAIL);
    await using beside = await startBeside({ ADMIN_EMAIL, ADMIN_PASSWORD: 'another password' });
    const asked = { body: { email: ADMIN_EMAIL, password } };
    expect(await beside.client.request(logIn, asked)).toMatchObject({
      body: { user: { id: user.id, roles: ['admin'] } },
    });
    expect(await enter(ADMIN_EMAIL, 'another password')).toEqual(refused(401, 'invalid_credentials'));
    expect(
      await beside.client.request(logIn, { body: { email: shopper.email, password: shopper.password } }),
    ).toMatchObject({
      status: 200,
    });
  });

  test('of one address at two instances at once make one user', async () => {
    await using beside = await startBeside();
    for (let round = 0; round < 5; round += 1) {
      const body = { email: newEmail(), password, name: 'X' };
      const replies = await Promise.all(
        [shop, beside, shop, beside].map(({ client }) => client.request(register, { body })),
      );
      expect(replies.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409]);
    }
  });
});

describe('keys', () => {
  async function publishedBy({ client }: TestShop) {
    return expectStatus(await client.request(getJwks), 200).keys;
  }

  test('are published without their private half', async () => {
    for (const key of await publishedBy(shop)) {
      expect(key).toEqual({
        kty: 'OKP',
        crv: 'Ed25519',
        x: expect.any(String),
        kid: expect.any(String),
        alg: 'EdDSA',
        use: 'sig',
      });
    }
  });

  test('rotate: the next is published before it signs, and no token that is valid is refused meanwhile', async () => {
    const enterAnew = async () => {
      const { email, password: known } = demoAccounts.shopper;
      const reply = await shop.client.request(logIn, { body: { email, password: known } });
      const { accessToken } = expectStatus(reply, 200);
      return { token: accessToken, kid: decodedPart(accessToken, 'header').kid };
    };
    const isAccepted = (token: string) => shop.client.request(getMe, {}, { token });
    const [present] = await publishedBy(shop);
    expect((await enterAnew()).kid).toBe(present?.kid);

    await shop.move(30 * dayMs);
    await expect.poll(async () => (await publishedBy(shop)).length).toBe(2);
    const [next] = await publishedBy(shop);
    expect((await enterAnew()).kid).toBe(present?.kid);

    await shop.move(58 * minuteMs);
    const last = await enterAnew();
    expect(last.kid).toBe(present?.kid);
    await shop.move(4 * minuteMs);
    const first = await enterAnew();
    expect(first.kid).toBe(next?.kid);
    expect(await isAccepted(last.token)).toMatchObject({ status: 200 });
    expect(await isAccepted(first.token)).toMatchObject({ status: 200 });
    expect(await publishedBy(shop)).toHaveLength(2);

    await shop.move(20 * minuteMs);
    expect((await publishedBy(shop)).map(({ kid }) => kid)).toEqual([next?.kid]);
  });
});

function sessionIdOf({ accessToken }: { accessToken: string }): string {
  return String(decodedPart(accessToken, 'claims').sid);
}
