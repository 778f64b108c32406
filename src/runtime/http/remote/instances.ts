import { CircuitState, ConsecutiveBreaker, circuitBreaker, handleWhenResult } from 'cockatiel';
import { Pool } from 'undici';
import type { Operation } from '#contracts/operation.ts';
import type { Scheduler } from '../../seams/scheduler.ts';
import type { Log } from '../../telemetry/log.ts';
import type { Metrics } from '../../telemetry/metrics.ts';
import { alive } from './alive.ts';
import { type Exchange, exchange } from './exchange.ts';
import { type Outcome, outcomeOf, patienceMs } from './outcome.ts';
import { attemptHeaders } from './wire.ts';

/** Calls that wait for something hold a connection each. */
const connectionsMax = 1_024;
const connectTimeoutMs = 2_000;
/** After so many failures one after another an instance is left alone … */
const failuresMax = 5;
/** … until it says that it is well; it is asked this often. Calls themselves try nothing: some take long, some may not be lost. */
export const leftAloneMs = 1_000;

export interface InstanceOptions {
  readonly scheduler: Scheduler;
  readonly log: Log;
  readonly metrics: Metrics;
  /** With which it is asked whether it is well. */
  token(): string;
}

/** One process that answers, its connections and its circuit breaker. */
export class Instance {
  readonly #url: string;
  readonly #pathBefore: string;
  readonly #pool: Pool;
  readonly #options: InstanceOptions;
  readonly #breaker = circuitBreaker(
    handleWhenResult((outcome) => isFailure(outcome as Outcome)),
    // When it is asked again the scheduler says, which tests move.
    { halfOpenAfter: 0, breaker: new ConsecutiveBreaker(failuresMax) },
  );
  #underWay = 0;
  /** It began nothing when it was left alone, and said so at once: it was ending, or had ended, and may be back any moment. */
  #turnsAway = false;
  #isClosed = false;
  #cancelProbe = (): void => undefined;

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

  get isLeftAlone(): boolean {
    return this.#breaker.state !== CircuitState.Closed;
  }

  /**
   * The lower the sooner it is chosen; undefined where it must not be. One that turned callers away is tried by those who can
   * go nowhere else: it costs nothing, and where instances are replaced in turn they are all left alone for a moment, the one
   * that is back already among them.
   */
  get rank(): number | undefined {
    if (!this.isLeftAlone) return this.#underWay;
    return this.#turnsAway ? Number.MAX_SAFE_INTEGER : undefined;
  }

  async attempt(operation: Operation, request: Exchange, leftMs: number): Promise<Outcome> {
    const send = (): Promise<Outcome> => this.#send(operation, request, leftMs);
    this.#underWay += 1;
    try {
      if (!this.isLeftAlone) return await this.#breaker.execute(send);
      const outcome = await send();
      this.#turnsAway = !isFailure(outcome) || turnsAway(outcome);
      return outcome;
    } finally {
      this.#underWay -= 1;
    }
  }

  close(): Promise<void> {
    this.#isClosed = true;
    this.#cancelProbe();
    return this.#pool.destroy();
  }

  async #send(operation: Operation, request: Exchange, leftMs: number): Promise<Outcome> {
    const sent = this.#pathBefore === '' ? request : { ...request, path: this.#pathBefore + request.path };
    return outcomeOf(operation, await exchange(this.#pool, sent, leftMs, this.#options.scheduler), leftMs);
  }

  async #probe(): Promise<void> {
    const { method, path } = alive;
    const headers = attemptHeaders(this.#options.token(), patienceMs);
    const request = { method, path, headers, body: null, streams: false };
    await this.#breaker.execute(() => this.#send(alive, request, patienceMs));
  }

  #watch(): void {
    const { scheduler, log, metrics } = this.#options;
    const instance = this.#url;
    let isKnown = false;
    metrics.breakers.set({ instance }, 0);
    this.#breaker.onBreak((failed) => {
      const outcome = 'value' in failed ? (failed.value as Outcome) : undefined;
      this.#turnsAway = outcome !== undefined && turnsAway(outcome);
      if (!this.#isClosed) this.#cancelProbe = scheduler.after(leftAloneMs, () => void this.#probe());
      if (isKnown) return;
      isKnown = true;
      const reason = outcome?.kind === 'failed' ? outcome.reason : 'no answer in time';
      log.warn({ instance, reason }, 'an instance does not answer: it is left alone until it is well');
    });
    this.#breaker.onReset(() => {
      isKnown = false;
      log.info({ instance }, 'an instance answers again');
    });
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

  /** None of them may be expected to answer. */
  get areLeftAlone(): boolean {
    return this.#all.every(({ isLeftAlone }) => isLeftAlone);
  }

  /** The one with the fewest calls under way that was not tried yet, in turn among equals: a slow one gets less. */
  choose(tried: ReadonlySet<Instance>): Instance | undefined {
    const all = this.#all;
    let best: Instance | undefined;
    let bestRank = Number.POSITIVE_INFINITY;
    this.#turn = (this.#turn + 1) % Math.max(1, all.length);
    for (let offset = 0; offset < all.length; offset += 1) {
      const instance = all[(this.#turn + offset) % all.length];
      if (instance === undefined || tried.has(instance)) continue;
      const { rank } = instance;
      if (rank === undefined || rank >= bestRank) continue;
      best = instance;
      bestRank = rank;
    }
    return best;
  }
}
