import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listProducts } from '../../src/contracts/http/catalog.ts';
import { getMe, listSessions, logOut, refreshSession } from '../../src/contracts/http/identity.ts';
import { cancelOrder } from '../../src/contracts/http/ordering.ts';
import { beginSession, leaveSession, renewSession } from '../../src/contracts/http/sessions.ts';
import { startTestShop } from '../support/arrangement.ts';
import { Browser } from '../support/browser.ts';
import type { TestShop } from '../support/shop.ts';
import { refused } from '../support/trade.ts';

/** Browsers sign in with cookies that scripts cannot read; other sites can have them sent, and come to nothing. */

let shop: TestShop;

beforeAll(async () => {
  shop = await startTestShop({ REFRESH_TOKEN_LIFETIME: '2h' });
});

afterAll(async () => {
  await shop?.[Symbol.asyncDispose]();
});

const nobody = { params: { id: 'ord_01976f00-0000-7000-8000-000000000001' }, body: {} };
/** What a session may ask for and gets: nobody's order is not found, once one is let in at all. */
const letIn = refused(404, 'not_found');

async function signedIn() {
  const browser = new Browser(shop);
  return { browser, ...(await browser.register()) };
}

describe('a session', () => {
  test('has its tokens where no script can read them, and none in the answer', async () => {
    const browser = new Browser(shop);
    const { email, user } = await browser.register();
    const reply = await browser.ask(beginSession, { body: { email, password: 'correct horse battery' } });
    expect(reply).toMatchObject({ status: 200, body: { user: { id: user.id, email }, expiresIn: 900 } });
    expect(Object.keys(reply.body).sort()).toEqual(['csrfToken', 'expiresIn', 'user']);
    const [session, refresh, csrf] = ['session', 'refresh', 'csrf'].map((name) => browser.jar.get(`suanpan_${name}`));
    expect(session).toMatchObject({ path: '/', attributes: expect.stringMatching(/SameSite=Strict; HttpOnly$/) });
    expect(refresh).toMatchObject({ path: '/v1/session', attributes: expect.stringContaining('HttpOnly') });
    expect(csrf?.attributes).not.toContain('HttpOnly');
    expect(browser.cookiesFor('/v1/orders')).not.toContain('refresh');
  });

  test('is the user, to read and to change', async () => {
    const { browser, user } = await signedIn();
    expect(await browser.ask(getMe)).toMatchObject({ status: 200, body: user });
    expect(await browser.ask(cancelOrder, nobody)).toEqual(letIn);
  });

  test('is listed with the address of the browser, not of the gateway', async () => {
    const { browser } = await signedIn();
    const own = { current: true, address: expect.stringMatching(/^(127\.0\.0\.1|::1)$/), userAgent: 'Firefox' };
    expect(await browser.ask(listSessions)).toMatchObject({ status: 200, body: { data: [own] } });
  });

  test('goes on when it is renewed, and ends when it is left', async () => {
    const { browser, user } = await signedIn();
    const before = browser.jar.get('suanpan_session')?.value;
    await shop.move(16 * 60_000);
    expect(await browser.ask(getMe)).toEqual(refused(401, 'token_expired'));
    expect(await browser.ask(listProducts)).toMatchObject({ status: 200 });
    expect(await browser.ask(renewSession, { body: {} })).toMatchObject({ status: 200, body: { user } });
    expect(browser.jar.get('suanpan_session')?.value).not.toBe(before);
    expect(await browser.ask(cancelOrder, nobody)).toEqual(letIn);
    const stolen = new Map(browser.jar);
    expect(await browser.ask(leaveSession, { body: {} })).toMatchObject({ status: 204 });
    expect([...browser.jar.keys()]).toEqual([]);
    expect(await browser.ask(getMe)).toEqual(refused(401, 'unauthenticated'));
    for (const [name, kept] of stolen) browser.jar.set(name, kept);
    expect(await browser.ask(renewSession, { body: {} })).toEqual(refused(401, 'invalid_credentials'));
  });

  test('that another log-in in the same browser replaces is over', async () => {
    const { browser, email } = await signedIn();
    const former = browser.jar.get('suanpan_refresh');
    await browser.logIn(email);
    const other = new Browser(shop);
    if (former) other.jar.set('suanpan_refresh', former);
    expect(await other.ask(renewSession, { body: {} })).toEqual(refused(401, 'invalid_credentials'));
  });

  test('of two tabs that renew it at once stays: both go on', async () => {
    const { browser, user } = await signedIn();
    const [first, second] = [new Browser(shop), new Browser(shop)];
    for (const tab of [first, second]) for (const [name, kept] of browser.jar) tab.jar.set(name, kept);
    const replies = await Promise.all([first, second].map((tab) => tab.ask(renewSession, { body: {} })));
    expect(replies.map(({ status }) => status)).toEqual([200, 200]);
    for (const tab of [first, second]) {
      expect(await tab.ask(renewSession, { body: {} })).toMatchObject({ status: 200, body: { user } });
      expect(await tab.ask(cancelOrder, nobody)).toEqual(letIn);
    }
  });

  test('ends when its refresh token comes again after that, and at once outside of browsers', async () => {
    const { browser } = await signedIn();
    const former = new Map(browser.jar);
    await browser.ask(renewSession, { body: {} });
    await shop.move(11_000);
    const thief = new Browser(shop);
    for (const [name, kept] of former) thief.jar.set(name, kept);
    expect(await thief.ask(renewSession, { body: {} })).toEqual(refused(401, 'token_reused'));
    expect(await browser.ask(renewSession, { body: {} })).toEqual(refused(401, 'invalid_credentials'));

    const { browser: another } = await signedIn();
    const refreshToken = another.jar.get('suanpan_refresh')?.value ?? '';
    await another.ask(renewSession, { body: {} });
    expect(await shop.client.request(refreshSession, { body: { refreshToken } })).toEqual(refused(401, 'token_reused'));
  });
});

