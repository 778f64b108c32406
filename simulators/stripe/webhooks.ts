import { createHmac } from 'node:crypto';
import type { Scheduler } from '#runtime/seams/scheduler.ts';
import type { StripeEvent } from './objects.ts';
import type { World } from './world.ts';

export interface Endpoint {
  readonly url: string;
  /** Two while the merchant rolls the secret: then Stripe signs with both. */
  readonly secrets: readonly string[];
  /** `['*']`, or the types of events. */
  readonly events: readonly string[];
}

/** One try to tell one endpoint one event, as it goes over the wire. */
export interface Delivery {
  readonly event: string;
  readonly type: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly at: number;
  /** The HTTP status; 0 where there was no answer. */
  status: number | undefined;
}

/** Sends it and resolves to the HTTP status; rejects where there is no answer. */
export type Send = (url: string, headers: Readonly<Record<string, string>>, body: string) => Promise<number>;

const [minuteMs, hourMs] = [60_000, 3_600_000];
/**
 * Stripe repeats for up to three days with growing pauses in live mode, and three times over a few hours in test mode; how long
 * the pauses are is not published (docs.stripe.com/webhooks): these are of that kind.
 */
const pausesLiveMs = [5 * minuteMs, 30 * minuteMs, ...[2, 5, 10, 12, 12, 12, 12].map((hours) => hours * hourMs)];
const pausesTestMs = [5 * minuteMs, hourMs, 3 * hourMs];

export interface Webhooks {
  endpoints(): readonly { readonly id: string; readonly created: number }[];
  tell(event: StripeEvent): void;
  /** Sends an event now, once, whether it has been sent or not: what a person can do in Stripe's dashboard. */
  resend(event: StripeEvent): Promise<void>;
  readonly deliveries: readonly Delivery[];
  /** Resolves once nothing is being sent: what is to be sent later is not waited for. */
  quiet(): Promise<void>;
  readonly mischief: Mischief;
  stop(): void;
}

/** What befalls events on their way. */
export interface Mischief {
  /** How often each of the coming events is sent, one after another. */
  copies: number;
  delayMs: number;
  /** Events are held back until there are so many, and then go out last first. */
  hold: number;
  lost: boolean;
}

interface Means {
  readonly scheduler: Pick<Scheduler, 'after'>;
  readonly send: Send;
  /** Divides all pauses, for demonstrations. */
  readonly timeScale: number;
  readonly world: () => World;
}

export function makeWebhooks(registered: readonly Endpoint[], { scheduler, send, timeScale, world }: Means): Webhooks {
  const deliveries: Delivery[] = [];
  const errands = makeErrands(scheduler);
  const mischief: Mischief = { copies: 1, delayMs: 0, hold: 0, lost: false };
  const held: StripeEvent[] = [];

  const attempt = async (endpoint: Endpoint, event: StripeEvent): Promise<boolean> => {
    const body = JSON.stringify(event, null, 2);
    const at = world().seconds();
    const headers = {
      'content-type': 'application/json; charset=utf-8',
      'stripe-signature': signatureOf(endpoint, at, body),
    };
    const delivery: Delivery = {
      event: event.id,
      type: event.type,
      url: endpoint.url,
      headers,
      body,
      at,
      status: undefined,
    };
    deliveries.push(delivery);
    delivery.status = await send(endpoint.url, { ...headers, 'user-agent': 'Stripe/1.0 (simulator)' }, body).catch(
      () => 0,
    );
    return delivery.status >= 200 && delivery.status < 300;
  };
  const deliver = (endpoint: Endpoint, event: StripeEvent, nth: number, delayMs: number): void =>
    errands.later(delayMs / timeScale, async () => {
      const pauses = event.livemode ? pausesLiveMs : pausesTestMs;
      const pause = pauses[nth];
      if (!(await attempt(endpoint, event)) && pause !== undefined) deliver(endpoint, event, nth + 1, pause);
    });
  const sendOut = (event: StripeEvent): void => {
    for (const endpoint of registered) {
      if (!endpoint.events.some((type) => type === '*' || type === event.type)) continue;
      for (let copy = 0; copy < mischief.copies; copy += 1) deliver(endpoint, event, 0, mischief.delayMs);
    }
  };

  return {
    ...{ deliveries, mischief },
    endpoints: () => registered.map(described),
    tell(event) {
      if (mischief.lost) return;
      held.push(event);
      if (held.length < mischief.hold) return;
      for (const one of held.splice(0).reverse()) sendOut(one);
    },
    async resend(event) {
      await Promise.all(registered.map((endpoint) => attempt(endpoint, event)));
    },
    quiet: errands.quiet,
    stop: errands.stop,
  };
}

interface Errands {
  later(delayMs: number, run: () => Promise<void>): void;
  /** Resolves once none is under way. */
  quiet(): Promise<void>;
  stop(): void;
}

function makeErrands(scheduler: Pick<Scheduler, 'after'>): Errands {
  const under = new Set<Promise<void>>();
  const waiting = new Set<() => void>();
  let stopped = false;
  const start = (run: () => Promise<void>): void => {
    const running = run().finally(() => under.delete(running));
    under.add(running);
  };
  return {
    later(delayMs, run) {
      if (stopped) return;
      if (delayMs === 0) {
        start(run);
        return;
      }
      const cancel = scheduler.after(delayMs, () => {
        waiting.delete(cancel);
        start(run);
      });
      waiting.add(cancel);
    },
    async quiet() {
      while (under.size > 0) await Promise.all(under);
    },
    stop() {
      stopped = true;
      for (const cancel of waiting) cancel();
      waiting.clear();
    },
  };
}

function described({ url, events }: Endpoint, index: number) {
  const id = `we_simulated${index + 1}`;
  return { id, object: 'webhook_endpoint', created: 0, enabled_events: events, status: 'enabled', url };
}

/** A fresh signature for each try (docs.stripe.com/webhooks/signature). */
export function signatureOf({ secrets }: Pick<Endpoint, 'secrets'>, seconds: number, body: string): string {
  const signatures = secrets.map((secret) => createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex'));
  return [`t=${seconds}`, ...signatures.map((signature) => `v1=${signature}`)].join(',');
}

/** Over HTTP. A redirect is a failure as for Stripe, and so is what takes longer than half a minute. */
export const sendOverHttp: Send = async (url, headers, body) => {
  const answer = await fetch(url, {
    method: 'POST',
    headers,
    body,
    redirect: 'manual',
    signal: AbortSignal.timeout(30_000),
  });
  await answer.arrayBuffer();
  return answer.status;
};
