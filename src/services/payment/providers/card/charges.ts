import type { Clock } from '#kernel/clock.ts';
import type { Asking, Charge, ChargeName, ChargeState, Opened, Unknown } from '../provider.ts';
import { isThing, metadataOf, numberOfCharge, type Refusal, type Thing, textOf, unknown } from './answer.ts';
import type { Ask } from './client.ts';
import { isFinal } from './failure.ts';
import { type CardSettings, isLive } from './settings.ts';
import { chargeStateOf } from './states.ts';
import { toStripe } from './units.ts';

const hourMs = 3_600_000;
/** Stripe keeps a key and what was answered under it for 24 hours at least; then the same request is a new one. */
export const keyLifeMs = 23 * hourMs;
/** A 500 stays under its key: then the next key is taken. Each is made from the number, so that all who ask come to the same. */
const keysMost = 3;

export const keyOf = (number: string, nth: number): string => `charge-${number}${nth === 0 ? '' : `-${nth + 1}`}`;

/** A PaymentIntent, or that there is none and none can come any more. */
export type Found = { readonly kind: 'found'; readonly intent: Thing } | { readonly kind: 'never' } | Refusal | Unknown;

export interface Charges {
  open(charge: Charge, origin: Asking): Promise<Opened>;
  query(name: ChargeName, origin: Asking): Promise<ChargeState>;
  close(name: ChargeName, origin: Asking): Promise<ChargeState>;
  find(name: ChargeName, origin: Asking): Promise<Found>;
}

/**
 * A charge is a PaymentIntent. Nobody can pay it who has not been given its client secret, so that one which was made without
 * our hearing of it costs nothing; it is found again by asking for the same thing under the same key.
 */
export function charges(ask: Ask, settings: CardSettings, clock: Clock): Charges {
  const find: Charges['find'] = async (name, origin) => {
    if (name.reference !== null) return retrieve(name.reference, name, origin);
    if (clock.now() - name.openedAt >= keyLifeMs) return search(name, origin);
    return createOrRepeat(name, origin);
  };

  async function retrieve(id: string, name: ChargeName, origin: Asking): Promise<Found> {
    return foundIn(
      name,
      await ask(origin, (stripe, options) =>
        stripe.paymentIntents.retrieve(id, { expand: ['latest_charge'] }, options),
      ),
    );
  }

  async function createOrRepeat(name: ChargeName, origin: Asking): Promise<Found> {
    const amount = toStripe(name.amount);
    if (!amount)
      return { kind: 'refusal', status: 0, code: 'amount', detail: 'Stripe cannot take exactly this amount' };
    // Nothing but what every question about the charge knows: under the same key other parameters are an error.
    const wanted = {
      ...{ ...amount, payment_method_types: ['card'], description: name.number },
      ...{ metadata: { [numberOfCharge]: name.number }, expand: ['latest_charge'] },
    };
    for (let nth = 0; nth < keysMost; nth += 1) {
      const idempotencyKey = keyOf(name.number, nth);
      const outcome = await ask(origin, (stripe, options) =>
        stripe.paymentIntents.create(wanted, { ...options, idempotencyKey }),
      );
      if (outcome.kind === 'stuck') continue;
      const found = foundIn(name, outcome);
      // What is repeated is the answer of the first time; what has become of the charge since is another question.
      const isOld = outcome.kind === 'answered' && outcome.replayed && found.kind === 'found';
      const id = isOld ? textOf(found.intent.id) : undefined;
      return id === undefined ? found : retrieve(id, name, origin);
    }
    return unknown('Stripe repeats a server error under each of our keys');
  }

  /** Search lags by up to an hour: only for what is older than a key lives. */
  async function search(name: ChargeName, origin: Asking): Promise<Found> {
    const query = `metadata['${numberOfCharge}']:'${name.number}'`;
    const outcome = await ask(origin, (stripe, options) =>
      stripe.paymentIntents.search({ query, limit: 10, expand: ['data.latest_charge'] }, options),
    );
    if (outcome.kind !== 'answered') return outcome.kind === 'stuck' ? unknown(outcome.reason) : outcome;
    if (!Array.isArray(outcome.thing.data)) return unknown('a search without a list');
    const found: Found[] = outcome.thing.data.filter(isThing).map((thing) => foundIn(name, { ...outcome, thing }));
    const paid = found.find((one) => one.kind === 'found' && one.intent.status === 'succeeded');
    return paid ?? found[0] ?? { kind: 'never' };
  }

  function foundIn(name: ChargeName, outcome: Awaited<ReturnType<Ask>>): Found {
    if (outcome.kind === 'stuck') return unknown(outcome.reason);
    if (outcome.kind !== 'answered') return outcome;
    const { thing } = outcome;
    if (thing.object !== 'payment_intent' || !textOf(thing.id)) return unknown('an answer that is no PaymentIntent');
    if (metadataOf(thing, numberOfCharge) !== name.number) return unknown('a PaymentIntent of another number');
    if (thing.livemode !== isLive(settings.secretKey)) return unknown('a PaymentIntent of the other mode');
    return { kind: 'found', intent: thing };
  }

  return { find, ...asked({ find, retrieve, foundIn, ask, settings, clock }) };
}

