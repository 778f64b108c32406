import { Stripe } from 'stripe';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '#runtime/seams/system-time.ts';
import { type StripeSimulator, startStripeSimulator } from './simulator.ts';

/** Stripe's own client, as it comes. */
const secret = 'whsec_simulatedWebhookSecret';
let stripe: StripeSimulator;
let client: Stripe;
let received: { signature: string; body: string }[] = [];

beforeEach(async () => {
  received = [];
  stripe = await startStripeSimulator({
    webhooks: [{ url: 'https://shop.example/callback', secrets: [secret], events: ['*'] }],
    async send(_url, headers, body) {
      received.push({ signature: headers['stripe-signature'] ?? '', body });
      return 200;
    },
  });
  client = clientOf(stripe.account.secretKey);
});
afterEach(() => stripe.stop());

function clientOf(key: string): Stripe {
  const { hostname: host, port } = new URL(stripe.url);
  return new Stripe(key, { host, port: Number(port), protocol: 'http', telemetry: false });
}

const wanted = { amount: 1234, currency: 'cny', payment_method_types: ['card'], metadata: { suanpan_charge: 'a0t1' } };
const caught = async (promise: Promise<unknown>): Promise<Stripe.errors.StripeError> => {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof Stripe.errors.StripeError) return error;
  throw new Error('expected an error of Stripe');
};

