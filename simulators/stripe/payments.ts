import type { Card } from './cards.ts';
import { checkAmount } from './currencies.ts';
import { Fault } from './faults.ts';
import { type CardError, type Cause, type Charge, type Intent, type Metadata, nobody } from './objects.ts';
import { record } from './transactions.ts';
import type { World } from './world.ts';

export interface Wanted {
  readonly amount: number;
  readonly currency: string;
  readonly capture: 'automatic' | 'automatic_async';
  readonly description: string | undefined;
  readonly metadata: Metadata;
  readonly types: readonly string[];
  readonly suffix: string | undefined;
}

export function createIntent(world: World, wanted: Wanted, cause: Cause): Intent {
  checkAmount(wanted.amount, wanted.currency);
  const id = world.id('pi');
  const intent: Intent = {
    ...{ id, object: 'payment_intent', amount: wanted.amount, amount_capturable: 0, amount_received: 0 },
    ...{ automatic_payment_methods: null, canceled_at: null, cancellation_reason: null },
    ...{
      capture_method: wanted.capture,
      client_secret: `${world.id(`${id}_secret`)}`,
      confirmation_method: 'automatic',
    },
    ...{ created: world.seconds(), currency: wanted.currency.toLowerCase(), customer: null },
    ...{ description: wanted.description ?? null, last_payment_error: null, latest_charge: null },
    ...{ livemode: world.account.livemode, metadata: wanted.metadata, next_action: null, payment_method: null },
    ...{ payment_method_types: wanted.types, processing: null, receipt_email: null },
    ...{ statement_descriptor_suffix: wanted.suffix ?? null, status: 'requires_payment_method' },
  };
  world.intents.set(id, intent);
  world.emit('payment_intent.created', intent, cause);
  return intent;
}

const confirmable: readonly string[] = ['requires_payment_method', 'requires_confirmation', 'requires_action'];

/** Charges the card, or asks for the bank's challenge first. A declined card is thrown as Stripe throws it, after the fact. */
export function confirm(world: World, intent: Intent, card: Card, cause: Cause): Intent {
  refuseUnless(intent, confirmable, 'confirm');
  intent.payment_method = world.id('pm');
  intent.last_payment_error = null;
  if (card.outcome.kind === 'challenge') {
    intent.status = 'requires_action';
    intent.next_action = { type: 'use_stripe_sdk', use_stripe_sdk: { type: 'three_d_secure_redirect' } };
    world.emit('payment_intent.requires_action', intent, cause);
    return intent;
  }
  if (card.outcome.kind === 'declines') throw declined(world, intent, card, card.outcome.error, cause);
  return captured(world, intent, card, cause);
}

/** The buyer has passed the bank's challenge, or has not. */
export function authenticate(world: World, intent: Intent, card: Card, passed: boolean): Intent {
  refuseUnless(intent, ['requires_action'], 'authenticate');
  intent.next_action = null;
  if (passed) return captured(world, intent, card, nobody);
  intent.status = 'requires_payment_method';
  intent.payment_method = null;
  intent.last_payment_error = {
    ...{ type: 'card_error', code: 'payment_intent_authentication_failure' },
    message:
      'We are unable to authenticate your payment method. Please choose a different payment method and try again.',
  };
  world.emit('payment_intent.payment_failed', intent, nobody);
  return intent;
}

function captured(world: World, intent: Intent, card: Card, cause: Cause): Intent {
  const charge = chargeOf(world, intent, card);
  intent.status = 'succeeded';
  intent.amount_received = intent.amount;
  intent.latest_charge = charge.id;
  intent.next_action = null;
  world.emit('charge.succeeded', charge, cause);
  world.emit('payment_intent.succeeded', intent, cause);
  return intent;
}

function declined(world: World, intent: Intent, card: Card, error: CardError, cause: Cause): Fault {
  const charge = chargeOf(world, intent, card, error);
  intent.status = 'requires_payment_method';
  intent.payment_method = null;
  intent.latest_charge = charge.id;
  intent.last_payment_error = { ...error, charge: charge.id };
  world.emit('charge.failed', charge, cause);
  world.emit('payment_intent.payment_failed', intent, cause);
  return new Fault(402, { ...error, charge: charge.id, payment_intent: structuredClone(intent) });
}

/** A charge for each try; of one that was declined nothing moves. */
function chargeOf(world: World, intent: Intent, card: Card, error?: CardError): Charge {
  const id = world.id('ch');
  const ok = error === undefined;
  const moved = { amount: intent.amount, currency: intent.currency, source: id };
  const charge: Charge = {
    ...{ id, object: 'charge', amount: intent.amount, amount_captured: ok ? intent.amount : 0, amount_refunded: 0 },
    balance_transaction: ok ? record(world, { ...moved, kind: 'charge' }).id : null,
    ...{ captured: ok, created: world.seconds(), currency: intent.currency, description: intent.description },
    ...{ failure_code: error?.code ?? null, failure_message: error?.message ?? null, livemode: intent.livemode },
    ...{ metadata: intent.metadata, paid: ok, payment_intent: intent.id, payment_method: intent.payment_method ?? '' },
    payment_method_details: { type: 'card', card: { brand: 'visa', last4: card.number.slice(-4) } },
    ...{ refunded: false, status: ok ? 'succeeded' : 'failed' },
  };
  world.charges.set(id, charge);
  return charge;
}

const cancelable: readonly string[] = ['requires_payment_method', 'requires_confirmation', 'requires_action'];

export function cancel(world: World, intent: Intent, reason: string | undefined, cause: Cause): Intent {
  refuseUnless(intent, cancelable, 'cancel');
  intent.status = 'canceled';
  intent.canceled_at = world.seconds();
  intent.cancellation_reason = reason ?? null;
  intent.next_action = null;
  world.emit('payment_intent.canceled', intent, cause);
  return intent;
}

function refuseUnless(intent: Intent, states: readonly string[], act: string): void {
  if (states.includes(intent.status)) return;
  throw new Fault(400, {
    ...{ type: 'invalid_request_error', code: 'payment_intent_unexpected_state' },
    message: `You cannot ${act} this PaymentIntent because it has a status of ${intent.status}. Only a PaymentIntent with one of the following statuses may be ${act === 'cancel' ? 'canceled' : `${act}ed`}: ${states.join(', ')}.`,
    payment_intent: structuredClone(intent),
  });
}
