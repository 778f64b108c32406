import type { DedicatedConnection } from '../database/database.ts';
import { backoffMs } from '../inbox/backoff.ts';
import type { Context, Job } from '../service.ts';

const tryLock = `select pg_try_advisory_lock(hashtextextended('suanpan job ' || current_schema() || ' ' || $1, 0)) as held`;
const failing = { firstMs: 500, mostMs: 30_000 };

/** Runs a service's jobs, each again and again with its pause between, until stopped. */
export class Jobs {
  readonly #context: Context;
  readonly #leases: DedicatedConnection;
  readonly #stopping = new AbortController();
  #running: Promise<void>[] = [];

  constructor(context: Context) {
    this.#context = context;
    this.#leases = context.database.dedicated('jobs');
  }

  start(jobs: readonly Job[]): void {
    this.#running = jobs.map((job) => this.#repeat(job));
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#running);
    await this.#leases.close();
  }

  async #repeat(job: Job): Promise<void> {
    const { log, random, scheduler, service, settings } = this.#context;
    const { signal } = this.#stopping;
    let failures = 0;
    while (!signal.aborted) {
      const everyMs = typeof job.everyMs === 'number' ? job.everyMs : job.everyMs(settings);
      let pauseMs = everyMs;
      try {
        if (job.on === 'each' || (await this.#holds(job.name))) await job.run(this.#context);
        failures = 0;
      } catch (error) {
        failures += 1;
        pauseMs = Math.max(everyMs, backoffMs(failures, random, failing));
        log.warn({ err: error, service, job: job.name, pauseMs }, 'a job failed; it runs again after the pause');
      }
      await scheduler.wait(pauseMs, signal);
    }
  }

  /** One instance at a time: the session lock lasts as long as this process's connection, and taking it again is free. */
  async #holds(name: string): Promise<boolean> {
    return this.#leases.transaction(async (transaction) => {
      const { rows } = await transaction.query<{ held: boolean }>(tryLock, [name]);
      return rows[0]?.held === true;
    });
  }
}
