import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { movableTime } from '#runtime/seams/scheduler.ts';
import { systemClock } from '#runtime/seams/system-time.ts';
import { type StripeSimulator, startStripeSimulator } from './simulator.ts';

let stripe: StripeSimulator;
const time = movableTime(() => systemClock.now());

beforeEach(async () => {
  stripe = await startStripeSimulator({ clock: time, scheduler: time, slowMs: 60_000 });
});
afterEach(() => stripe.stop());

const key = (name: string) => ({ 'idempotency-key': name });

async function ask(method: string, path: string, body?: string, headers: Record<string, string> = {}) {
  const response = await fetch(`${stripe.url}/v1/${path}`, {
    ...{ method, body: body ?? null },
    headers: {
      authorization: `Bearer ${stripe.account.secretKey}`,
      ...(method === 'POST' && { 'content-type': 'application/x-www-form-urlencoded' }),
      ...headers,
    },
  });
  // biome-ignore lint/suspicious/noExplicitAny: answers of different shapes, of which tests look at parts
  const json: any = await response.json();
  return { status: response.status, headers: response.headers, json, error: json.error };
}
const create = (body = 'amount=1234&currency=cny', headers = {}) => ask('POST', 'payment_intents', body, headers);

describe('the form of a request', () => {
  test('has nested brackets and lists, with and without places', async () => {
    const body = 'amount=1234&currency=cny&metadata[a%5D]=1&payment_method_types[]=card&description=%E8%8C%B6+tea';
    expect((await create(body.replace('a%5D', 'a'))).json).toMatchObject({
      ...{ metadata: { a: '1' }, payment_method_types: ['card'], description: '茶 tea' },
    });
    const { json } = await create('amount=1&currency=cny&metadata%5Bsuanpan_charge%5D=x&payment_method_types[0]=card');
    expect(json.metadata).toEqual({ suanpan_charge: 'x' });
  });

  test.each([
    ['JSON', '{"amount":1234,"currency":"cny"}', { 'content-type': 'application/json' }, undefined],
    ['a parameter that is unknown', 'amount=1&currency=cny&ammount=1', {}, 'parameter_unknown'],
    ['a nested one', 'amount=1&currency=cny&automatic_payment_methods[on]=true', {}, 'parameter_unknown'],
    ['no currency', 'amount=1234', {}, 'parameter_missing'],
    ['an amount that is a fraction', 'amount=12.34&currency=cny', {}, 'parameter_invalid_integer'],
    ['an amount of nothing', 'amount=0&currency=cny', {}, 'parameter_invalid_integer'],
    ['an empty text', 'amount=&currency=cny', {}, 'parameter_invalid_empty'],
    ['a currency that is none', 'amount=1234&currency=xts', {}, undefined],
    ['less than can be charged', 'amount=49&currency=usd', {}, 'amount_too_small'],
    ['more than can be charged', 'amount=100000000&currency=cny', {}, 'amount_too_large'],
    ['half a króna', 'amount=150&currency=isk', {}, 'invalid_charge_amount_no_decimal_compatible'],
    ['a long name in the metadata', `amount=1&currency=cny&metadata[${'a'.repeat(41)}]=1`, {}, undefined],
    ['a long value in the metadata', `amount=1&currency=cny&metadata[a]=${'a'.repeat(501)}`, {}, undefined],
    ['a way to pay that is none', 'amount=1&currency=cny&payment_method_types[]=cash', {}, undefined],
    ['a parameter given twice', 'amount=1&amount=2&currency=cny', {}, undefined],
    ['a broken escape', 'amount=%E8%8&currency=cny', {}, undefined],
    ['a version of tomorrow', 'amount=1&currency=cny', { 'stripe-version': '2030-01-01.mango' }, undefined],
    ['a version that is none', 'amount=1&currency=cny', { 'stripe-version': 'latest' }, undefined],
  ] as const)('with %s is an error', async (_what, body, headers, code) => {
    const { status, error } = await create(body, headers);
    expect(status).toBe(400);
    expect(error).toMatchObject({ type: 'invalid_request_error', message: expect.any(String) });
    expect(error.code).toBe(code);
    expect(stripe.world.intents.size).toBe(0);
  });

  test('at a path that is none is not found', async () => {
    const { status, error } = await ask('POST', 'payment_intent', '');
    expect(status).toBe(404);
    expect(error.message).toContain('Unrecognized request URL (POST: /v1/payment_intent)');
    expect((await ask('GET', 'payment_intents/pi_nobody')).error).toMatchObject({
      code: 'resource_missing',
      param: 'intent',
    });
  });

  test.each([[{ authorization: '' }], [{ authorization: 'Bearer sk_test_other' }]])(
    'by nobody is refused (%j)',
    async (headers) => {
      expect((await create(undefined, headers)).status).toBe(401);
    },
  );

  test('may name its key as a user, as curl does', async () => {
    const authorization = `Basic ${Buffer.from(`${stripe.account.secretKey}:`).toString('base64')}`;
    expect((await create(undefined, { authorization })).status).toBe(200);
    expect((await create(undefined, { authorization: 'Basic %%%' })).status).toBe(401);
  });

  test('is answered with its id, version and key', async () => {
    const { headers } = await create(undefined, { ...key('one'), 'stripe-version': '2022-11-15' });
    expect(headers.get('request-id')).toMatch(/^req_\w{14}$/);
    expect(headers.get('stripe-version')).toBe('2022-11-15');
    expect(headers.get('idempotency-key')).toBe('one');
  });
});

