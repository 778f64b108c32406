import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Scheduler } from '#runtime/seams/scheduler.ts';
import type { Planned } from './plan.ts';

const program = fileURLToPath(new URL('../suanpan.ts', import.meta.url));
const pauseMs = { first: 500, most: 30_000 };
/** It drains for 20 s by itself, and then some. */
const endMostMs = 60_000;
const lookEveryMs = 100;

type Environment = Readonly<Record<string, string | undefined>>;

/** A process of the platform that is kept running: it is started again when it dies. */
export class Child {
  readonly planned: Planned;
  readonly #environment: Environment;
  readonly #scheduler: Scheduler;
  readonly #nameLength: number;
  readonly #stopping = new AbortController();
  #process: ChildProcess | undefined;
  #running: Promise<void> = Promise.resolve();
  #wasReady = false;

  constructor(planned: Planned, environment: Environment, scheduler: Scheduler, nameLength: number) {
    this.planned = planned;
    this.#environment = { ...environment, ...planned.environment };
    this.#scheduler = scheduler;
    this.#nameLength = nameLength;
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** Resolves once it was ready; rejects where it ends by itself before it ever was. */
  start(): Promise<void> {
    const isUp = Promise.withResolvers<void>();
    this.#running = this.#keep(isUp);
    return isUp.promise;
  }

  /** Has it drain, and waits until it has ended. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#process?.kill('SIGTERM');
    const ended = new AbortController();
    void this.#running.finally(() => ended.abort());
    await this.#scheduler.wait(endMostMs, ended.signal);
    if (!ended.signal.aborted) {
      this.#say('does not end; it is killed');
      this.#process?.kill('SIGKILL');
    }
    await this.#running;
  }

  async #keep(isUp: PromiseWithResolvers<void>): Promise<void> {
    const { signal } = this.#stopping;
    let failures = 0;
    while (!signal.aborted) {
      const wasReady = this.#wasReady;
      const ending = await this.#run(() => {
        failures = 0;
        isUp.resolve();
      });
      if (signal.aborted) break;
      // Told by an exit code before it ever worked: a setting is wrong, and will be the next time.
      if (!wasReady && !this.#wasReady && ending.code !== null) {
        isUp.reject(new Error(`${this.planned.name} did not start (exit code ${ending.code})`));
        return;
      }
      const waitMs = Math.min(pauseMs.most, pauseMs.first * 2 ** Math.min(failures, 10));
      failures += 1;
      this.#say(`ended (${ending.signal ?? `exit code ${ending.code}`}); starting it again in ${waitMs} ms`);
      await this.#scheduler.wait(waitMs, signal);
    }
    isUp.reject(new Error(`${this.planned.name} was stopped before it was up`));
  }

  /** From its start to its end. */
  async #run(isReady: () => void): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
    // In a process group of its own: a Ctrl-C in the terminal is ours to pass on, in order. By the channel it sees us die.
    const child = spawn(process.execPath, [program, 'service', this.planned.service], {
      env: this.#environment,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      detached: true,
    });
    this.#process = child;
    const lines = [this.#pass(child.stdout, process.stdout), this.#pass(child.stderr, process.stderr)];
    const ended = once(child, 'close');
    const over = new AbortController();
    void ended.finally(() => over.abort()).catch(() => undefined);
    void this.#untilReady(over.signal).then((ready) => {
      if (!ready) return;
      this.#wasReady = true;
      isReady();
    });
    try {
      const [code, signal] = (await ended) as [number | null, NodeJS.Signals | null];
      await Promise.all(lines);
      return { code, signal };
    } catch (error) {
      this.#say(`cannot be started: ${error}`);
      return { code: 1, signal: null };
    }
  }

  async #untilReady(signal: AbortSignal): Promise<boolean> {
    while (!signal.aborted) {
      const health = await healthOf(this.planned.internalPort);
      if (health?.status === 'ready') return true;
      await this.#scheduler.wait(lookEveryMs, signal);
    }
    return false;
  }

  async #pass(from: Readable | null, to: Writable): Promise<void> {
    if (from) for await (const line of createInterface({ input: from })) to.write(`${this.#prefix}${line}\n`);
  }

  #say(text: string): void {
    process.stderr.write(`${this.#prefix}${text}\n`);
  }

  get #prefix(): string {
    return `${this.planned.name.padEnd(this.#nameLength)} | `;
  }
}

export interface Health {
  readonly status: string;
  readonly degraded?: Readonly<Record<string, string>>;
}

/** What /readyz says; undefined where nobody answers. */
export async function healthOf(internalPort: number): Promise<Health | undefined> {
  try {
    const answer = await fetch(`http://127.0.0.1:${internalPort}/readyz`, { signal: AbortSignal.timeout(5_000) });
    return (await answer.json()) as Health;
  } catch {
    return undefined;
  }
}
