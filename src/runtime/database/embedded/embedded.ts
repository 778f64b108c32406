import { ConnectionError, codeOf } from '../failure.ts';
import type { ConnectionOptions } from '../queries.ts';
import { openSession, type Session } from '../session.ts';
import { StatementNames } from '../statement-names.ts';
import { locateBinaries } from './binaries.ts';
import { ensureCluster, layOut, SUPERUSER } from './data-directory.ts';
import { chooseListening } from './listening.ts';
import { type DirectoryLock, lockDirectory } from './lock.ts';
import { EmbeddedPostgresError, type Log } from './log.ts';
import { chooseOwner } from './owner.ts';
import { clearLeftovers, type Ending, findRunning, type Launch, launch, type Postmaster } from './postmaster.ts';
import { pause } from './processes.ts';
import { type Listening, LOOPBACK } from './server-settings.ts';

export interface EmbeddedOptions {
  /** DATA_DIR: created where it is missing. */
  readonly dataDir: string;
  readonly log: Log;
  /** Another installation of PostgreSQL (with bin/, lib/, share/) instead of the package's. */
  readonly installation?: string;
  /** Where a copy of the programs goes if their user cannot run them in place. */
  readonly cacheDirectory?: string;
}

export interface EmbeddedPostgres {
  /** The superuser's login. */
  readonly admin: ConnectionOptions;
  /** The server's process; another one after it was restarted. */
  readonly pid: number;
  /** True if it had been left running by a process that was killed. */
  readonly adopted: boolean;
  /** Called whenever the server ends by itself; it is started again at once. */
  onExit(listener: (ending: Ending) => void): void;
  /** Shuts the server down and gives the folder back. */
  stop(): Promise<void>;
}

const RESTART_PAUSE_MS = { first: 100, longest: 5_000 };

/**
 * Runs the PostgreSQL that came with us on a folder of its own, and keeps it running: a server that dies is started
 * again (it recovers every acknowledged commit), one that outlived a killed process is taken over. Keeps this process
 * alive until `stop`.
 *
 * @throws EmbeddedPostgresError in plain words: folder in use, wrong version, disk full, platform not supported …
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  try {
    return await start(options);
  } catch (error) {
    throw inPlainWords(error, options.dataDir);
  }
}

async function start(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const { log } = options;
  const layout = await layOut(options.dataDir);
  const lock = await lockDirectory(layout.root);
  try {
    const owner = chooseOwner(layout.cluster);
    const { installation, cacheDirectory } = options;
    const binaries = await locateBinaries({ log, owner, installation, cacheDirectory });
    const { password } = await ensureCluster(layout, binaries, owner, log);
    const how: Launch = { layout, binaries, owner, log };
    const postmaster = (await adopt(how, password)) ?? (await startAnew(how));
    const admin = adminOf(postmaster.listening, password);
    await closeToServices(admin);
    return new SupervisedPostgres(how, lock, admin, postmaster);
  } catch (error) {
    lock.release();
    throw error;
  }
}

const FILE_TROUBLE: Readonly<Record<string, string>> = {
  EACCES: 'this user may not use it',
  EPERM: 'this user may not use it',
  EROFS: 'it is on a read-only file system',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  ENOTDIR: 'a part of its path is a file',
  EEXIST: 'it is a file',
};

function inPlainWords(error: unknown, dataDir: string): unknown {
  const trouble = error instanceof ConnectionError ? undefined : FILE_TROUBLE[codeOf(error) ?? ''];
  if (trouble === undefined) return error;
  return new EmbeddedPostgresError(`The data cannot be kept in ${dataDir}: ${trouble}. (${(error as Error).message})`, {
    cause: error,
  });
}

async function adopt(how: Launch, password: string): Promise<Postmaster | undefined> {
  const running = findRunning(how);
  if (running === undefined) return undefined;
  try {
    await withAdmin(adminOf(running.listening, password), (session) => session.query('SELECT 1'));
  } catch (error) {
    how.log.warn(`The PostgreSQL of an earlier start does not answer (${(error as Error).message})`);
    return undefined;
  }
  how.log.info(`Took over PostgreSQL (process ${running.pid}) from an earlier start that was killed`);
  return running;
}

async function startAnew(how: Launch, listening?: Listening): Promise<Postmaster> {
  await clearLeftovers(how);
  return launch(how, listening ?? (await chooseListening(how.layout.cluster)));
}

function adminOf({ port }: Listening, password: string): ConnectionOptions {
  return { host: LOOPBACK, port, role: SUPERUSER, password, database: 'postgres' };
}

/** The cluster's own databases are not for services' roles, which would be let in by default. */
async function closeToServices(admin: ConnectionOptions): Promise<void> {
  await withAdmin(admin, async (session) => {
    const { count } = await session.query(
      `SELECT 1 FROM pg_database WHERE datname IN ('postgres', 'template1')
       AND (datacl IS NULL OR EXISTS (SELECT 1 FROM aclexplode(datacl) WHERE grantee = 0 AND privilege_type = 'CONNECT'))`,
    );
    if (count > 0) await session.script('REVOKE CONNECT ON DATABASE postgres, template1 FROM PUBLIC');
  });
}

