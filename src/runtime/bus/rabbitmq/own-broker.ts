import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { lockDirectory } from '../../database/embedded/lock.ts';
import { identityOf, isAlive, signal, until } from '../../database/embedded/processes.ts';
import { systemRandom } from '../../seams/random.ts';
import { systemScheduler } from '../../seams/scheduler.ts';
import { findRabbitmq, lean } from './own-broker-program.ts';

export interface OwnBrokerOptions {
  /** Where the broker keeps its queues, its configuration and its log: created where it is missing. */
  readonly folder: string;
  readonly log?: { warn(message: string): void };
  /** On 127.0.0.1. A free one unless it is said. */
  readonly port?: number;
  /** Settings of its application `rabbit`, each an Erlang term: `{ vm_memory_high_watermark: '0.0' }`. */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface OwnBroker {
  /** With user and password: amqp://…@127.0.0.1:…; the same for as long as the folder and the port are. */
  readonly url: string;
  readonly port: number;
  /** Erlang's process; another one after {@link start}. */
  readonly pid: number;
  readonly running: boolean;
  /** Again after {@link stop} or {@link kill}: the same queues, the same port. */
  start(): Promise<void>;
  /** Shuts it down; what was confirmed is on disk. */
  stop(): Promise<void>;
  /** SIGKILL: as if the power had failed. */
  kill(): Promise<void>;
  /** SIGSTOP: its connections stay open, and it says nothing more. */
  hang(): void;
  resume(): void;
  /** Lets the broker itself evaluate Erlang expressions, and gives the value of the last one as text. */
  evaluate(expressions: string): Promise<string>;
}

/** RabbitMQ cannot be run here as asked; the message is for a person, and says what to do. */
export class OwnBrokerError extends Error {
  override readonly name = 'OwnBrokerError';
}

const USER = 'suanpan';
const START_TIMEOUT_MS = 120_000;
const STOP_TIMEOUT_MS = 30_000;
const KILL_TIMEOUT_MS = 10_000;
const LAST_WORDS_CHARACTERS = 4_000;

/**
 * Runs a RabbitMQ of our own beside whatever else runs on this machine: it listens on one port of the loopback interface
 * and nowhere else (no other Erlang node can reach it, and it needs no epmd), and its user is known to this process only.
 * It ends with this process, however this process ends. One per folder.
 *
 * @throws OwnBrokerError in plain words: not installed, port taken …
 */
export async function startOwnBroker(options: OwnBrokerOptions): Promise<OwnBroker> {
  const program = findRabbitmq();
  if (program === undefined) {
    throw new OwnBrokerError(
      'RabbitMQ is not installed here (apt install rabbitmq-server). Or name a running one by AMQP_URL.',
    );
  }
  const folder = resolve(options.folder);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const broker = new ChildBroker(program, folder, options.port ?? (await freePort()), options);
  await broker.start();
  return broker;
}

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await new Promise<number>((found, failed) => {
    server.once('error', failed);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      found(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
  await new Promise((closed) => server.close(closed));
  return port;
}

/** One that a process before us started and left, because its watchdog was killed as well. */
async function endLeftover(folder: string): Promise<void> {
  const [pid, ...identity] = readText(join(folder, 'broker.pid')).split(' ');
  // The number 0 would mean ourselves.
  if (!(Number(pid) > 0) || identityOf(Number(pid)) !== identity.join(' ')) return;
  signal(Number(pid), 'SIGKILL');
  await until(() => !isAlive(Number(pid)), KILL_TIMEOUT_MS);
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return '';
  }
}

/** Kept beside the data: the broker makes its user when it makes its data, and never again. */
function passwordIn(folder: string): string {
  const path = join(folder, 'password');
  const known = readText(path);
  if (known !== '') return known;
  const bytes = new Uint8Array(18);
  systemRandom().bytes(bytes);
  const password = Buffer.from(bytes).toString('base64url');
  writeFileSync(path, password, { mode: 0o600 });
  return password;
}

/** In Erlang's own form, which spares the broker the slow way from rabbitmq.conf to it. */
function configuration(port: number, password: string, settings: Readonly<Record<string, string>>): string {
  const rabbit: Record<string, string> = {
    tcp_listeners: `[{"127.0.0.1", ${port}}]`,
    default_user: `<<"${USER}">>`,
    default_pass: `<<"${password}">>`,
    num_tcp_acceptors: '2',
    // Absolute ones: a share of a small machine, or a nearly full disk, would block its publishers at once.
    vm_memory_high_watermark: '{absolute, 1073741824}',
    disk_free_limit: '16777216',
    ...settings,
  };
  const terms = Object.entries(rabbit).map(([name, term]) => `{${name}, ${term}}`);
  // The log of the quorum queues is kept in memory too until its file is full: 512 MB by default.
  return `[{rabbit, [\n  ${terms.join(',\n  ')}\n]}, {ra, [{wal_max_size_bytes, 33554432}]}].\n`;
}

/** Only what is named here reaches the broker: nothing of this machine's own RabbitMQ, nor of our environment. */
function environment(folder: string): NodeJS.ProcessEnv {
  const within = (name: string) => join(folder, name);
  return {
    PATH: process.env.PATH,
    LANG: 'C.UTF-8',
    HOME: folder,
    // A node with a name (its queues are kept under it) that listens to no other node and tells no epmd of itself. RabbitMQ
    // asks now and then which port epmd knows, and would start one: it gets this number, and nobody answers there.
    ERL_FLAGS: '-dist_listen false -start_epmd false -erl_epmd_port 1',
    ERL_EPMD_PORT: '1',
    ERL_CRASH_DUMP_BYTES: '0',
    RABBITMQ_CONF_ENV_FILE: '/dev/null',
    RABBITMQ_NODENAME: 'suanpan@localhost',
    RABBITMQ_CONFIG_FILE: within('rabbitmq.config'),
    RABBITMQ_ADVANCED_CONFIG_FILE: within('advanced.config'),
    RABBITMQ_MNESIA_BASE: within('data'),
    RABBITMQ_MNESIA_DIR: within('data/node'),
    RABBITMQ_FEATURE_FLAGS_FILE: within('data/feature_flags'),
    RABBITMQ_LOG_BASE: within('log'),
    RABBITMQ_LOGS: within('log/rabbitmq.log'),
    RABBITMQ_PID_FILE: within('rabbitmq.pid'),
    RABBITMQ_ENABLED_PLUGINS_FILE: within('enabled_plugins'),
    RABBITMQ_PLUGINS_EXPAND_DIR: within('plugins'),
    RABBITMQ_GENERATED_CONFIG_DIR: within('config'),
    RABBITMQ_MAX_NUMBER_OF_PROCESSES: '65536',
    RABBITMQ_SCHEDULER_BIND_TYPE: 'u',
    // One thread for Erlang and few beside it: it shares the machine with the services and their PostgreSQL.
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-sname suanpan@localhost +S 1:1 +SDcpu 1:1 +SDio 2 +B i',
    // Leaves its standard input to us, and no shell between it and us.
    RABBITMQ_ALLOW_INPUT: '1',
  };
}

const READY = 'suanpan: ready';
const ANSWER = 'suanpan: answer ';

/** Runs when RabbitMQ is up: says so, then evaluates what comes in, line by line. */
const LISTENER = `io:format(user, "${READY}~n", []), spawn(fun Listen() ->
  case io:get_line(user, "") of
    Line when is_list(Line) ->
      Value = (catch begin
        {ok, Tokens, _} = erl_scan:string(Line),
        {ok, Expressions} = erl_parse:parse_exprs(Tokens),
        {value, Result, _} = erl_eval:exprs(Expressions, []),
        Result
      end),
      io:format(user, "${ANSWER}~0tp~n", [Value]),
      Listen();
    _ -> ok
  end
end).`;

/** Ends the broker's processes once the pipe from us is closed: the kernel closes it, whatever became of us. */
const WATCHDOG = 'read -r broker; read -r nothing; kill -s KILL -- "-$broker"';

interface Waiting {
  resolve(text: string): void;
  reject(error: Error): void;
}

class ChildBroker implements OwnBroker {
  readonly url: string;
  readonly port: number;
  readonly #program: string;
  readonly #folder: string;
  readonly #options: OwnBrokerOptions;
  readonly #answers: Waiting[] = [];
  #child: ChildProcess | undefined;
  #ended = Promise.resolve();
  #ending = false;
  #output = '';

  constructor(program: string, folder: string, port: number, options: OwnBrokerOptions) {
    this.#program = program;
    this.#folder = folder;
    this.#options = options;
    this.port = port;
    this.url = `amqp://${USER}:${passwordIn(folder)}@127.0.0.1:${port}`;
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  get running(): boolean {
    return this.#child !== undefined;
  }

  async start(): Promise<void> {
    if (this.running) return;
    const folder = this.#folder;
    const lock = await lockDirectory(folder);
    await endLeftover(folder);
    const settings = configuration(this.port, passwordIn(folder), this.#options.settings ?? {});
    writeFileSync(join(folder, 'rabbitmq.config'), settings, { mode: 0o600 });
    const child = spawn(this.#program, ['-noshell', '-eval', LISTENER.replaceAll(/\n */g, ' ')], {
      cwd: folder,
      env: { ...environment(folder), ...lean(this.#program, join(folder, 'program')) },
      stdio: ['pipe', 'pipe', 'pipe'],
      // A group of its own: Ctrl-C in the terminal is for us to handle, and the group can be ended as one.
      detached: true,
    });
    this.#child = child;
    this.#ending = false;
    this.#output = '';
    const watchdog = guard(folder, child);
    this.#ended = new Promise((resolve) => {
      const end = (why: string) => {
        if (this.#child !== child) return;
        this.#child = undefined;
        watchdog.kill('SIGKILL');
        lock.release();
        if (!this.#ending) this.#options.log?.warn(`RabbitMQ (process ${child.pid}) ended by itself: ${why}`);
        for (const { reject } of this.#answers.splice(0)) reject(new OwnBrokerError(`RabbitMQ ended: ${why}`));
        resolve();
      };
      child.once('error', (error) => end(error.message));
      child.once('exit', (code, name) => end(name ?? `exit code ${code}`));
    });
    await this.#ready(child);
  }

  async #ready(child: ChildProcess): Promise<void> {
    const ready = new Promise<void>((resolve) => {
      // RabbitMQ also sets the terminal's title, in the midst of lines.
      const listen = (line: string) => (line.endsWith(READY) ? resolve() : this.#hear(line));
      for (const stream of [child.stdout, child.stderr]) {
        if (stream !== null) createInterface({ input: stream }).on('line', listen);
      }
      // A broker that was killed does not read what was for it.
      child.stdin?.on('error', () => undefined);
    });
    const late = systemScheduler().after(START_TIMEOUT_MS, () => signal(-this.pid, 'SIGKILL'));
    await Promise.race([ready, this.#ended]);
    late();
    if (this.#child === child) return;
    throw new OwnBrokerError(`RabbitMQ could not be started in ${this.#folder}:\n${this.#output.trim()}`);
  }

  #hear(line: string): void {
    if (line.startsWith(ANSWER)) this.#answers.shift()?.resolve(line.slice(ANSWER.length));
    else this.#output = `${this.#output}${line}\n`.slice(-LAST_WORDS_CHARACTERS);
  }

  async stop(): Promise<void> {
    if (!this.running) return;
    this.#ending = true;
    const { pid } = this;
    signal(pid, 'SIGTERM');
    signal(pid, 'SIGCONT');
    const late = systemScheduler().after(STOP_TIMEOUT_MS, () => signal(-pid, 'SIGKILL'));
    await this.#ended;
    late();
  }

  async kill(): Promise<void> {
    if (!this.running) return;
    this.#ending = true;
    signal(-this.pid, 'SIGKILL');
    await this.#ended;
  }

  hang(): void {
    signal(this.pid, 'SIGSTOP');
  }

  resume(): void {
    signal(this.pid, 'SIGCONT');
  }

  evaluate(expressions: string): Promise<string> {
    return new Promise((resolve, reject) => {
      if (this.#child === undefined) return reject(new OwnBrokerError('RabbitMQ does not run'));
      this.#answers.push({ resolve, reject });
      this.#child.stdin?.write(`${expressions.replaceAll('\n', ' ').replace(/\.?$/, '.')}\n`);
    });
  }
}

function guard(folder: string, child: ChildProcess): ChildProcess {
  writeFileSync(join(folder, 'broker.pid'), `${child.pid} ${identityOf(child.pid ?? 0)}\n`);
  const watchdog = spawn('/bin/sh', ['-c', WATCHDOG], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  watchdog.stdin.on('error', () => undefined);
  watchdog.stdin.write(`${child.pid}\n`);
  return watchdog;
}
