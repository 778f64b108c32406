import type { PaymentAction } from '#contracts/http/payment.ts';
import { toTimestamp } from '#kernel/clock.ts';
import { money } from '#kernel/money.ts';
import type { Context, Origin } from '#runtime/service.ts';
import type { AttemptOutcome } from './domain/funnel.ts';
import { numberOf, type RefundPart, refundNumberOf } from './domain/model.ts';
import type { PartOutcome } from './domain/refund.ts';
import { type PaymentContext, providerOf } from './providers/methods.ts';
import type {
  Action,
  Asking,
  ChargeName,
  ChargeState,
  Opened,
  Provider,
  RefundName,
  RefundOrder,
  RefundState,
} from './providers/provider.ts';
import type { AttemptToSettle, RefundToCarryOut } from './reads.ts';

/**
 * The methods of providers: each is asked under a number made from the attempt, so that asking again names the same charge.
 * Nothing is open in the database meanwhile. Never throws: what is not certain is `unknown`.
 */

/** No provider is waited for longer; also leaves time to record what it says before the caller's own deadline. */
const patience = { mostMs: 10_000, reserveMs: 1_000 };

/** Asks the provider to open what the buyer is to pay; asked again it is the same charge. */
export async function openCharge(context: Context, attempt: AttemptToSettle, origin: Origin): Promise<AttemptOutcome> {
  const { charge } = attempt;
  if (!charge || attempt.method === 'balance') throw new Error(`attempt ${attempt.id} is at no provider`);
  const { flow, description, returnUrl, openid } = charge;
  const { method } = attempt;
  return guarded(context, attempt, async () => {
    reach(context, 'payment.before-open');
    const asked = { ...nameOf(attempt), flow, description, returnUrl, openid };
    const opened = await providerOf(context, method).open(asked, asking(context, origin));
    reach(context, 'payment.after-open');
    return outcomeOfOpening(context, attempt, opened);
  });
}

/** What has become of it by the provider's word; what nobody wants any more is closed. */
export async function followCharge(
  context: Context,
  attempt: AttemptToSettle,
  origin: Origin,
): Promise<AttemptOutcome> {
  const { method, charge, status, isClosing } = attempt;
  if (!charge || method === 'balance') throw new Error(`attempt ${attempt.id} is at no provider`);
  const isUnwanted = status === 'CLOSING' || isClosing || context.clock.now() >= charge.expiresAt;
  return guarded(context, attempt, async () => {
    reach(context, isUnwanted ? 'payment.before-close' : 'payment.before-query');
    const provider = providerOf(context, method);
    const [name, patient] = [nameOf(attempt), asking(context, origin)];
    const state = await (isUnwanted ? provider.close(name, patient) : provider.query(name, patient));
    reach(context, isUnwanted ? 'payment.after-close' : 'payment.after-query');
    return outcomeOf(context, attempt, state);
  });
}

async function guarded(
  context: Context,
  { id: attemptId, orderId, method }: AttemptToSettle,
  work: () => Promise<AttemptOutcome>,
): Promise<AttemptOutcome> {
  try {
    return await work();
  } catch (error) {
    context.log.warn({ err: error, attemptId, orderId, method }, 'a provider could not be asked; it is asked again');
    return { kind: 'unknown' };
  }
}

function outcomeOfOpening(context: Context, attempt: AttemptToSettle, opened: Opened): AttemptOutcome {
  const { id: attemptId, orderId, method } = attempt;
  switch (opened.kind) {
    case 'opened':
      return { kind: 'opened', reference: opened.reference, action: actionOf(opened.action) };
    case 'state':
      return outcomeOf(context, attempt, opened.state);
    case 'refused': {
      const { code, detail } = opened;
      context.log.warn({ attemptId, orderId, method, code, detail }, 'a provider refused to open a charge');
      return { kind: 'declined', problem: 'provider_refused', detail: `${code} ${detail}`.trim().slice(0, 500) };
    }
    case 'unknown':
      context.log.warn({ attemptId, orderId, method, reason: opened.reason }, 'a provider gave no answer');
      return { kind: 'unknown' };
  }
}

