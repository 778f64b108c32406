import { expect, vi } from 'vitest';
import { logIn } from '../../../src/contracts/http/identity.ts';
import { getStock } from '../../../src/contracts/http/inventory.ts';
import { getWallet } from '../../../src/contracts/http/wallet.ts';
import { demoStock } from '../../../src/services/catalog/service.ts';
import { demoAccounts } from '../../../src/services/identity/service.ts';
import { uniqueName } from '../../support/postgres.ts';
import type { TestProviders } from '../../support/providers.ts';
import { expectStatus } from '../../support/trade.ts';
import { type Counted, Customers } from '../customers/customers.ts';
import { phoneOf } from '../customers/phone.ts';
import type { Arrangement } from './arrangement.ts';
import type { Ground } from './ground.ts';
import { Processes } from './processes.ts';
import { type Environment, NeverUp } from './program.ts';
import { buyUntilDeath, expectAllIsWell, type Hit, strikeDuring } from './trials.ts';

const lanes = 12;
const buyers = 6;
const nobody = { token: '' };

/** A platform in some arrangement, of which any process can be killed, and the customers whose memory it is held to. */
export class Scene implements AsyncDisposable {
  readonly customers: Customers;
  readonly #providers: TestProviders | undefined;
  readonly prefix: string;
  readonly ground: Ground;
  readonly processes: Processes;

  /** Nothing runs yet. */
  constructor(ground: Ground, arrangement: Arrangement, environment: Environment, providers?: TestProviders) {
    this.#providers = providers;
    this.customers = new Customers(providers && phoneOf(providers));
    this.ground = ground;
    this.prefix = uniqueName('crash');
    const amqpUrl = arrangement.bus === 'rabbitmq' ? ground.amqpUrl : undefined;
    this.processes = new Processes(
      arrangement,
      { database: ground.database, amqpUrl, prefix: this.prefix },
      { ...ground.environment, ...providers?.environment, ...environment },
    );
  }

  /** An empty store, all processes up, and customers who registered. */
  static async open(
    ground: Ground,
    arrangement: Arrangement,
    environment: Environment = {},
    providers?: TestProviders,
  ): Promise<Scene> {
    const scene = new Scene(ground, arrangement, environment, providers);
    try {
      await scene.processes.startAll();
      await scene.welcome();
      return scene;
    } catch (error) {
      await scene[Symbol.asyncDispose]();
      throw scene.explained(error);
    }
  }

  /** The first customers come. */
  async welcome(): Promise<void> {
    const [url] = this.processes.urls;
    if (url !== undefined) this.#providers?.callTo(url);
    await this.customers.goTo(...this.processes.urls);
    await this.customers.register(buyers);
  }

  during(answers: number, strike: () => unknown): Promise<void> {
    return strikeDuring(this.customers, { lanes, answers }, strike);
  }

  /**
   * Customers buy until so many orders have been asked for. Meanwhile `strike` strikes; what it is handed resolves when so many
   * orders were.
   */
  async untilOrdered(
    lanes: number,
    orders: number,
    strike: (ordered: (count: number) => Promise<void>) => Promise<void>,
  ): Promise<void> {
    const enough = new AbortController();
    const buying = this.customers.buy(lanes, enough.signal);
    const stopped = buying.then(() => undefined);
    const ordered = (count: number): Promise<void> => Promise.race([this.customers.ordered(count), stopped]);
    try {
      await strike(ordered);
      await ordered(orders);
    } finally {
      enough.abort();
      await buying;
    }
  }

  /**
   * The process is killed, and started with the fail point armed; customers buy until it has killed itself there. Recovering
   * from the death before may take it there at once, before anybody could come.
   */
  async dieAt(name: string, failPoint: string): Promise<Hit> {
    const startedMs = performance.now();
    try {
      const program = await this.processes.start(name, { FAIL_POINT: failPoint });
      return await buyUntilDeath(this.customers, lanes, program);
    } catch (error) {
      if (!(error instanceof NeverUp && error.isKilledByItself)) throw error;
      return { answers: 0, seconds: (performance.now() - startedMs) / 1_000 };
    }
  }

  /** Everything that was asked for is answered, and has come to its end. */
  async settle(): Promise<void> {
    await this.customers.askAgain();
    await this.customers.untilSettled();
  }

  expectAllIsWell(options: Parameters<typeof expectAllIsWell>[1] = {}): Promise<Counted> {
    return expectAllIsWell(this.customers, options);
  }

  /** The demo shop was opened whole, and once: its shopper has the pocket money. */
  async expectDemoShop(): Promise<void> {
    const { email, password } = demoAccounts.shopper;
    const { desk } = this.customers;
    await vi.waitFor(
      async () => {
        const { accessToken: token } = expectStatus(await desk.ask(logIn, { body: { email, password } }, nobody), 200);
        expect(expectStatus(await desk.ask(getWallet, {}, { token }), 200).balance.amount).toBe(1_000_000);
        const { sku, quantity } = demoStock[0] ?? { sku: '', quantity: 0 };
        const stock = expectStatus(await desk.askAsOperator(getStock, { params: { sku } }), 200);
        expect(stock.onHand).toBe(quantity);
      },
      { timeout: 30_000, interval: 200 },
    );
  }

  /** Runs it; what goes wrong is told with the last words of all processes. */
  async explain<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw this.explained(error);
    }
  }

  explained(error: unknown): Error {
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return new Error(`${message}\n${this.processes.words()}`, { cause: error });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.customers.close();
    await this.processes[Symbol.asyncDispose]();
  }
}
