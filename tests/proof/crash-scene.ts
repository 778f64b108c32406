import { expect } from 'vitest';
import { type Random, seededRandom } from '../../src/runtime/seams/random.ts';
import { auditBy } from './audits.ts';
import { Customers } from './customers.ts';
import {
  copyOfNode,
  type DataDir,
  type Environment,
  makeDataDir,
  NeverUp,
  type Program,
  postgresOf,
  startProgram,
} from './program.ts';

const lanes = 12;

/** One program on one folder, which is killed and started again, and the customers whose memory it is held to. */
export class CrashScene implements AsyncDisposable {
  readonly customers = new Customers();
  readonly #random: Random;
  #dataDir: DataDir | undefined;
  #program: Program | undefined;
  #anotherNode: string | undefined;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  /** An empty folder, a first start, and customers who registered. */
  async open(): Promise<void> {
    this.#dataDir = await makeDataDir();
    await this.start();
    await this.customers.register(6);
  }

  get program(): Program {
    if (!this.#program) throw new Error('it was not started');
    return this.#program;
  }

  get dataDir(): string {
    if (!this.#dataDir) throw new Error('there is no folder');
    return this.#dataDir.path;
  }

  /** Starts it by a Node that is not the project's own. */
  async startByAnotherNode(): Promise<void> {
    if (!this.#dataDir) throw new Error('there is no folder');
    this.#anotherNode ??= await copyOfNode(this.#dataDir.folder);
    await this.start({}, this.#anotherNode);
  }

  between(least: number, most: number): number {
    return least + Math.floor(this.#random.fraction() * (most - least));
  }

  /** On what the one before left behind; the customers go there. */
  async start(environment: Environment = {}, node?: string): Promise<void> {
    this.#program = await startProgram(this.dataDir, environment, node);
    await this.customers.goTo(this.#program.url);
  }

  async killPostgres(): Promise<void> {
    const pid = await postgresOf(this.dataDir);
    if (pid === undefined) throw new Error('no PostgreSQL is running');
    process.kill(pid, 'SIGKILL');
  }

  /** Customers buy until so many answers have come, then `strike` strikes in the midst of what is under way. */
  async during(answers: number, strike: () => unknown): Promise<void> {
    const enough = new AbortController();
    const buying = this.customers.buy(lanes, enough.signal);
    await Promise.race([this.customers.acknowledgements(answers), buying]);
    await strike();
    enough.abort();
    await buying;
  }

  /**
   * Starts with the fail point armed, and customers buy until the program has killed itself there. Recovering from the death
   * before may take it there at once, before anybody could come.
   */
  async dieAt(failPoint: string): Promise<void> {
    try {
      this.#program = await startProgram(this.dataDir, { FAIL_POINT: failPoint });
    } catch (error) {
      if (error instanceof NeverUp && error.isKilledByItself) return;
      throw error;
    }
    await this.customers.moveTo(this.#program.url);
    await this.#untilItDies();
  }

  async #untilItDies(): Promise<void> {
    const enough = new AbortController();
    const buying = this.customers.buy(lanes, enough.signal);
    const { ended } = this.program;
    expect(await Promise.race([ended, buying.then(() => ended)])).toEqual({ code: null, signal: 'SIGKILL' });
    enough.abort();
    await buying;
  }

  /** Everything comes to its end, and is as the customers remember it; an audit agrees. */
  async expectAllIsWell(): Promise<Awaited<ReturnType<Customers['check']>>> {
    await this.customers.askAgain();
    await this.customers.untilSettled();
    const counted = await this.customers.check();
    const audit = await auditBy(this.customers.operator);
    expect(audit.violations).toEqual([]);
    expect(audit.checked.orders).toBe(counted.orders);
    return counted;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.customers.close();
    await this.#program?.[Symbol.asyncDispose]();
    await this.#dataDir?.[Symbol.asyncDispose]();
  }
}

/** What is printed with a failure, so that the same moments can be tried again. */
export const seed = Number(process.env.CRASH_SEED ?? Date.now() % 1_000_000);
