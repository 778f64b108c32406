import type { ConnectionOptions } from '../../../src/runtime/database/database.ts';
import { urlOf } from '../../support/postgres.ts';
import type { Arrangement, Plan } from './arrangement.ts';
import { freePort } from './ports.ts';
import { type Environment, type Program, startReady } from './program.ts';

/** What the processes of a platform stand on. */
export interface Footing {
  readonly database: ConnectionOptions;
  /** Where messages go by a broker. */
  readonly amqpUrl: string | undefined;
  readonly prefix: string;
}

interface Ports {
  readonly PORT: string;
  readonly INTERNAL_PORT: string;
  readonly SERVICE_PORT: string;
}

/** All processes of one platform: each can be killed by itself, and started again at the same addresses. */
export class Processes implements AsyncDisposable {
  readonly arrangement: Arrangement;
  readonly #environment: Environment;
  readonly #ports = new Map<string, Ports>();
  readonly #programs = new Map<string, Program>();
  /** What those said that have ended. */
  readonly #said = new Map<string, string>();

  constructor(arrangement: Arrangement, footing: Footing, environment: Environment = {}) {
    this.arrangement = arrangement;
    const { database, amqpUrl, prefix } = footing;
    this.#environment = {
      DATABASE_URL: urlOf(database),
      DATABASE_PREFIX: prefix,
      DATABASE_POOL: '3',
      // A run may take longer than a token usually does.
      ACCESS_TOKEN_LIFETIME: '12h',
      ...(amqpUrl === undefined ? {} : { AMQP_URL: amqpUrl }),
      ...environment,
    };
  }

  /** Every process, or every one but this, all at once. */
  async startAll({ but }: { readonly but?: string } = {}): Promise<void> {
    for (const { name } of this.arrangement.plans) this.#ports.set(name, await freePorts());
    const wanted = this.arrangement.plans.filter(({ name }) => name !== but);
    await Promise.all(wanted.map(({ name }) => this.start(name)));
  }

  /** One process, at the addresses that it had before. @throws NeverUp */
  async start(name: string, environment: Environment = {}): Promise<Program> {
    const plan = this.plan(name);
    this.#keepWords(name);
    const program = await startReady(commandOf(this.arrangement, plan), {
      ...this.#environment,
      ...this.#urlsFor(plan),
      ...this.#portsOf(name),
      ...environment,
    });
    this.#programs.set(name, program);
    return program;
  }

  /** SIGKILL, and it is gone. */
  async kill(name: string): Promise<void> {
    const program = this.program(name);
    program.kill('SIGKILL');
    await program.ended;
  }

  /** Kills it and starts it again. */
  async restart(name: string, environment: Environment = {}): Promise<Program> {
    await this.kill(name);
    return this.start(name, environment);
  }

  program(name: string): Program {
    const program = this.#programs.get(name);
    if (!program) throw new Error(`${name} was not started`);
    return program;
  }

  plan(name: string): Plan {
    const plan = this.arrangement.plans.find((each) => each.name === name);
    if (!plan) throw new Error(`there is no process ${name}`);
    return plan;
  }

  /** Names of the processes that have the service. */
  having(service: string): readonly string[] {
    return this.arrangement.plans.filter(({ services }) => services.includes(service)).map(({ name }) => name);
  }

  /** The process ids of all that run. */
  get pids(): readonly number[] {
    return [...this.#programs.values()].map(({ pid }) => pid);
  }

  /** Of the gateways. */
  get urls(): readonly string[] {
    return this.having('gateway').map((name) => this.urlOf(name));
  }

  /** Of the gateway in this process. */
  urlOf(name: string): string {
    return `http://127.0.0.1:${this.#portsOf(name).PORT}`;
  }

  internalPort(name: string): string {
    return this.#portsOf(name).INTERNAL_PORT;
  }

  /** The last that each process said, for a failure to be understood. */
  words(lines = 25): string {
    const words = this.arrangement.plans.map(({ name }) => {
      const said = `${this.#said.get(name) ?? ''}${this.#programs.get(name)?.log() ?? ''}`.trimEnd().split('\n');
      return [`── ${name}`, ...said.slice(-lines).map(shortened)].join('\n');
    });
    return words.join('\n');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#programs.values()].map((program) => program[Symbol.asyncDispose]()));
  }

  #keepWords(name: string): void {
    const program = this.#programs.get(name);
    if (program)
      this.#said.set(name, `${this.#said.get(name) ?? ''}${program.log()}──── started again\n`.slice(-100_000));
    this.#programs.delete(name);
  }

  #portsOf(name: string): Ports {
    const ports = this.#ports.get(name);
    if (!ports) throw new Error(`${name} has no ports yet`);
    return ports;
  }

  /** Where the services are that the process does not have. */
  #urlsFor({ services }: Plan): Environment {
    const elsewhere = this.arrangement.plans
      .flatMap((plan) => plan.services)
      .filter((name) => !services.includes(name));
    const urls = [...new Set(elsewhere)].map((service) => {
      const at = this.having(service).map((name) => `http://127.0.0.1:${this.#portsOf(name).SERVICE_PORT}`);
      return [`${service.toUpperCase()}_URL`, at.join(',')] as const;
    });
    return Object.fromEntries(urls);
  }
}

/** A line of the log without what only a search would need. */
function shortened(line: string): string {
  try {
    const { time, msg, err, level: _level, ...fields } = JSON.parse(line) as Record<string, unknown>;
    const { message = '' } = (err ?? {}) as { message?: string };
    return `${String(time).slice(11)} ${msg} ${JSON.stringify(fields)} ${message}`.slice(0, 300);
  } catch {
    return line.slice(0, 300);
  }
}

function commandOf({ plans }: Arrangement, { services }: Plan): readonly string[] {
  return plans.length === 1 ? ['start'] : ['service', ...services];
}

async function freePorts(): Promise<Ports> {
  return { PORT: await freePort(), INTERNAL_PORT: await freePort(), SERVICE_PORT: await freePort() };
}
