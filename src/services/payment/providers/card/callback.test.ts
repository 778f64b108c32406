import { assert, constantFrom, dictionary, jsonValue, oneof, property } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { signatureOf } from '../../../../../simulators/stripe/webhooks.ts';
import { readEvent } from './callback.ts';
import type { CardSettings } from './settings.ts';
import { webhook } from './testing/vectors.ts';

const secret = 'whsec_simulatedWebhookSecret';
const settings: CardSettings = {
  ...{ secretKey: 'sk_test_simulatedSecretKey', publishableKey: 'pk_test_simulatedPublishableKey' },
  ...{ webhookSecrets: [secret], apiUrl: 'https://api.stripe.com', notifyUrl: undefined, timeoutMs: 20_000 },
};
const seconds = 1_790_000_000;
const intent = {
  ...{
    id: 'pi_1',
    object: 'payment_intent',
    amount: 1234,
    amount_received: 1234,
    currency: 'cny',
    status: 'succeeded',
  },
  ...{ latest_charge: 'ch_1', metadata: { suanpan_charge: 'a0t1' } },
};
const event = {
  ...{ id: 'evt_1', object: 'event', created: seconds, livemode: false, type: 'payment_intent.succeeded' },
  data: { object: intent as object },
};
const paid = { kind: 'paid', amount: { amount: 1234n, currency: 'CNY' }, transaction: 'ch_1', paidAt: seconds * 1_000 };

function read(changes: object, options: { method?: string; by?: CardSettings } = {}) {
  const body = JSON.stringify({ ...event, ...changes });
  const headers = { 'stripe-signature': signatureOf({ secrets: [secret] }, seconds, body) };
  const raw = {
    method: options.method ?? 'POST',
    path: '/',
    headers,
    body: Buffer.from(body),
    receivedAt: seconds * 1_000,
  };
  return readEvent(options.by ?? settings, raw);
}

const ofIntent = (type: string, changes: object) => read({ type, data: { object: { ...intent, ...changes } } });
const refund = {
  id: 're_1',
  object: 'refund',
  amount: 500,
  currency: 'cny',
  created: seconds,
  metadata: { suanpan_refund: 'r0f1' },
};

