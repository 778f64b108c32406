import { type ChildProcess, fork } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Order, Ordered, Told, WorkDone } from './orders.ts';

const entry = fileURLToPath(new URL('./service-process.ts', import.meta.url));

interface Waiting {
  done(answer: unknown): void;
  fail(reason: Error): void;
}

/** What became idle, for the next test file in this process to use: a process that is there already starts in half the time. */
const idle: ServiceProcess[] = [];

/** A process of its own that runs a part of a platform, and does what it is ordered. It ends with this process. */
export class ServiceProcess {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, Waiting>();
  #orders = 0;
  #ended: Error | undefined;

  static take(): ServiceProcess {
    return idle.pop() ?? new ServiceProcess();
  }

  private constructor() {
    this.#child = fork(entry, [], { env: inherited(), execArgv: [], serialization: 'advanced' });
    this.#child.on('message', (told: Told) => this.#hear(told));
    this.#child.on('exit', (code, signal) => {
      this.#ended = new Error(`the process ended: ${signal ?? code}`);
      for (const { fail } of this.#waiting.values()) fail(this.#ended);
    });
    // Whoever waits for an answer has a reason to stay; that it exists is none.
    this.#child.unref();
    this.#child.channel?.unref();
  }

  order(order: Order): Promise<unknown> {
    return new Promise((done, fail) => {
      if (this.#ended) return fail(this.#ended);
      this.#orders += 1;
      const ordered: Ordered = { id: this.#orders, order };
      if (this.#waiting.size === 0) this.#child.channel?.ref();
      this.#waiting.set(ordered.id, { done, fail });
      this.#child.send(ordered, (error) => error && fail(error));
    });
  }

  /** Starts that part of the platform in it; answers where its gateway listens, if it has one. */
  async start(run: readonly string[], environment: Readonly<Record<string, string>>): Promise<string | undefined> {
    return (await this.order({ kind: 'start', run, environment })) as string | undefined;
  }

  async workDone(): Promise<WorkDone> {
    return (await this.order({ kind: 'tell' })) as WorkDone;
  }

  /** As SIGTERM would stop that part of the platform. */
  async stop(): Promise<void> {
    await this.order({ kind: 'stop' });
    idle.push(this);
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  #hear(told: Told): void {
    const waiting = this.#waiting.get(told.id);
    this.#waiting.delete(told.id);
    if (this.#waiting.size === 0) this.#child.channel?.unref();
    if ('failure' in told) waiting?.fail(new Error(told.failure));
    else waiting?.done(told.answer);
  }
}

/** Without what the shell that runs the tests may have set for a platform of its own. */
function inherited(): NodeJS.ProcessEnv {
  const { PATH, HOME, TMPDIR } = process.env;
  return { PATH, HOME, TMPDIR, NODE_COMPILE_CACHE: join(tmpdir(), 'suanpan-test-compile-cache') };
}
