import type { Missing, Overview } from '#contracts/http/operator.ts';
import { getOrderFigures } from '#contracts/http/ordering.ts';
import { getPaymentFigures } from '#contracts/http/payment.ts';
import { runtimeOperations } from '#contracts/http/runtime.ts';
import type { Heard, Sample } from '#contracts/http/runtime-insight.ts';
import type { AnswerOf } from '#contracts/operation.ts';
import { fromTimestamp, type Instant, toTimestamp } from '#kernel/clock.ts';
import type { Context, Origin } from '#runtime/service.ts';
import { everySeconds, figuresOf } from './figures.ts';
import { allMissing, gather, orMissing, soon } from './gathering.ts';

const windowMs = 15 * 60_000;
/** Who asks again within this gets the same. */
const freshMs = 1_000;
/** Processes keep their samples a moment after they were taken, and their clocks differ a little. */
const overlapMs = 15_000;
/** What is counted in tables is asked for less often. */
const countedFreshMs = 5_000;

interface Figures {
  readonly orders: AnswerOf<typeof getOrderFigures>['body'] | undefined;
  readonly payments: AnswerOf<typeof getPaymentFigures>['body'] | undefined;
}

/** However many operators look on, the services are asked once. Nothing is kept or asked while nobody does. */
export class Lookout {
  readonly #services: readonly string[];
  readonly #processes = new Map<string, { readonly bounds: readonly number[]; readonly samples: Sample[] }>();
  #sampledAt: Instant | undefined;
  #last: { readonly at: Instant; readonly made: Promise<Overview> } | undefined;
  #figures: { readonly at: Instant; readonly known: Figures } | undefined;

  constructor(services: readonly string[]) {
    this.#services = services;
  }

  overview(context: Context, request: Origin): Promise<Overview> {
    const now = context.clock.now();
    if (this.#last && now - this.#last.at < freshMs) return this.#last.made;
    const made = this.#make(context, soon(request, context));
    this.#last = { at: now, made };
    // What failed is asked for anew.
    made.catch(() => {
      if (this.#last?.made === made) this.#last = undefined;
    });
    return made;
  }

  async #make(context: Context, origin: Origin): Promise<Overview> {
    const [away, subscribed, { known, missing }] = await Promise.all([
      this.#collect(context, origin),
      subscriptionsOf(this.#services, context, origin),
      this.#counted(context, origin),
    ]);
    const { orders, payments } = known;
    return {
      at: toTimestamp(context.clock.now()),
      everySeconds,
      ...figuresOf([...this.#processes.values()]),
      funnel: orders?.funnel ?? null,
      subscriptions: subscribed.data,
      stuck: orders?.stuck ?? null,
      waiting: {
        refundsToDecide: orders?.refundsToDecide ?? null,
        refundsFailed: orders?.refundsFailed ?? null,
        differences: payments?.openDifferences ?? null,
      },
      missing: allMissing(away, subscribed.missing, missing),
    };
  }

  /** What was sampled since the last look is added to what is known. */
  async #collect(context: Context, origin: Origin): Promise<Missing> {
    const now = context.clock.now();
    const begin = now - windowMs;
    const since = toTimestamp(Math.max(begin, (this.#sampledAt ?? 0) - overlapMs));
    const { answers, missing } = await gather(this.#services, (service) =>
      context.call(runtimeOperations(service).samples, { query: { since } }, origin),
    );
    if (missing.length === 0) this.#sampledAt = now;
    for (const { bounds, samples } of answers.map(({ answer }) => answer.body)) {
      for (const { process, sample } of samples) {
        const known = this.#processes.get(process) ?? { bounds, samples: [] };
        this.#processes.set(process, known);
        if (sample.at > (known.samples.at(-1)?.at ?? '')) known.samples.push(sample);
      }
    }
    for (const [process, { bounds, samples }] of this.#processes) {
      const young = samples.filter(({ at }) => fromTimestamp(at) > begin);
      if (young.length === 0) this.#processes.delete(process);
      else this.#processes.set(process, { bounds, samples: young });
    }
    return missing;
  }

  async #counted(context: Context, origin: Origin): Promise<{ readonly known: Figures; readonly missing: Missing }> {
    const now = context.clock.now();
    if (this.#figures && now - this.#figures.at < countedFreshMs) return { known: this.#figures.known, missing: [] };
    const query = { since: toTimestamp(now - windowMs) };
    const [orders, payments] = await Promise.all([
      orMissing('ordering', context.call(getOrderFigures, { query }, origin)),
      orMissing('payment', context.call(getPaymentFigures, {}, origin)),
    ]);
    const known = { orders: orders.answer?.body, payments: payments.answer?.body };
    const missing = allMissing(orders.missing, payments.missing);
    if (missing.length === 0) this.#figures = { at: now, known };
    return { known, missing };
  }
}

async function subscriptionsOf(
  services: readonly string[],
  context: Context,
  origin: Origin,
): Promise<{ readonly data: Overview['subscriptions']; readonly missing: Missing }> {
  const heard = await gather(services, (service) => context.call(runtimeOperations(service).subscriptions, {}, origin));
  const all = heard.answers.flatMap(({ service: consumer, answer }) =>
    answer.body.heard.map((one): Heard & { consumer: string } => ({ ...one, consumer })),
  );
  const bySource = Map.groupBy(all, ({ source }) => source);
  const sources = [...bySource.keys()].filter((source) => services.includes(source));
  const unheard = await gather(sources, (source) => {
    const subscriptions = (bySource.get(source) ?? []).map(({ consumer, position, types }) => ({
      consumer,
      position,
      types: [...types],
    }));
    return context.call(runtimeOperations(source).backlogs, { body: { subscriptions } }, origin);
  });
  const now = context.clock.now();
  const data = unheard.answers.flatMap(({ service: source, answer }) =>
    answer.body.data.map(({ consumer, messages: found, oldestAt }) => {
      const ahead = bySource.get(source)?.find((one) => one.consumer === consumer)?.ahead ?? 0;
      const messages = Math.max(0, found - ahead);
      const waits = messages > 0 && oldestAt !== null;
      return {
        ...{ consumer, source, messages },
        oldestSeconds: waits ? Math.max(0, now - fromTimestamp(oldestAt)) / 1000 : null,
      };
    }),
  );
  return { data: data.sort(longestFirst), missing: allMissing(heard.missing, unheard.missing) };
}

type Subscription = Overview['subscriptions'][number];

function longestFirst(left: Subscription, right: Subscription): number {
  const [one, other] = [`${left.consumer} ${left.source}`, `${right.consumer} ${right.source}`];
  return right.messages - left.messages || (one < other ? -1 : 1);
}
