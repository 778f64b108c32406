import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { getMe, logIn, refreshSession } from '../../src/contracts/http/identity.ts';
import {
  addAddress,
  changePassword,
  listAddresses,
  removeAddress,
  renameMe,
  replaceAddress,
} from '../../src/contracts/http/profile.ts';
import { renewSession } from '../../src/contracts/http/sessions.ts';
import { commonTestShop } from '../support/arrangement.ts';
import { Browser } from '../support/browser.ts';
import { eventually } from '../support/eventually.ts';
import type { Person, TestShop } from '../support/shop.ts';
import { address, demand, expectStatus, refused } from '../support/trade.ts';

/** What users change about themselves: their name, their password, where their goods go. */

let shop: TestShop;
const password = 'correct horse battery';

beforeAll(async () => {
  shop = await commonTestShop();
});

afterAll(async () => {
  await shop?.[Symbol.asyncDispose]();
});

test('a name is changed, and stays; mail greets by it', async () => {
  const buyer = await shop.shopper();
  expect(await demand(buyer, renameMe, { body: { name: ' 王五 ' } }, 200)).toMatchObject({
    id: buyer.id,
    name: '王五',
  });
  expect(await demand(buyer, getMe, {}, 200)).toMatchObject({ name: '王五', email: buyer.email });
  expect(await buyer.ask(renameMe, { body: { name: '  ' } })).toEqual(
    refused(400, 'validation_failed', [{ pointer: '/name' }]),
  );
  await eventually(async () =>
    expect(await shop.sql('notification', 'select name from recipients where user_id = $1', [buyer.id])).toEqual([
      { name: '王五' },
    ]),
  );
});

describe('a password', () => {
  const enter = (email: string, typed: string) => shop.client.request(logIn, { body: { email, password: typed } });

  test('is changed by who knows it, and all other sessions end', async () => {
    const [browser, other] = [new Browser(shop), new Browser(shop)];
    const { email } = await browser.register();
    await other.logIn(email);
    const { refreshToken } = expectStatus(await enter(email, password), 200);
    const body = { currentPassword: password, newPassword: 'a better one by far' };
    expect(await browser.ask(changePassword, { body })).toMatchObject({ status: 204 });

    expect(await enter(email, password)).toEqual(refused(401, 'invalid_credentials'));
    expect(await enter(email, body.newPassword)).toMatchObject({ status: 200 });
    expect(await other.ask(getMe)).toEqual(refused(401, 'unauthenticated'));
    expect(await other.ask(renewSession, { body: {} })).toEqual(refused(401, 'invalid_credentials'));
    expect(await shop.client.request(refreshSession, { body: { refreshToken } })).toEqual(
      refused(401, 'invalid_credentials'),
    );
    expect(await browser.ask(getMe)).toMatchObject({ status: 200 });
    expect(await browser.ask(renewSession, { body: {} })).toMatchObject({ status: 200 });
  });

  test('is not guessed by who has a session: guesses count as at log-in', async () => {
    const buyer = await shop.shopper();
    const guess = () =>
      buyer.ask(changePassword, { body: { currentPassword: 'a guess', newPassword: 'mine from now on' } });
    const wrong = refused(401, 'invalid_credentials', [{ pointer: '/currentPassword' }]);
    for (let count = 0; count < 5; count += 1) expect(await guess()).toEqual(wrong);
    expect(await guess()).toEqual(refused(429, 'rate_limited'));
    expect(await enter(buyer.email, password)).toEqual(refused(429, 'rate_limited'));
    await shop.move(60_000);
    expect(await enter(buyer.email, password)).toMatchObject({ status: 200 });
  });

  test('that is too short is refused, and the old one stays', async () => {
    const buyer = await shop.shopper();
    const body = { currentPassword: password, newPassword: 'short' };
    expect(await buyer.ask(changePassword, { body })).toEqual(
      refused(400, 'validation_failed', [{ pointer: '/newPassword' }]),
    );
    expect(await enter(buyer.email, password)).toMatchObject({ status: 200 });
  });
});

describe('the address book', () => {
  const at = (line1: string) => ({ ...address, line1 });
  const add = (buyer: Person, line1: string, isDefault?: boolean) =>
    demand(buyer, addAddress, { body: { address: at(line1), ...(isDefault === undefined ? {} : { isDefault }) } }, 201);
  const book = async (buyer: Person) =>
    (await demand(buyer, listAddresses, {}, 200)).data.map(
      ({ address: { line1 }, isDefault }) => `${line1}${isDefault ? '*' : ''}`,
    );

  test('has one default, as soon as it has anything', async () => {
    const buyer = await shop.shopper();
    expect(await book(buyer)).toEqual([]);
    const home = await add(buyer, 'home');
    expect(home).toEqual({ id: expect.stringMatching(/^adr_/), address: at('home'), isDefault: true });
    const work = await add(buyer, 'work');
    expect(await book(buyer)).toEqual(['home*', 'work']);
    await add(buyer, 'summer', true);
    expect(await book(buyer)).toEqual(['summer*', 'work', 'home']);
    const replaced = { params: { id: work.id }, body: { address: at('new work'), isDefault: true } };
    expect(await demand(buyer, replaceAddress, replaced, 200)).toMatchObject({ id: work.id, isDefault: true });
    expect(await book(buyer)).toEqual(['new work*', 'summer', 'home']);
    await demand(buyer, removeAddress, { params: { id: work.id } }, 204);
    expect(await buyer.ask(removeAddress, { params: { id: work.id } })).toEqual(refused(404, 'not_found'));
    expect(await book(buyer)).toEqual(['summer*', 'home']);
  });

  test('is its user’s alone', async () => {
    const [buyer, other] = [await shop.shopper(), await shop.shopper()];
    const { id } = await add(buyer, 'home');
    const theirs = { params: { id }, body: { address: at('mine now') } };
    expect(await other.ask(replaceAddress, theirs)).toEqual(refused(404, 'not_found'));
    expect(await other.ask(removeAddress, { params: { id } })).toEqual(refused(404, 'not_found'));
    expect([await book(buyer), await book(other)]).toEqual([['home*'], []]);
  });

  test('takes what an order takes, and no more than fifty', async () => {
    const buyer = await shop.shopper();
    const { city: _, ...incomplete } = address;
    const refusal = refused(400, 'validation_failed', [{ pointer: '/address/city' }]);
    expect(await buyer.ask(addAddress, { body: { address: incomplete as typeof address } })).toEqual(refusal);
    await Promise.all(Array.from({ length: 50 }, (_, index) => add(buyer, `home ${index}`)));
    expect(await buyer.ask(addAddress, { body: { address } })).toEqual(refused(409, 'address_book_full'));
    const first = await demand(buyer, listAddresses, { query: { limit: 30 } }, 200);
    const rest = await demand(buyer, listAddresses, { query: { limit: 30, cursor: first.nextCursor ?? '' } }, 200);
    expect([first.data.length, rest.data.length, rest.nextCursor]).toEqual([30, 20, null]);
    expect(new Set([...first.data, ...rest.data].map(({ id }) => id)).size).toBe(50);
    expect([...first.data, ...rest.data].filter(({ isDefault }) => isDefault)).toHaveLength(1);
  });
});