describe('Stripe’s client against the simulator', () => {
  test('opens, pays, asks and gives back', async () => {
    const intent = await client.paymentIntents.create(wanted, { idempotencyKey: 'a0t1' });
    expect(intent).toMatchObject({ object: 'payment_intent', status: 'requires_payment_method', livemode: false });
    expect(intent.lastResponse).toMatchObject({ apiVersion: '2026-10-28.endive', idempotencyKey: 'a0t1' });
    expect(intent.lastResponse.requestId).toMatch(/^req_/);
    const paid = await client.paymentIntents.confirm(intent.id, { payment_method: 'pm_card_visa' });
    expect(paid).toMatchObject({ status: 'succeeded', amount_received: 1234 });
    const found = await client.paymentIntents.retrieve(intent.id, { expand: ['latest_charge.balance_transaction'] });
    expect(found.latest_charge).toMatchObject({ paid: true, balance_transaction: { amount: 1234, type: 'charge' } });
    const refund = await client.refunds.create({ payment_intent: intent.id, amount: 34 });
    expect(await client.refunds.retrieve(refund.id)).toMatchObject({ status: 'succeeded', amount: 34 });
    expect(stripe.books.captures('a0t1')).toEqual([{ amount: 1234, currency: 'cny' }]);
    expect(stripe.books.refunds('a0t1')).toEqual([{ amount: 34, currency: 'cny' }]);
  });

  test('ends what is open, and is refused what is paid', async () => {
    const open = await client.paymentIntents.create(wanted);
    expect(await client.paymentIntents.cancel(open.id)).toMatchObject({ status: 'canceled' });
    const paid = await client.paymentIntents.create({ ...wanted, confirm: true, payment_method: 'pm_card_visa' });
    for (const { id } of [open, paid]) {
      const error = await caught(client.paymentIntents.cancel(id));
      expect(error).toBeInstanceOf(Stripe.errors.StripeInvalidRequestError);
      expect(error).toMatchObject({ code: 'payment_intent_unexpected_state', statusCode: 400, payment_intent: { id } });
    }
  });

  test('verifies the webhooks', async () => {
    await client.paymentIntents.create({ ...wanted, confirm: true, payment_method: 'pm_card_visa' });
    await stripe.webhooks.quiet();
    const events = received.map(({ body, signature }) => client.webhooks.constructEvent(body, signature, secret));
    expect(events.map(({ type }) => type)).toEqual([
      ...['payment_intent.created', 'charge.succeeded', 'payment_intent.succeeded'],
    ]);
    expect(() =>
      client.webhooks.constructEvent(received[0]?.body ?? '', received[1]?.signature ?? '', secret),
    ).toThrow();
  });

  test('is told of a declined card by the error that it knows', async () => {
    const { id } = await client.paymentIntents.create(wanted);
    const confirmed = client.paymentIntents.confirm(id, { payment_method: 'pm_card_visa_chargeDeclined' });
    const error = await caught(confirmed);
    expect(error).toBeInstanceOf(Stripe.errors.StripeCardError);
    expect(error).toMatchObject({ code: 'card_declined', decline_code: 'generic_decline', statusCode: 402 });
    expect(await client.paymentIntents.retrieve(id)).toMatchObject({
      ...{ status: 'requires_payment_method', last_payment_error: { code: 'card_declined' } },
    });
  });

  test('has a browser confirm with the publishable key and the client secret, and nothing else', async () => {
    const { id, client_secret } = await client.paymentIntents.create(wanted);
    const browser = clientOf(stripe.account.publishableKey);
    const card = { number: '4242 4242 4242 4242', exp_month: 12, exp_year: 2034, cvc: '123' };
    const given = { client_secret: client_secret ?? '', payment_method_data: { type: 'card', card } };
    const confirm = (more: object) =>
      browser.rawRequest('POST', `/v1/payment_intents/${id}/confirm`, { ...given, ...more });
    expect(await caught(confirm({ client_secret: 'wrong' }))).toMatchObject({
      code: 'payment_intent_invalid_parameter',
    });
    expect(await confirm({})).toMatchObject({ status: 'succeeded' });
    expect(await caught(browser.refunds.create({ payment_intent: id }))).toMatchObject({ code: 'secret_key_required' });
  });

  test('turns the pages of a list by itself, both ways', async () => {
    for (let index = 0; index < 7; index += 1) await client.paymentIntents.create({ ...wanted, amount: 100 + index });
    const forward = await client.paymentIntents.list({ limit: 3 }).autoPagingToArray({ limit: 100 });
    expect(forward.map(({ amount }) => amount)).toEqual([106, 105, 104, 103, 102, 101, 100]);
    const before = forward[5]?.id ?? '';
    const back = await client.paymentIntents
      .list({ limit: 2, ending_before: before })
      .autoPagingToArray({ limit: 100 });
    expect(back.map(({ amount }) => amount)).toEqual([102, 103, 104, 105, 106]);
  });

  test('sends a request once more when its connection is closed, and Stripe does it once', async () => {
    stripe.control.failNext('connection cut, applied');
    const intent = await client.paymentIntents.create(wanted);
    expect(intent.status).toBe('requires_payment_method');
    expect(stripe.world.intents.size).toBe(1);
  });

  test.each([
    ['rate limit', Stripe.errors.StripeRateLimitError, 429],
    ['server error, not applied', Stripe.errors.StripeAPIError, 500],
  ] as const)('knows a %s', async (mishap, kind, statusCode) => {
    stripe.control.failNext(mishap, { times: 5 });
    const error = await caught(client.paymentIntents.create(wanted, { maxNetworkRetries: 0 }));
    expect(error).toBeInstanceOf(kind);
    expect(error.statusCode).toBe(statusCode);
  });

  test('knows keys that are wrong', async () => {
    const error = await caught(clientOf('sk_test_somebodyElsesKey').balanceTransactions.list());
    expect(error).toBeInstanceOf(Stripe.errors.StripeAuthenticationError);
    expect(error.message).toBe('Invalid API Key provided: sk_test_************sKey');
  });

  test('reads the balance of a day', async () => {
    await client.paymentIntents.create({ ...wanted, confirm: true, payment_method: 'pm_card_visa' });
    const now = Math.floor(systemClock.now() / 1_000);
    const created = { gte: now - 60, lt: now + 60 };
    const { data } = await client.balanceTransactions.list({ created, expand: ['data.source'] });
    expect(data).toMatchObject([
      { amount: 1234, fee: 277, net: 957, source: { metadata: { suanpan_charge: 'a0t1' } } },
    ]);
    expect((await client.balanceTransactions.list({ created: { lt: now - 60 } })).data).toEqual([]);
  });
});