describe('another site', () => {
  const elsewhere = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };

  test('can have nothing changed, though it knew the token', async () => {
    const { browser, csrfToken } = await signedIn();
    const crossSite = refused(403, 'cross_site_request');
    const token = { 'x-csrf-token': csrfToken };
    for (const from of [
      elsewhere,
      { origin: 'null' },
      { origin: 'https://evil.example' },
      { 'sec-fetch-site': 'same-site' },
      {},
    ]) {
      expect(await browser.send(cancelOrder, nobody, { ...from, ...token })).toEqual(crossSite);
    }
    // A neighbouring host is the same site, and another port another origin.
    const { protocol, hostname, port } = new URL(browser.origin);
    for (const origin of [`${protocol}//${hostname}:${Number(port) + 1}`, `${browser.origin}.evil.example`]) {
      expect(await browser.send(cancelOrder, nobody, { origin, ...token })).toEqual(crossSite);
    }
  });

  test('can post no form', async () => {
    const { browser } = await signedIn();
    const answer = await fetch(`${shop.url}/v1/orders/${nobody.params.id}/cancel`, {
      method: 'POST',
      headers: { ...elsewhere, cookie: browser.cookiesFor('/v1/orders'), 'content-type': 'text/plain' },
      body: '{"reason":"x"}',
    });
    expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([403, 'cross_site_request']);
  });

  test('can log nobody in or out, nor renew a session', async () => {
    const { browser, email } = await signedIn();
    const credentials = { body: { email, password: 'correct horse battery' } };
    expect(await browser.send(beginSession, credentials, elsewhere)).toEqual(refused(403, 'cross_site_request'));
    expect(await browser.send(renewSession, { body: {} }, elsewhere)).toEqual(refused(403, 'cross_site_request'));
    expect(await browser.send(leaveSession, { body: {} }, elsewhere)).toEqual(refused(403, 'cross_site_request'));
    // What anybody may ask for is answered as to anybody.
    expect(await browser.send(logOut, { body: {} }, elsewhere)).toEqual(refused(401, 'unauthenticated'));
    expect(await browser.ask(getMe)).toMatchObject({ status: 200 });
  });
});

describe('the CSRF token', () => {
  test('is needed for what changes anything, and not to read', async () => {
    const { browser } = await signedIn();
    const own = { origin: browser.origin };
    const wrong = refused(403, 'csrf_token_invalid');
    expect(await browser.send(cancelOrder, nobody, own)).toEqual(wrong);
    expect(await browser.send(cancelOrder, nobody, { ...own, 'x-csrf-token': '' })).toEqual(wrong);
    expect(await browser.send(cancelOrder, nobody, { ...own, 'x-csrf-token': 'x'.repeat(43) })).toEqual(wrong);
    expect(await browser.send(getMe, {}, {})).toMatchObject({ status: 200 });
  });

  test('of another session is worth nothing, with its cookie or without', async () => {
    const [mine, thiefs] = [await signedIn(), await signedIn()];
    const headers = { origin: mine.browser.origin, 'x-csrf-token': thiefs.csrfToken };
    expect(await mine.browser.send(cancelOrder, nobody, headers)).toEqual(refused(403, 'csrf_token_invalid'));
    const planted = thiefs.browser.jar.get('suanpan_csrf');
    if (planted) mine.browser.jar.set('suanpan_csrf', planted);
    expect(await mine.browser.ask(cancelOrder, nobody)).toEqual(refused(403, 'csrf_token_invalid'));
  });

  test('is not asked of who sends an access token: no page of another site can', async () => {
    const [mine, other] = [await signedIn(), await shop.shopper()];
    const authorization = `Bearer ${other.token}`;
    expect(await mine.browser.send(cancelOrder, nobody, { authorization })).toEqual(letIn);
    expect(await mine.browser.send(getMe, {}, { authorization })).toMatchObject({
      status: 200,
      body: { id: other.id },
    });
    expect(await mine.browser.send(getMe, {}, { authorization: 'Bearer x.y.z' })).toEqual(
      refused(401, 'unauthenticated'),
    );
  });
});

test('what is no session is nobody', async () => {
  const browser = new Browser(shop);
  for (const value of ['x', 'x.y.z', '']) {
    browser.jar.set('suanpan_session', { value, path: '/', attributes: '' });
    browser.jar.set('suanpan_refresh', { value: 'x'.repeat(2_000), path: '/v1/session', attributes: '' });
    expect(await browser.ask(getMe)).toEqual(refused(401, 'unauthenticated'));
    expect(await browser.ask(renewSession, { body: {} })).toEqual(refused(401, 'unauthenticated'));
    expect(await browser.ask(listProducts)).toMatchObject({ status: 200 });
  }
});