describe('an idempotency key', () => {
  test('has the same answer again, byte for byte, and says so', async () => {
    const first = await create(undefined, key('one'));
    await ask('POST', `payment_intents/${first.json.id}/cancel`, '');
    const again = await create('currency=cny&amount=1234', key('one'));
    expect(again.json).toEqual(first.json);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(again.headers.get('original-request')).toBe(first.headers.get('request-id'));
    expect(first.headers.get('idempotent-replayed')).toBeNull();
    expect(stripe.world.intents.size).toBe(1);
  });

  test('with other parameters, or at another place, is an error', async () => {
    const { json } = await create(undefined, key('one'));
    const dearer = await create('amount=1235&currency=cny', key('one'));
    expect(dearer).toMatchObject({ status: 400, error: { type: 'idempotency_error' } });
    expect(dearer.error.message).toContain('the same parameters');
    const elsewhere = await ask('POST', `payment_intents/${json.id}/cancel`, '', key('one'));
    expect(elsewhere).toMatchObject({ status: 400, error: { type: 'idempotency_error' } });
    expect(elsewhere.error.message).toContain('the same endpoint');
  });

  test('remembers a server error, and what was refused once it had begun', async () => {
    stripe.control.failNext('server error, applied');
    expect((await create(undefined, key('one'))).status).toBe(500);
    const again = await create(undefined, key('one'));
    expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([500, 'true']);
    const { json } = await create(undefined, key('two'));
    const cancel = (name: string) => ask('POST', `payment_intents/${json.id}/cancel`, '', key(name));
    expect((await cancel('three')).status).toBe(200);
    expect((await cancel('four')).error.code).toBe('payment_intent_unexpected_state');
    expect((await cancel('four')).headers.get('idempotent-replayed')).toBe('true');
  });

  test('forgets what was never begun', async () => {
    expect((await create('amount=1234', key('one'))).error.code).toBe('parameter_missing');
    expect((await create(undefined, key('one'))).status).toBe(200);
  });

  test('is in use while its first request is', async () => {
    stripe.control.failNext('slow');
    // Whichever of the two comes first is the slow one, and the other finds the key in use.
    const asked = [create(undefined, key('one')), create(undefined, key('one'))];
    const second = await Promise.race(asked);
    expect(second).toMatchObject({ status: 409, error: { code: 'idempotency_key_in_use' } });
    time.move(60_000);
    const statuses = (await Promise.all(asked)).map(({ status }) => status);
    expect(statuses.sort()).toEqual([200, 409]);
    expect(stripe.world.intents.size).toBe(1);
  });

  test('is forgotten after a day: the same request is a new one', async () => {
    const first = await create(undefined, key('one'));
    time.move(24 * 3_600_000 - 1_000);
    expect((await create(undefined, key('one'))).json.id).toBe(first.json.id);
    time.move(2_000);
    expect((await create(undefined, key('one'))).json.id).not.toBe(first.json.id);
  });

  test('is 1 to 255 characters long', async () => {
    expect((await create(undefined, key('a'.repeat(255)))).status).toBe(200);
    expect((await create(undefined, key('a'.repeat(256)))).status).toBe(400);
  });
});

