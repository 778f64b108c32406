import type { Message, Saying } from '../../../src/contracts/message.ts';
import type { Operation } from '../../../src/contracts/operation.ts';
import { uuidv7Ids } from '../../../src/kernel/ids.ts';
import { ProblemError, problemCatalogue } from '../../../src/kernel/problem.ts';
import type { Decider, Decision } from '../../../src/runtime/batch/decider.ts';
import { type Ask, ask, deliver, Rehearsal } from '../../../src/runtime/batch/testing/rehearsal.ts';
import type { Tables } from '../../../src/runtime/batch/workset.ts';
import { seededRandom } from '../../../src/runtime/seams/random.ts';
import type { Context, IdempotencyKey, Request, Service } from '../../../src/runtime/service.ts';
import { readSettings } from '../../../src/runtime/settings/settings.ts';
import { answerRead, rowsOf } from './reads.ts';

/** The process was killed: whatever was under way gets no further. */
export class Died extends Error {}

/** One subscriber's copy of a message. */
export interface Letter {
  readonly to: Service;
  readonly message: Message;
}

export interface Person {
  readonly id: string;
  readonly kind: 'user' | 'service';
}

interface Kept {
  readonly bound?: string;
  readonly answer?: unknown;
  readonly refuse?: NonNullable<Decision<Tables, unknown>['refuse']>;
}

export interface HouseOptions {
  readonly services: readonly Service[];
  /** Rehearsals that begin with something, by the service's name. */
  readonly rehearsals?: Readonly<Record<string, Rehearsal<Tables>>>;
  /** Calls of services that are not here. */
  readonly elsewhere: (operation: Operation, input: object) => unknown;
  /** Called with each context, when a process begins. */
  readonly begin?: (service: Service, context: Context) => void;
}

/**
 * Services as they are, in one process that can be killed at any fail point: routes, handlers and jobs, with rows in memory.
 * Time, ids and chance are given, nothing is waited for, so that a course is the same whenever it is played again. The post
 * delivers only what it is told.
 */
export class House {
  nowMs = Date.UTC(2026, 10, 20);
  readonly post: Letter[] = [];
  readonly delivered: Letter[] = [];
  /** What was set aside for a person: there should be nothing. */
  readonly parked: string[] = [];
  readonly said: Saying[] = [];
  readonly services: readonly Service[];
  readonly #options: HouseOptions;
  readonly #rehearsals = new Map<string, Rehearsal<Tables>>();
  readonly #keys = new Map<string, Kept>();
  readonly #turns = new Map<string, Promise<unknown>>();
  #contexts = new Map<string, Context>();
  #death: { readonly point: string; left: number } | undefined;
  #incarnation = 0;
  #position = 0;
  readonly #ids;
  readonly #random = seededRandom(1);

