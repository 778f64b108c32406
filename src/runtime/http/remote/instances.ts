import { BrokenCircuitError, CircuitState, ConsecutiveBreaker, circuitBreaker, handleWhenResult } from 'cockatiel';
import { Pool } from 'undici';
import type { Operation } from '#contracts/operation.ts';
import type { Clock, Instant } from '#kernel/clock.ts';
import type { Scheduler } from '../../seams/scheduler.ts';
import type { Log } from '../../telemetry/log.ts';
import type { Metrics } from '../../telemetry/metrics.ts';
import { type Exchange, exchange } from './exchange.ts';
import { type Outcome, outcomeOf } from './outcome.ts';

/** Calls that wait for something hold a connection each. */
const connectionsMax = 1_024;
const connectTimeoutMs = 2_000;
/** After so many failures one after another an instance is left alone … */
const failuresMax = 5;
/** … for this long; then one call tries it, and the others go on leaving it alone until that one succeeds. */
export const leftAloneMs = 1_000;

export interface InstanceOptions {
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** One process that answers, its connections and its circuit breaker. */
export class Instance {
  readonly #url: string;
  readonly #pathBefore: string;
  readonly #pool: Pool;
  readonly #options: InstanceOptions;
  readonly #breaker = circuitBreaker(
    handleWhenResult((outcome) => isFailure(outcome as Outcome)),
    { halfOpenAfter: leftAloneMs, breaker: new ConsecutiveBreaker(failuresMax) },
  );
  #underWay = 0;
  #openedAt: Instant = Number.NEGATIVE_INFINITY;
  /** It began nothing when it was left alone, and said so at once: it was ending, or had ended, and may be back any moment. */
  #turnsAway = false;

  constructor(url: string, options: InstanceOptions) {
    const { origin, pathname } = new URL(url);
    this.#url = url;
    this.#pathBefore = pathname.replace(/\/$/, '');
    this.#options = options;
    // Whoever asks has a deadline of its own for all of it; undici's would go by the machine's clock.
    this.#pool = new Pool(origin, {
      connections: connectionsMax,
      connectTimeout: connectTimeoutMs,
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    this.#watch();
  }

  /**
   * The lower the sooner it is chosen; undefined while it is left alone. One that may be back is tried by who can go elsewhere;
   * one that turns away, by who can go nowhere else: it costs nothing, and where instances are replaced in turn they are all
   * left alone for a moment, the one that is back already among them.
   */
  rank(mayGoElsewhere: boolean): number | undefined {
    const { state } = this.#breaker;
    if (state === CircuitState.Closed) return this.#underWay;
    const isDue = state === CircuitState.Open && this.#options.clock.now() >= this.#openedAt + leftAloneMs;
    if (isDue && mayGoElsewhere) return -1;
    return isDue || this.#turnsAway ? Number.MAX_SAFE_INTEGER : undefined;
  }

  /** Undefined where the instance is left alone after all. */
  async attempt(operation: Operation, request: Exchange, leftMs: number): Promise<Outcome | undefined> {
    const { scheduler } = this.#options;
    const sent = this.#pathBefore === '' ? request : { ...request, path: this.#pathBefore + request.path };
    const send = async (): Promise<Outcome> =>
      outcomeOf(operation, await exchange(this.#pool, sent, leftMs, scheduler), leftMs);
    this.#underWay += 1;
    try {
      return await this.#breaker.execute(send);
    } catch (error) {
      if (!(error instanceof BrokenCircuitError)) throw error;
      if (!this.#turnsAway) return undefined;
      const outcome = await send();
      this.#turnsAway = !isFailure(outcome) || turnsAway(outcome);
      return outcome;
    } finally {
      this.#underWay -= 1;
    }
  }

  close(): Promise<void> {
    return this.#pool.destroy();
  }

  #watch(): void {
    const { clock, log, metrics } = this.#options;
    const instance = this.#url;
    metrics.breakers.set({ instance }, 0);
    this.#breaker.onBreak((failed) => {
      this.#openedAt = clock.now();
      const outcome = 'value' in failed ? (failed.value as Outcome) : undefined;
      this.#turnsAway = outcome !== undefined && turnsAway(outcome);
      const reason = outcome?.kind === 'failed' ? outcome.reason : 'no answer in time';
      log.warn({ instance, reason }, 'an instance does not answer: it is left alone, and tried now and then');
    });
    this.#breaker.onReset(() => log.info({ instance }, 'an instance answers again'));
    this.#breaker.onStateChange((state) => {
      metrics.breakers.set({ instance }, state === CircuitState.Closed ? 0 : state === CircuitState.Open ? 2 : 1);
    });
  }
}

/** Refusals are answers: an instance that says 404 is well. */
function isFailure(outcome: Outcome): boolean {
  return outcome.kind === 'failed' || (outcome.kind === 'late' && outcome.proves);
}

/** It is known at once that nothing was begun; a connection that is not made takes its time. */
function turnsAway(outcome: Outcome): boolean {
  return (
    outcome.kind === 'failed' &&
    outcome.failure === 'not begun' &&
    !outcome.reason.startsWith('UND_ERR_CONNECT_TIMEOUT')
  );
}

/** The instances of one service, in turn. */
export class Instances {
  readonly #all: readonly Instance[];
  #turn = 0;

  constructor(all: readonly Instance[]) {
    this.#all = all;
  }

  get size(): number {
    return this.#all.length;
  }

  /** The one with the fewest calls under way that was not tried yet, in turn among equals: a slow one gets less. */
  choose(tried: ReadonlySet<Instance>, mayGoElsewhere: boolean): Instance | undefined {
    const all = this.#all;
    let best: Instance | undefined;
    let bestRank = Number.POSITIVE_INFINITY;
    this.#turn = (this.#turn + 1) % Math.max(1, all.length);
    for (let offset = 0; offset < all.length; offset += 1) {
      const instance = all[(this.#turn + offset) % all.length];
      if (instance === undefined || tried.has(instance)) continue;
      const rank = instance.rank(mayGoElsewhere);
      if (rank === undefined || rank >= bestRank) continue;
      best = instance;
      bestRank = rank;
    }
    return best;
  }
}