interface Finding {
  readonly find: Charges['find'];
  retrieve(id: string, name: ChargeName, origin: Asking): Promise<Found>;
  foundIn(name: ChargeName, outcome: Awaited<ReturnType<Ask>>): Found;
  readonly ask: Ask;
  readonly settings: CardSettings;
  readonly clock: Clock;
}

function asked({ find, retrieve, foundIn, ask, settings, clock }: Finding): Omit<Charges, 'find'> {
  const close: Charges['close'] = async (name, origin) => {
    const found: Found =
      name.reference === null ? await find(name, origin) : { kind: 'found', intent: { id: name.reference } };
    if (found.kind !== 'found') return stateIn(found);
    const known = found.intent.status === undefined ? undefined : chargeStateOf(found.intent);
    if (known && known.kind !== 'open' && known.kind !== 'processing') return known;
    const id = textOf(found.intent.id) ?? '';
    // A key of its own each time: under one key the refusal of a moment ago would be repeated for a day.
    const idempotencyKey = `cancel-${id}-${clock.now()}`;
    const outcome = await ask(origin, (stripe, options) =>
      stripe.paymentIntents.cancel(
        id,
        { cancellation_reason: 'abandoned', expand: ['latest_charge'] },
        { ...options, idempotencyKey },
      ),
    );
    // Refused where it is over already or somebody is paying at this moment: which, it says itself.
    return stateIn(outcome.kind === 'refusal' ? await retrieve(id, name, origin) : foundIn(name, outcome));
  };

  return {
    close,
    query: async (name, origin) => stateIn(await find(name, origin)),
    async open(charge, origin) {
      // Stripe ends no charge by itself: that is ours to do, and nobody is given the means to pay one that is late.
      if (clock.now() >= charge.expiresAt) {
        const state = await close(charge, origin);
        return state.kind === 'unknown' ? state : { kind: 'state', state };
      }
      const found = await find(charge, origin);
      if (found.kind === 'never')
        return { kind: 'refused', code: 'too_old', detail: 'opened too long ago to be asked again' };
      if (found.kind === 'unknown') return found;
      if (found.kind === 'refusal') {
        const { code, detail } = found;
        return isRefused(found) ? { kind: 'refused', code, detail } : unknown(code);
      }
      const state = chargeStateOf(found.intent);
      if (state.kind === 'unknown') return state;
      if (state.kind !== 'open') return { kind: 'state', state };
      const clientSecret = textOf(found.intent.client_secret);
      const reference = textOf(found.intent.id);
      if (!clientSecret || !reference) return unknown('a PaymentIntent without a client secret');
      const action = { type: 'card', clientSecret, publishableKey: settings.publishableKey } as const;
      return { kind: 'opened', reference, action };
    },
  };
}

/** A charge that was opened before is not refused: something else is wrong then (a key of another account). */
const isRefused = (refusal: Refusal): boolean =>
  refusal.code === 'amount' || (isFinal(refusal) && refusal.code !== 'resource_missing');

function stateIn(found: Found): ChargeState {
  if (found.kind === 'found') return chargeStateOf(found.intent);
  if (found.kind === 'never') return { kind: 'closed', code: 'never_opened' };
  return found.kind === 'unknown' ? found : unknown(`HTTP ${found.status} ${found.code}`);
}
