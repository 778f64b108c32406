import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type OwnBroker, startOwnBroker } from '../../../src/runtime/bus/rabbitmq/own-broker.ts';
import type { ConnectionOptions } from '../../../src/runtime/database/database.ts';
import { type EmbeddedPostgres, startEmbedded } from '../../../src/runtime/database/embedded/embedded.ts';
import { withSession } from '../../../src/runtime/database/provision.ts';
import { type Environment, fillCompileCache } from './program.ts';

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

/**
 * A PostgreSQL and a broker of a test's own, which may be killed. The PostgreSQL is started again by itself, as a service
 * manager does.
 */
export class Ground implements AsyncDisposable {
  readonly postgres: EmbeddedPostgres;
  /** For all processes that stand here. */
  readonly environment: Environment;
  readonly #folder: string;
  readonly #broker: OwnBroker | undefined;

  private constructor(
    folder: string,
    postgres: EmbeddedPostgres,
    broker: OwnBroker | undefined,
    environment: Environment,
  ) {
    this.#folder = folder;
    this.postgres = postgres;
    this.#broker = broker;
    this.environment = environment;
  }

  static async open({ broker }: { readonly broker: boolean }): Promise<Ground> {
    const folder = await mkdtemp(join(tmpdir(), 'suanpan-ground-'));
    const [postgres, rabbitmq, environment] = await Promise.all([
      startEmbedded({ dataDir: join(folder, 'postgres'), log: silent }),
      broker ? startOwnBroker({ folder: join(folder, 'broker') }) : undefined,
      fillCompileCache(join(folder, 'compiled')),
    ]);
    return new Ground(folder, postgres, rabbitmq, environment);
  }

  get database(): ConnectionOptions {
    return this.postgres.admin;
  }

  get broker(): OwnBroker {
    if (!this.#broker) throw new Error('there is no broker here');
    return this.#broker;
  }

  get amqpUrl(): string | undefined {
    return this.#broker?.url;
  }

  killPostgres(): void {
    process.kill(this.postgres.pid, 'SIGKILL');
  }

  /** One statement as the owner of a service's database. */
  async sql<Row extends object>(prefix: string, service: string, text: string): Promise<readonly Row[]> {
    const database = { ...this.database, database: prefix, schemas: [service] };
    return withSession(database, async (session) => (await session.query<Row>(text)).rows);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#broker?.stop(), this.postgres.stop()]);
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
}
