import type { Clock } from '#kernel/clock.ts';
import type { Asking, Finding } from '../provider.ts';
import { type Answered, isThing, type Thing } from './answer.ts';
import { eventsNeeded } from './callback.ts';
import type { Ask } from './client.ts';
import { type CardSettings, isLive } from './settings.ts';

/** Webhooks are refused when they are 5 minutes off; a minute is enough to say something. */
const clockOffMostMs = 60_000;

/** Harmless questions that show what would be in the way of the first customer. */
export async function findings(
  ask: Ask,
  settings: CardSettings,
  clock: Clock,
  origin: Asking,
): Promise<readonly Finding[]> {
  const outcome = await ask(origin, (stripe, options) => stripe.paymentIntents.list({ limit: 1 }, options));
  const mode = isLive(settings.secretKey) ? 'live mode: real money' : 'test mode: no money moves';
  if (outcome.kind !== 'answered') {
    const reason = outcome.kind === 'refusal' ? `HTTP ${outcome.status} ${outcome.code}` : outcome.reason;
    return [bad('the secret key', adviceOn(reason, settings))];
  }
  const rights = await rightsOf(ask, origin);
  const [account, webhook] = [await accountOf(ask, origin), await webhookOf(ask, settings, origin)];
  return [good(`the secret key (${mode})`), clockOf(outcome, clock), ...rights, ...account, ...webhook];
}

function adviceOn(reason: string, { apiUrl }: CardSettings): string {
  if (reason.startsWith('HTTP 401')) {
    return 'Stripe does not know STRIPE_SECRET_KEY: copy it again from the dashboard, Developers → API keys';
  }
  if (reason.startsWith('HTTP 403')) return 'the restricted key needs the right to write PaymentIntents';
  return `${apiUrl} does not answer as Stripe does (${reason}): see STRIPE_API_URL, the network and proxies`;
}

function clockOf({ date }: Answered, clock: Clock): Finding {
  const offMs = Math.abs(clock.now() - Date.parse(date ?? ''));
  if (Number.isNaN(offMs)) return bad('the clock', 'Stripe did not say what time it is');
  if (offMs <= clockOffMostMs) return good('the clock');
  return bad(
    'the clock',
    `it is ${Math.round(offMs / 1_000)} s off Stripe’s: set the time, or webhooks will be refused`,
  );
}

async function rightsOf(ask: Ask, origin: Asking): Promise<Finding[]> {
  const refunds = await ask(origin, (stripe, options) => stripe.refunds.list({ limit: 1 }, options));
  const bills = await ask(origin, (stripe, options) => stripe.balanceTransactions.list({ limit: 1 }, options));
  return [
    refunds.kind === 'answered'
      ? good('refunds')
      : bad('refunds', 'the key needs the right to write Charges and Refunds'),
    bills.kind === 'answered' ? good('bills') : bad('bills', 'the key needs the right to read Balance transactions'),
  ];
}

async function accountOf(ask: Ask, origin: Asking): Promise<Finding[]> {
  const outcome = await ask(origin, (stripe, options) => stripe.accounts.retrieveCurrent({}, options));
  // A restricted key need not have this right.
  if (outcome.kind !== 'answered') return [];
  const advice = 'Stripe does not let this account take payments yet: finish its activation in the dashboard';
  return [outcome.thing.charges_enabled === true ? good('the account') : bad('the account', advice)];
}

async function webhookOf(ask: Ask, { notifyUrl }: CardSettings, origin: Asking): Promise<Finding[]> {
  if (notifyUrl === undefined) {
    return [
      bad('the webhook', 'set STRIPE_NOTIFY_URL to the URL that is registered at Stripe, so that it can be looked at'),
    ];
  }
  const outcome = await ask(origin, (stripe, options) => stripe.webhookEndpoints.list({ limit: 100 }, options));
  if (outcome.kind !== 'answered' || !Array.isArray(outcome.thing.data)) return [];
  const endpoint: unknown = outcome.thing.data.find((one) => isThing(one) && one.url === notifyUrl);
  if (!isThing(endpoint)) return [bad('the webhook', `register ${notifyUrl} at Stripe, Developers → Webhooks`)];
  if (endpoint.status !== 'enabled') return [bad('the webhook', `Stripe has ${notifyUrl} disabled: enable it there`)];
  const missing = missingEvents(endpoint);
  return [missing.length === 0 ? good('the webhook') : bad('the webhook', `add its events ${missing.join(', ')}`)];
}

function missingEvents({ enabled_events: enabled }: Thing): readonly string[] {
  const all: readonly unknown[] = Array.isArray(enabled) ? enabled : [];
  return all.includes('*') ? [] : eventsNeeded.filter((type) => !all.includes(type));
}

const good = (what: string): Finding => ({ what, ok: true, advice: null });
const bad = (what: string, advice: string): Finding => ({ what, ok: false, advice });
