import { type Channel, openChannel } from '../database/channel.ts';
import type { ConnectionOptions } from '../database/database.ts';
import { backoffMs } from '../inbox/backoff.ts';
import type { Random } from '../seams/random.ts';
import type { Scheduler } from '../seams/scheduler.ts';
import type { Log } from '../telemetry/log.ts';

const channelOf = (source: string): string => `suanpan_log_${source}`;
/** However many commits there are, the others are not told more often than this. */
const gapMs = 5;
const heartbeatMs = 30_000;
const outage = { firstMs: 100, mostMs: 10_000 };

interface WakeUpsOptions {
  readonly source: string;
  readonly connection: ConnectionOptions;
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly log: Log;
  /** Others may have said something. */
  readonly heard: () => void;
}

/**
 * Tells the other processes that work on the same store that its log has grown, and hears it from them. A NOTIFY within the
 * transactions would make the whole cluster's commits queue up one behind the other: it follows them, on a session of its own,
 * one for all commits since the last. What is missed while there is no connection, polling finds.
 */
export class WakeUps {
  readonly #options: WakeUpsOptions;
  readonly #stopping = new AbortController();
  #running: Promise<void> = Promise.resolve();
  #untold = false;
  #wake: () => void = () => undefined;

  constructor(options: WakeUpsOptions) {
    this.#options = options;
  }

  start(): void {
    this.#running = this.#run();
  }

  /** This process has committed something. */
  tell(): void {
    this.#untold = true;
    this.#wake();
  }

  /** Tells what was not told yet, if it can. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#wake();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { connection, log, random, scheduler, source } = this.#options;
    const { signal } = this.#stopping;
    const applicationName = `suanpan ${source} wake-ups`;
    let failures = 0;
    while (!signal.aborted) {
      let channel: Channel | undefined;
      try {
        channel = await openChannel(connection, {
          name: channelOf(source),
          applicationName,
          heard: this.#options.heard,
        });
        failures = 0;
        this.#options.heard();
        await this.#converse(channel);
      } catch (error) {
        failures += 1;
        const pauseMs = backoffMs(failures, random, outage);
        log.info({ err: error, source, pauseMs }, 'no wake-ups from other processes for now; the log is polled');
        await scheduler.wait(pauseMs, signal);
      } finally {
        await channel?.close().catch(() => undefined);
      }
    }
  }

  async #converse(channel: Channel): Promise<void> {
    const { scheduler } = this.#options;
    const { signal } = this.#stopping;
    for (;;) {
      if (this.#untold) {
        this.#untold = false;
        try {
          await channel.tell();
        } catch (error) {
          this.#untold = true;
          throw error;
        }
        await scheduler.wait(gapMs, signal);
      } else if (signal.aborted) return;
      else if (!(await this.#news(channel.over))) await channel.ping();
    }
  }

  /** Waits until there is something to tell or to stop for; false where it would be well to see whether the session lives. */
  async #news(over: AbortSignal): Promise<boolean> {
    const quiet = new AbortController();
    const wake = (): void => quiet.abort();
    this.#wake = wake;
    await this.#options.scheduler.wait(heartbeatMs, AbortSignal.any([quiet.signal, over]));
    return quiet.signal.aborted;
  }
}
