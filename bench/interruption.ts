import { Closings } from '../src/apps/closings.ts';

/** Ctrl-C and its like: what is under way is left, and what was started is ended. */
export class Interruption {
  readonly #controller = new AbortController();
  readonly #came = Promise.withResolvers<never>();

  constructor() {
    this.#came.promise.catch(() => undefined);
    // Signals that come while all is being ended change nothing.
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => this.#interrupt(name));
  }

  /** For programs that are run to their end. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Runs the work and then all closings, however the work ends; @throws where it was interrupted. */
  async guard<Result>(work: (closings: Closings) => Promise<Result>): Promise<Result> {
    const closings = new Closings();
    try {
      return await Promise.race([work(closings), this.#came.promise]);
    } finally {
      await closings.run();
    }
  }

  #interrupt(name: string): void {
    if (this.#controller.signal.aborted) return;
    process.stderr.write(`\n${name}: ending what was started\n`);
    this.#controller.abort();
    this.#came.reject(new Error('interrupted'));
  }
}

/** Waits for something to start, which is closed even where nobody waits any more when it has. */
export async function opened<Opened>(
  closings: Closings,
  starting: Promise<Opened>,
  close: (opened: Opened) => Promise<void>,
): Promise<Opened> {
  closings.add(async () => {
    const started = await starting.then(
      (one) => ({ one }),
      () => undefined,
    );
    if (started) await close(started.one);
  });
  return starting;
}