async function withAdmin<T>(admin: ConnectionOptions, task: (session: Session) => Promise<T>): Promise<T> {
  const limits = { connectTimeoutMs: 5_000, statementTimeoutMs: 5_000, lockTimeoutMs: 5_000 };
  const session = await openSession(
    { ...admin, ...limits, applicationName: 'suanpan start', idleInTransactionTimeoutMs: 5_000 },
    new StatementNames(),
  );
  try {
    return await task(session);
  } finally {
    await session.close();
  }
}

class SupervisedPostgres implements EmbeddedPostgres {
  readonly admin: ConnectionOptions;
  readonly adopted: boolean;
  readonly #how: Launch;
  readonly #lock: DirectoryLock;
  readonly #listeners: ((ending: Ending) => void)[] = [];
  readonly #supervision: Promise<void>;
  #postmaster: Postmaster;
  #running = true;
  #stopping: Promise<void> | undefined;

  constructor(how: Launch, lock: DirectoryLock, admin: ConnectionOptions, postmaster: Postmaster) {
    this.#how = how;
    this.#lock = lock;
    this.admin = admin;
    this.adopted = postmaster.adopted;
    this.#postmaster = postmaster;
    this.#supervision = this.#supervise();
  }

  get pid(): number {
    return this.#postmaster.pid;
  }

  onExit(listener: (ending: Ending) => void): void {
    this.#listeners.push(listener);
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    if (this.#running) await this.#postmaster.stop();
    await this.#supervision;
    this.#lock.release();
  }

  async #supervise(): Promise<void> {
    for (;;) {
      const ending = await this.#postmaster.ended;
      this.#running = false;
      if (this.#stopping) return;
      const how = ending.signal ?? (ending.code === null ? 'reason unknown' : `exit code ${ending.code}`);
      this.#how.log.warn(`PostgreSQL (process ${ending.pid}) ended by itself (${how}); starting it again`);
      for (const listener of this.#listeners) listener(ending);
      await this.#restart(this.#postmaster.listening);
      if (!this.#running) return;
    }
  }

  async #restart(listening: Listening): Promise<void> {
    let pauseMs = RESTART_PAUSE_MS.first;
    while (!this.#stopping) {
      try {
        this.#postmaster = await startAnew(this.#how, listening);
        this.#running = true;
        this.#how.log.info(`PostgreSQL is back (process ${this.#postmaster.pid})`);
        if (this.#stopping) {
          await this.#postmaster.stop();
          this.#running = false;
        }
        return;
      } catch (error) {
        this.#how.log.error(`${(error as Error).message}; trying again in ${pauseMs} ms`);
        await pause(pauseMs);
        pauseMs = Math.min(pauseMs * 2, RESTART_PAUSE_MS.longest);
      }
    }
  }
}
