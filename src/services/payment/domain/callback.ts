import type { Decider } from '#runtime/batch/decider.ts';
import { type ConcludeAttempt, concludeAttempt } from './funnel.ts';
import type { PaymentTables, StoredCallback } from './model.ts';
import { type ConcludePart, concludePart } from './refund.ts';

export interface TakeCallback {
  readonly callback: Omit<StoredCallback, 'cause'>;
  /** What it tells of; null where nothing comes of it. */
  readonly effect:
    | { readonly kind: 'charge'; readonly command: ConcludeAttempt }
    | { readonly kind: 'refund'; readonly command: ConcludePart }
    | null;
}

/** Kept whole, and has its effect in the same commit: the funnels make nothing of what comes again. */
export const takeCallback: Decider<PaymentTables, TakeCallback> = {
  name: 'take-callback',
  needs: ({ effect }) => {
    if (effect === null) return {};
    return effect.kind === 'charge' ? concludeAttempt.needs(effect.command) : concludePart.needs(effect.command);
  },
  needsThen: ({ effect }, state) =>
    effect?.kind === 'charge' ? (concludeAttempt.needsThen?.(effect.command, state) ?? {}) : {},
  decide(state, { callback, effect }, moment) {
    const callbacks = [{ ...callback, cause: moment.cause }];
    if (effect === null) return { put: { callbacks } };
    const decision =
      effect.kind === 'charge'
        ? concludeAttempt.decide(state, effect.command, moment)
        : concludePart.decide(state, effect.command, moment);
    return { put: { ...decision.put, callbacks }, say: decision.say ?? [] };
  },
};