/** A charge's state as the funnel takes it, from an answer or a callback. Another amount than ours is no payment of it. */
export function outcomeOf(context: Context, attempt: AttemptToSettle, state: ChargeState): AttemptOutcome {
  switch (state.kind) {
    case 'paid': {
      if (isOurAmount(attempt, state.amount))
        return { kind: 'succeeded', transaction: state.transaction, paidAt: state.paidAt };
      const { id: attemptId, orderId, method } = attempt;
      const paid = { amount: String(state.amount.amount), currency: state.amount.currency };
      context.log.error(
        { attemptId, orderId, method, paid },
        'another amount was paid than was asked; a person has to look',
      );
      return { kind: 'unknown' };
    }
    case 'failed': {
      const isFinal = (context as PaymentContext).settings.onFinalFailure === 'cancel';
      return { kind: isFinal ? 'failed' : 'declined', problem: 'provider_refused', detail: state.code };
    }
    case 'closed':
      return { kind: 'closed', detail: state.code };
    case 'open':
    case 'processing':
      return { kind: state.kind };
    case 'unknown':
      context.log.info({ attemptId: attempt.id, reason: state.reason }, 'a provider gave no answer about a charge');
      return { kind: 'unknown' };
  }
}

export function isOurAmount(
  ours: { readonly amount: bigint; readonly currency: string },
  theirs: { readonly amount: bigint; readonly currency: string },
): boolean {
  return ours.amount === theirs.amount && ours.currency === theirs.currency;
}

/** Gives one part of a refund back to where it came from; who may have heard of it is asked about it first. */
export async function giveBackByProvider(
  context: Context,
  refund: RefundToCarryOut,
  part: RefundPart,
  attempt: AttemptToSettle,
): Promise<PartOutcome> {
  const { id: refundId, orderId } = refund;
  const { method } = attempt;
  if (method === 'balance') throw new Error(`attempt ${attempt.id} is at no provider`);
  const name: RefundName = {
    number: refundNumberOf(refundId, part.attemptId),
    reference: part.reference ?? null,
    charge: nameOf(attempt),
    transaction: attempt.charge?.transaction ?? null,
    amount: money(part.amount, refund.currency),
    askedAt: refund.createdAt,
  };
  try {
    const provider = providerOf(context, method);
    const patient = { deadline: context.clock.now() + patience.mostMs };
    reach(context, 'payment.before-refund');
    const state = part.isAsked
      ? await provider.queryRefund(name, patient)
      : await askForRefund(provider, { ...name, reason: refund.reason }, patient);
    reach(context, 'payment.after-refund');
    return refundOutcomeOf(context, part, { refundId, orderId, method, state });
  } catch (error) {
    context.log.warn(
      { err: error, refundId, orderId, method },
      'a provider could not be asked; the refund goes on later',
    );
    return { kind: 'unknown' };
  }
}

/**
 * A refusal counts only if the provider does not know the refund: who asked before and died before the answer was kept may have been
 * heard, and it is this repeat that is refused.
 */
async function askForRefund(provider: Provider, order: RefundOrder, patient: Asking): Promise<RefundState> {
  const state = await provider.refund(order, patient);
  if (state.kind !== 'failed') return state;
  const known = await provider.queryRefund(order, patient);
  return known.kind === 'absent' ? state : known;
}

function refundOutcomeOf(
  context: Context,
  part: RefundPart,
  { state, ...about }: { refundId: string; orderId: string; method: string; state: RefundState },
): PartOutcome {
  switch (state.kind) {
    case 'refunded':
      if (state.amount.amount === part.amount) return { kind: 'succeeded' };
      context.log.error({ ...about, back: String(state.amount.amount) }, 'another amount went back than was asked');
      return { kind: 'failed', reason: 'refunded_another_amount' };
    case 'failed': {
      const { code, detail } = state;
      context.log.error({ ...about, code, detail }, 'a provider could not give money back; it waits for a person');
      return { kind: 'failed', reason: code.slice(0, 200) };
    }
    case 'processing':
      return { kind: 'processing', reference: state.reference };
    case 'absent':
      return { kind: 'absent' };
    case 'unknown':
      context.log.warn({ ...about, reason: state.reason }, 'a provider gave no answer about a refund');
      return { kind: 'unknown' };
  }
}

function nameOf({ id, amount, currency, createdAt, charge }: AttemptToSettle): ChargeName {
  return {
    number: numberOf(id),
    reference: charge?.reference ?? null,
    amount: money(amount, currency),
    openedAt: createdAt,
    expiresAt: charge?.expiresAt ?? createdAt,
  };
}

function actionOf(action: Action): PaymentAction {
  switch (action.type) {
    case 'qr_code':
      return { ...action, expiresAt: toTimestamp(action.expiresAt) };
    case 'jsapi':
      return { ...action, parameters: { ...action.parameters } };
    default:
      return action;
  }
}

function asking({ clock }: Context, { deadline }: Origin): Asking {
  return { deadline: Math.min(deadline - patience.reserveMs, clock.now() + patience.mostMs) };
}

function reach({ failPoints }: Context, point: string): void {
  if (failPoints.armed) failPoints.reach(point);
}
