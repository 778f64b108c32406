import { type Random, seededRandom } from '../../../src/runtime/seams/random.ts';
import { type Counted, Customers } from '../customers/customers.ts';
import { copyOfNode, type DataDir, makeDataDir, postgresOf } from './data-dir.ts';
import { type Environment, startProgram } from './program.ts';
import { expectAllIsWell, strikeDuring } from './trials.ts';

const lanes = 12;

/** `suanpan start` on one folder, which is killed and started again, and the customers whose memory it is held to. */
export class CrashScene implements AsyncDisposable {
  readonly customers = new Customers();
  readonly #random: Random;
  #dataDir: DataDir | undefined;
  #program: Awaited<ReturnType<typeof startProgram>> | undefined;
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

  get program() {
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

  during(answers: number, strike: () => unknown): Promise<void> {
    return strikeDuring(this.customers, { lanes, answers }, strike);
  }

  expectAllIsWell(): Promise<Counted> {
    return expectAllIsWell(this.customers);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.customers.close();
    await this.#program?.[Symbol.asyncDispose]();
    await this.#dataDir?.[Symbol.asyncDispose]();
  }
}