  constructor(options: HouseOptions) {
    this.#options = options;
    this.services = options.services;
    for (const { name, tables } of options.services) {
      this.#rehearsals.set(name, options.rehearsals?.[name] ?? new Rehearsal<Tables>(tables));
    }
    this.#ids = uuidv7Ids(
      () => this.nowMs,
      (target) => this.#random.bytes(target),
    );
  }

  rows<Row = Readonly<Record<string, unknown>>>(service: string, table: string): Row[] {
    return rowsOf(this.#rehearsal(service))(table) as Row[];
  }

  /** Kills the process when it gets to the point for the nth time; it begins anew at once. */
  dieAt(point: string, nth: number): void {
    this.#death = { point, left: nth };
  }

  live(): void {
    this.#death = undefined;
  }

  /** The answer, or the code of the problem; `died` where nobody was left to answer. */
  async ask(by: Person, name: string, input: object, key?: string): Promise<{ code: string; body?: unknown }> {
    try {
      const { status, body } = await this.#respond(by, name, input, key);
      return { code: String(status), body };
    } catch (error) {
      if (error instanceof Died) return { code: 'died' };
      if (error instanceof ProblemError) return { code: error.problem.code };
      throw error;
    }
  }

  /** Every job of every service looks at what is due. */
  async work(): Promise<void> {
    for (const service of this.services) {
      for (const job of service.jobs ?? []) {
        try {
          await job.run(this.#context(service));
        } catch (error) {
          if (!(error instanceof Died)) throw error;
        }
      }
    }
  }

  /** One letter that waits gets to whom it is for; it stays known, so that it can come again. */
  async deliver(index: number): Promise<void> {
    const [letter] = this.post.splice(index % Math.max(1, this.post.length), 1);
    if (!letter) return;
    this.delivered.push(letter);
    await this.#hand(letter);
  }

  async redeliver(index: number): Promise<void> {
    const letter = this.delivered[index % Math.max(1, this.delivered.length)];
    if (letter) await this.#hand(letter);
  }

  async #hand(letter: Letter): Promise<void> {
    const { to, message } = letter;
    try {
      const cause = `message/${message.source}/${message.position}`;
      const { setAside } = await this.#decide(to, deliver(to.hears, message), cause);
      if (setAside?.as === 'retry') this.post.push(letter);
      if (setAside?.as === 'parked') this.parked.push(`${to.name}: ${setAside.reason}`);
      this.#reach(`${to.name}.after-commit`);
    } catch (error) {
      if (!(error instanceof Died)) throw error;
      // Nobody has acknowledged it.
      this.post.push(letter);
    }
  }

  async #respond(by: Person, name: string, input: object, key?: string) {
    const service = this.services.find(({ answers }) => answers.some(({ operation }) => operation.name === name));
    const answering = service?.answers.find(({ operation }) => operation.name === name);
    if (!service || !answering) throw new Error(`nobody answers ${name}`);
    this.#position += 1;
    const request = {
      ...{ operation: answering.operation, params: {}, query: {}, body: {}, ...input },
      ...{ caller: { ...by, roles: [] }, language: 'en', traceparent: '', cause: `request/${this.#position}` },
      deadline: this.nowMs + 60_000,
      ...(key === undefined ? {} : { idempotencyKey: { scope: `${by.id}/${name}`, key, fingerprint: '' } }),
    };
    return answering.respond(request as unknown as Request, this.#context(service));
  }

  #rehearsal(service: string): Rehearsal<Tables> {
    const found = this.#rehearsals.get(service);
    if (!found) throw new Error(`no ${service} here`);
    return found;
  }

  #reach(point: string): void {
    const death = this.#death;
    if (death?.point !== point) return;
    death.left -= 1;
    if (death.left > 0) return;
    this.#death = undefined;
    this.#incarnation += 1;
    this.#contexts = new Map();
    throw new Died(point);
  }

  /** One transaction of a service after another, as its writer has it. */
  #decide(service: Service, asked: Ask<Tables>, cause: string): Promise<Decision<Tables, unknown>> {
    const before = this.#turns.get(service.name) ?? Promise.resolve();
    const decided = before.then(() => this.#commit(service, asked, cause));
    this.#turns.set(
      service.name,
      decided.catch(() => undefined),
    );
    return decided;
  }

  async #commit(service: Service, asked: Ask<Tables>, cause: string): Promise<Decision<Tables, unknown>> {
    const rehearsal = this.#rehearsal(service.name);
    this.#reach(`${service.name}.before-commit`);
    const before = rehearsal.said.length;
    const [decision] = await rehearsal.batch([asked], { now: this.nowMs, cause });
    if (!decision) throw new Error('nothing was decided');
    for (const saying of rehearsal.said.slice(before)) this.#send(service, saying);
    return decision;
  }

  #send({ name: source }: Service, saying: Saying): void {
    const { contract, data } = saying;
    this.said.push(saying);
    this.#position += 1;
    const message: Message = {
      ...{ source, position: this.#position, type: contract.type, version: contract.version, timeMs: this.nowMs },
      ...{ key: String((data as Record<string, unknown>)[contract.key]), traceparent: '', causationId: 'cause', data },
    };
    for (const to of this.services)
      if (to.hears.some((handling) => handling.contract.type === contract.type)) this.post.push({ to, message });
  }

  #context(service: Service): Context {
    const known = this.#contexts.get(service.name);
    if (known) return known;
    const incarnation = this.#incarnation;
    const alive = (): void => {
      if (incarnation !== this.#incarnation) throw new Died(service.name);
    };
    const origin = (name: string) => ({
      ...{ cause: `timer/${name}/${this.#position}`, traceparent: '', language: 'en', deadline: this.nowMs + 60_000 },
      caller: { kind: 'timer', id: name, roles: [] },
    });
    const context = {
      service: service.name,
      // Who is played behind the port hands out no bills.
      settings: readSettings(service.settings ?? {}, { RECONCILIATION: 'off' }),
      clock: { now: () => this.nowMs },
      ...{ ids: this.#ids, random: this.#random, log: silent, metrics },
      scheduler: { after: () => () => undefined, wait: () => Promise.resolve() },
      failPoints: { armed: true, reach: (point: string) => this.#reach(point) },
      database: {
        query: async (text: string, values: readonly unknown[]) => {
          alive();
          const rows = answerRead(service.name, rowsOf(this.#rehearsal(service.name)), text, values);
          return { rows, count: rows.length };
        },
      },
      write: async (decider: Decider<Tables, unknown, unknown>, command: unknown, by: WriteOrigin) => {
        alive();
        const written = await this.#write(service, ask(decider, command), by);
        this.#reach(`${service.name}.after-commit`);
        alive();
        return written;
      },
      call: async (operation: Operation, input: object, by: { readonly caller: Person }) => {
        alive();
        this.#reach(`${service.name}.before-call.${operation.name}`);
        const caller = operation.access === 'service' ? ({ kind: 'service', id: service.name } as const) : by.caller;
        const isHere = this.services.some(({ name }) => name === operation.service);
        const answered = isHere
          ? await this.#respond(caller, operation.name, input)
          : this.#options.elsewhere(operation, input);
        this.#reach(`${service.name}.after-call.${operation.name}`);
        alive();
        return answered;
      },
      inSteps: (by: object, work: (by: object) => Promise<unknown>) => work(by),
      // Who waits for a saga is told to look again: what becomes of it is delivered later.
      said: () => Promise.resolve(undefined),
      timer: origin,
    } as unknown as Context;
    this.#contexts.set(service.name, context);
    this.#options.begin?.(service, context);
    return context;
  }

  async #write(service: Service, asked: Ask<Tables>, { cause, idempotencyKey }: WriteOrigin) {
    const key = idempotencyKey && `${service.name}/${idempotencyKey.scope}/${idempotencyKey.key}`;
    const before = key === undefined ? undefined : this.#keys.get(key);
    if (before?.refuse) throw new ProblemError(before.refuse, { replayed: true });
    if (before) return { replayed: true, ...before };
    const { refuse, bind, answer } = await this.#decide(service, asked, cause);
    if (key !== undefined && !(refuse && !isKept(refuse.code))) {
      this.#keys.set(key, refuse ? { refuse } : bind === undefined ? { answer } : { bound: bind });
    }
    if (refuse) throw new ProblemError(refuse);
    return { replayed: false, answer, ...(bind === undefined ? {} : { bound: bind }) };
  }
}

interface WriteOrigin {
  readonly cause: string;
  readonly idempotencyKey?: IdempotencyKey;
}

/** Of refusals those are kept for a key that would be the same again. */
function isKept(code: keyof typeof problemCatalogue): boolean {
  const { status } = problemCatalogue[code];
  return status < 500 && ![400, 401, 403, 429].includes(status);
}

const nobody = (): void => undefined;
const silent = { debug: nobody, info: nobody, warn: nobody, error: nobody };
const metrics = { registry: { getSingleMetric: () => ({ inc: nobody }) } };