describe('lists', () => {
  test('show the newest first, ten unless told otherwise, and no more than a hundred', async () => {
    for (let index = 0; index < 12; index += 1) await create(`amount=${100 + index}&currency=cny`);
    const { json } = await ask('GET', 'payment_intents');
    expect(json).toMatchObject({ object: 'list', has_more: true, url: '/v1/payment_intents' });
    expect(json.data.map(({ amount }: { amount: number }) => amount)).toEqual([
      111, 110, 109, 108, 107, 106, 105, 104, 103, 102,
    ]);
    expect((await ask('GET', `payment_intents?starting_after=${json.data[9].id}`)).json).toMatchObject({
      has_more: false,
    });
    expect((await ask('GET', 'payment_intents?limit=101')).error.code).toBe('parameter_invalid_integer');
    expect((await ask('GET', 'payment_intents?starting_after=pi_none')).error).toMatchObject({
      param: 'starting_after',
    });
  });

  test('expand what can be expanded', async () => {
    const { json } = await create(
      'amount=100&currency=cny&confirm=true&payment_method=pm_card_visa&expand[]=latest_charge',
    );
    expect(json.latest_charge).toMatchObject({ object: 'charge', paid: true });
    const wrong = await ask('GET', `payment_intents/${json.id}?expand[]=amounts`);
    expect(wrong.error.message).toBe('This property cannot be expanded (amounts).');
  });

  test('that are searched lag behind', async () => {
    await create('amount=100&currency=cny&metadata[suanpan_charge]=a0t1');
    const found = () =>
      ask('GET', `payment_intents/search?query=${encodeURIComponent("metadata['suanpan_charge']:'a0t1'")}`);
    expect((await found()).json).toMatchObject({ object: 'search_result', data: [] });
    time.move(61_000);
    expect((await found()).json.data).toHaveLength(1);
    expect((await ask('GET', 'payment_intents/search?query=all')).status).toBe(400);
  });
});

describe('refunds', () => {
  const pay = async () =>
    (await create('amount=1234&currency=cny&confirm=true&payment_method=pm_card_visa&metadata[suanpan_charge]=a0t1'))
      .json.id;
  const refund = (body: string) => ask('POST', 'refunds', body);

  test('never exceed what was paid', async () => {
    const id = await pay();
    expect((await refund(`payment_intent=${id}&amount=1235`)).error.message).toBe(
      'Refund amount (12.35) is greater than charge amount (12.34)',
    );
    expect((await refund(`payment_intent=${id}&amount=1000`)).json.status).toBe('succeeded');
    expect((await refund(`payment_intent=${id}&amount=235`)).error.message).toContain(
      'unrefunded amount on charge (2.34)',
    );
    expect((await refund(`payment_intent=${id}`)).json.amount).toBe(234);
    expect((await refund(`payment_intent=${id}`)).error.code).toBe('charge_already_refunded');
    expect(stripe.books.refunds('a0t1')).toHaveLength(2);
    // The fee of the payment stays with Stripe.
    expect(stripe.books.balance()).toBe(-stripe.books.fees());
  });

  test('are of one thing that is there and paid', async () => {
    const { json } = await create();
    expect((await refund(`payment_intent=${json.id}`)).error.message).toContain('does not have a successful charge');
    expect((await refund('payment_intent=pi_none')).status).toBe(404);
    expect((await refund('')).error.code).toBe('parameter_missing');
    expect((await refund(`payment_intent=${json.id}&charge=ch_1`)).error.code).toBe('parameters_exclusive');
    expect((await refund(`payment_intent=${json.id}&reason=regret`)).status).toBe(400);
  });
});
