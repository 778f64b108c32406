import type { Callback, RawCallback, RefusedCallback } from '../provider.ts';
import { idOf, instantOf, isThing, metadataOf, numberOfCharge, numberOfRefund, type Thing, textOf } from './answer.ts';
import { type CardSettings, isLive } from './settings.ts';
import { signatureProblem } from './signature.ts';
import { chargeStateOf, refundStateOf } from './states.ts';

/** Those that a webhook has to be registered for. */
export const eventsNeeded: readonly string[] = [
  ...['payment_intent.succeeded', 'payment_intent.canceled', 'payment_intent.processing'],
  ...['payment_intent.payment_failed', 'refund.created', 'refund.updated', 'refund.failed'],
];

/** Older versions of the API say it of the charge. */
const refundEvent = /^(refund|charge\.refund)\.[a-z_]+$/;

/**
 * An event of Stripe's. They come in no order and more than once, now and then as two events of one thing: the id recognises a
 * repeat, and what it says is what was true when it was made. A card that was declined is not the end: the charge is open.
 */
export function readEvent(settings: CardSettings, raw: RawCallback): Callback | RefusedCallback {
  const problem = signatureProblem({
    ...{ secrets: settings.webhookSecrets, header: raw.headers['stripe-signature'] },
    ...{ body: raw.body, receivedAt: raw.receivedAt },
  });
  if (problem) return problem;
  if (raw.method.toUpperCase() !== 'POST') return refused('malformed', 'not a POST');
  const event = parsed(raw.body);
  const [id, type] = [textOf(event?.id), textOf(event?.type)];
  if (!event || !id || !type || typeof event.livemode !== 'boolean')
    return refused('malformed', 'not an event of Stripe');
  if (event.livemode !== isLive(settings.secretKey)) {
    return refused(
      'merchant',
      event.livemode ? 'of live mode, and we are in test mode' : 'of test mode, and we are in live mode',
    );
  }
  // Only an event of an account connected to ours names one: not a payment to us.
  if (event.account !== undefined && event.account !== null) return refused('merchant', 'of a connected account');
  const other: Callback = { kind: 'other', id, type };
  const object = isThing(event.data) ? event.data.object : undefined;
  return isThing(object) ? (chargeIn(id, type, object, event) ?? refundIn(id, type, object) ?? other) : other;
}

function chargeIn(id: string, type: string, object: Thing, event: Thing): Callback | undefined {
  const number = metadataOf(object, numberOfCharge);
  // What has none of our numbers was taken by something else that the merchant runs on the same account.
  if (!type.startsWith('payment_intent.') || object.object !== 'payment_intent' || !number) return undefined;
  const state = chargeStateOf(object, instantOf(event.created));
  return { kind: 'charge', id, number, reference: idOf(object) ?? null, state };
}

function refundIn(id: string, type: string, object: Thing): Callback | undefined {
  const number = metadataOf(object, numberOfRefund);
  if (!refundEvent.test(type) || object.object !== 'refund' || !number) return undefined;
  return { kind: 'refund', id, number, reference: idOf(object) ?? null, state: refundStateOf(object) };
}

function parsed(body: Uint8Array): Thing | undefined {
  try {
    const json: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
    return isThing(json) && json.object === 'event' ? json : undefined;
  } catch {
    return undefined;
  }
}

const refused = (why: RefusedCallback['why'], detail: string): RefusedCallback => ({ kind: 'refused', why, detail });
