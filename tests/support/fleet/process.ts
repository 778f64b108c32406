import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Environment } from '../platform.ts';
import type { Order, Ordered, Part, Told } from './orders.ts';

const entry = fileURLToPath(new URL('./service-process.ts', import.meta.url));

/** A process of the platform that runs a part of it, and does what it is ordered. */
export class ServiceProcess {
  readonly run: readonly string[];
  readonly #child: ChildProcess;
  readonly #up: Promise<string | undefined>;
  readonly #ended: Promise<unknown>;
  readonly #waiting = new Map<number, { done(answer: unknown): void; fail(reason: Error): void }>();
  #orders = 0;

  constructor(part: Part, environment: Environment) {
    this.run = part.run;
    this.#child = fork(entry, [JSON.stringify(part)], {
      env: { ...inherited(), ...environment },
      execArgv: [],
      serialization: 'advanced',
    });
    this.#ended = once(this.#child, 'exit');
    this.#up = new Promise((resolve, reject) => {
      this.#child.on('message', (told: Told) => (told.kind === 'up' ? resolve(told.url) : this.#settle(told)));
      this.#child.on('exit', (code, signal) => {
        const reason = new Error(`the process of ${this.run} ended: ${signal ?? code}`);
        reject(reason);
        for (const { fail } of this.#waiting.values()) fail(reason);
      });
    });
    this.#up.catch(() => undefined);
  }

  /** Where its gateway listens, if it has one; resolves when it is up. */
  up(): Promise<string | undefined> {
    return this.#up;
  }

  order(order: Order): Promise<unknown> {
    return new Promise((done, fail) => {
      this.#orders += 1;
      const ordered: Ordered = { id: this.#orders, order };
      this.#waiting.set(ordered.id, { done, fail });
      this.#child.send(ordered, (error) => error && fail(error));
    });
  }

  /** As SIGTERM would; whoever is not up, or does not stop, is killed. */
  async stop(): Promise<void> {
    try {
      await this.#up;
      await this.order({ kind: 'stop' });
    } finally {
      this.#child.kill('SIGKILL');
      await this.#ended;
    }
  }

  #settle(told: Exclude<Told, { kind: 'up' }>): void {
    const waiting = this.#waiting.get(told.id);
    this.#waiting.delete(told.id);
    if (told.kind === 'done') waiting?.done(told.answer);
    else waiting?.fail(new Error(told.reason));
  }
}

/** Without what the shell that runs the tests may have set for a platform of its own; what is compiled once is kept. */
function inherited(): NodeJS.ProcessEnv {
  const { PATH, HOME, TMPDIR } = process.env;
  return { PATH, HOME, TMPDIR };
}