describe('an event of Stripe', () => {
  test('says that a charge is paid, and is named by its own id', () => {
    expect(read({})).toEqual({ kind: 'charge', id: 'evt_1', number: 'a0t1', reference: 'pi_1', state: paid });
  });

  test('that Stripe published is believed to be of a connected account, which is not ours', () => {
    const raw = {
      ...{ method: 'POST', path: '/', headers: { 'stripe-signature': webhook.header } },
      ...{ body: Buffer.from(webhook.body), receivedAt: webhook.timestamp * 1_000 },
    };
    const told = readEvent({ ...settings, webhookSecrets: [webhook.secret] }, raw);
    expect(told).toMatchObject({ kind: 'refused', why: 'merchant', detail: 'of a connected account' });
  });

  test('of a declined card leaves the charge open: the buyer may try another', () => {
    const told = ofIntent('payment_intent.payment_failed', { status: 'requires_payment_method', amount_received: 0 });
    expect(told).toMatchObject({ kind: 'charge', state: { kind: 'open' } });
  });

  test.each([
    ['payment_intent.created', 'requires_payment_method', { kind: 'open' }],
    ['payment_intent.requires_action', 'requires_action', { kind: 'open' }],
    ['payment_intent.created', 'requires_confirmation', { kind: 'open' }],
    ['payment_intent.processing', 'processing', { kind: 'processing' }],
    ['payment_intent.amount_capturable_updated', 'requires_capture', { kind: 'processing' }],
    ['payment_intent.canceled', 'canceled', { kind: 'closed', code: 'abandoned' }],
    ['payment_intent.invented', 'invented', { kind: 'unknown' }],
    ['payment_intent.invented', 'toString', { kind: 'unknown' }],
    ['payment_intent.invented', null, { kind: 'unknown' }],
  ])('%s with %j says what is true of the charge', (type, status, state) => {
    expect(ofIntent(type, { status, cancellation_reason: 'abandoned' })).toMatchObject({ kind: 'charge', state });
  });

  test('of a version without latest_charge has the charge in a list', () => {
    const charges = {
      data: [
        { id: 'ch_0', paid: false },
        { id: 'ch_1', paid: true, created: seconds },
      ],
    };
    expect(ofIntent('payment_intent.succeeded', { latest_charge: undefined, charges })).toMatchObject({ state: paid });
  });

  test.each([
    { amount_received: 12.34 },
    { amount_received: '1234' },
    { amount_received: undefined },
    { latest_charge: null },
    { currency: 'renminbi' },
  ])('of a payment with %j is to be asked about, not believed', (changes) => {
    expect(ofIntent('payment_intent.succeeded', changes)).toMatchObject({ kind: 'charge', state: { kind: 'unknown' } });
  });

  test.each([
    ['refund.created', 'pending', { kind: 'processing', reference: 're_1' }],
    ['refund.updated', 'requires_action', { kind: 'processing', reference: 're_1' }],
    ['charge.refund.updated', 'succeeded', { kind: 'refunded', amount: { amount: 500n, currency: 'CNY' } }],
    // Weeks after it had succeeded.
    ['refund.failed', 'failed', { kind: 'failed', code: 'expired_or_canceled_card' }],
    ['refund.updated', 'canceled', { kind: 'failed', code: 'canceled' }],
    ['refund.updated', 'invented', { kind: 'unknown' }],
  ])('%s in state %s tells of the refund', (type, status, state) => {
    const failure_reason = 'expired_or_canceled_card';
    const told = read({ type, data: { object: { ...refund, status, failure_reason } } });
    expect(told).toMatchObject({ kind: 'refund', number: 'r0f1', state });
  });

  test.each([
    ['charge.succeeded', { id: 'ch_1', object: 'charge', metadata: { suanpan_charge: 'a0t1' } }],
    ['charge.refunded', { id: 'ch_1', object: 'charge', metadata: { suanpan_charge: 'a0t1' } }],
    ['payout.paid', { id: 'po_1', object: 'payout' }],
    // Of something else that the merchant sells by the same account.
    ['payment_intent.succeeded', { ...intent, metadata: {} }],
    ['refund.created', { ...refund, metadata: {} }],
    ['payment_intent.succeeded', null],
  ])('%s that is nothing of ours is other (%#)', (type, object) => {
    expect(read({ type, data: { object } })).toEqual({ kind: 'other', id: 'evt_1', type });
  });

  test.each([
    ['of live mode while we are in test mode', { livemode: true }],
    ['of an account connected to ours', { account: 'acct_2' }],
  ])('%s is of another merchant', (_what, changes) => {
    expect(read(changes)).toMatchObject({ kind: 'refused', why: 'merchant' });
  });

  test('of test mode is refused in live mode, where it would be money that nobody paid', () => {
    const by = { ...settings, secretKey: 'sk_live_simulatedSecretKey' };
    expect(read({}, { by })).toMatchObject({ kind: 'refused', why: 'merchant' });
  });

  test.each([
    ['has no id', { id: undefined }],
    ['has no type', { type: undefined }],
    ['does not say its mode', { livemode: undefined }],
    ['is a thin event of the other API', { object: 'v2.core.event' }],
  ])('that %s is malformed', (_what, changes) => {
    expect(read(changes)).toMatchObject({ kind: 'refused', why: 'malformed' });
  });

  test('that does not come as a POST is malformed', () => {
    expect(read({}, { method: 'GET' })).toMatchObject({ kind: 'refused', why: 'malformed' });
  });

  test('may have anything in it: it is read or refused, never thrown', () => {
    const names = [
      'id',
      'object',
      'status',
      'metadata',
      'amount_received',
      'currency',
      'latest_charge',
      'charges',
      'amount',
    ];
    const values = oneof(
      jsonValue(),
      constantFrom<unknown>('payment_intent', 'refund', 'succeeded', 'cny', { suanpan_charge: 'a' }),
    );
    const objects = dictionary(constantFrom(...names), values);
    const types = constantFrom('payment_intent.succeeded', 'refund.updated', 'charge.refund.updated');
    const anything = property(objects, types, jsonValue(), (object, type, account) => {
      for (const changes of [
        { type, data: { object } },
        { type, data: account },
        { type, account },
      ]) {
        expect(['charge', 'refund', 'other', 'refused']).toContain(read(changes).kind);
      }
    });
    assert(anything, { numRuns: 300 });
  });
});
