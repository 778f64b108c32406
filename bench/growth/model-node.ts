import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Message, nameOf, type Saying } from '../../src/contracts/message.ts';
import type { Instant } from '../../src/kernel/clock.ts';
import type { Decider, Decision } from '../../src/runtime/batch/decider.ts';
import { Executions } from '../../src/runtime/batch/idempotency.ts';
import { takeTurn } from '../../src/runtime/batch/turn.ts';
import type { Tables } from '../../src/runtime/batch/workset.ts';
import type { Database, DedicatedConnection } from '../../src/runtime/database/database.ts';
import { append, type Said } from '../../src/runtime/log/append.ts';
import type { IdempotencyKey, Origin, Service, Written } from '../../src/runtime/service.ts';
import { RowsInMemory } from './rows.ts';

type AnyDecider = Decider<Tables, unknown, unknown>;

interface Item {
  readonly decider: AnyDecider;
  readonly command: unknown;
  readonly origin: Pick<Origin, 'cause' | 'traceparent'>;
  readonly key?: IdempotencyKey | undefined;
  readonly done: (written: Written<unknown>) => void;
  readonly failed: (error: unknown) => void;
}

interface Heard {
  readonly source: string;
  readonly position: number;
}

export interface ModelNodeOptions {
  readonly service: Service;
  readonly database: Database;
  /** The moment of a batch; later with each. */
  readonly tick: () => Instant;
  /** The service has said something. */
  readonly said: (message: Message) => void;
  /** Idempotency keys of before that have been forgotten by now. */
  readonly keysSince: Instant;
}

const readHead = 'select case when is_called then last_value else last_value - 1 end as head from log_position';
const countLog = 'select coalesce(max(position), 0) as head from log';
const beginCursor = 'insert into cursors (source) values ($1) on conflict do nothing';
const moveCursor = `select advance_cursor(source, epoch, position, $2, '{}'::bigint[]) from cursors where source = $1`;

/**
 * A service whose deciders work on rows in memory. It takes commands and messages in batches as its writer would, and writes
 * what has come of very many of them in one transaction.
 */
export class ModelNode {
  readonly #options: ModelNodeOptions;
  readonly #writer: DedicatedConnection;
  readonly #waiting: Item[] = [];
  readonly #listeners = new Map<string, Set<(message: Message) => void>>();
  #running: Promise<void> | undefined;
  #rows: RowsInMemory;
  #executions: { readonly at: Instant; readonly keys: Executions }[] = [];
  #said: { readonly at: Instant; readonly messages: readonly Said[] }[] = [];
  #head = 0;

  constructor(options: ModelNodeOptions) {
    this.#options = options;
    this.#writer = options.database.dedicated('writer');
    this.#rows = new RowsInMemory(options.service.tables);
  }

  /** The position of the last message said. */
  get head(): number {
    return this.#head;
  }

  /** What is under way; undefined when nothing is. */
  get running(): Promise<void> | undefined {
    return this.#running;
  }

  async open(): Promise<void> {
    const { rows } = await this.#options.database.query<{ head: bigint }>(readHead);
    this.#head = Number(rows[0]?.head ?? 0);
  }

  write(decider: AnyDecider, command: unknown, origin: Origin & { idempotencyKey?: IdempotencyKey }) {
    return new Promise<Written<unknown>>((done, failed) => {
      this.#take({ decider, command, origin, key: origin.idempotencyKey, done, failed });
    });
  }

  deliver(decider: AnyDecider, message: Message, failed: (error: unknown) => void): void {
    const origin = { cause: nameOf(message), traceparent: message.traceparent };
    this.#take({ decider, command: message, origin, done: () => undefined, failed });
  }

  /** The first match among what is said of the subject from now on. */
  hears<Match>(key: string, match: (message: Message) => Match | undefined): Promise<Match> {
    return new Promise((resolve) => {
      const listeners = this.#listeners.get(key) ?? new Set();
      this.#listeners.set(key, listeners);
      const listener = (message: Message): void => {
        const found = match(message);
        if (found === undefined) return;
        listeners.delete(listener);
        if (listeners.size === 0) this.#listeners.delete(key);
        resolve(found);
      };
      listeners.add(listener);
    });
  }

  /** Writes all that was decided since the last time; `heard`: how far the service has heard the others. */
  async save(heard: readonly Heard[]): Promise<void> {
    await this.#options.database.query('select extend_log()');
    const { name: service } = this.#options.service;
    const [rows, executions, said] = [this.#rows, this.#executions, this.#said];
    this.#rows = new RowsInMemory(this.#options.service.tables);
    this.#executions = [];
    this.#said = [];
    await this.#writer.transaction((transaction) => {
      void takeTurn(transaction);
      rows.save(transaction);
      for (const { at, keys } of executions) keys.save(transaction, at);
      for (const { source, position } of heard) {
        void transaction.query(beginCursor, [source]);
        void transaction.query(moveCursor, [source, position]);
      }
      for (const { at, messages } of said) void append(transaction, service, messages, at);
    });
  }

  /** Throws where positions were not drawn as they were foretold: then causes in the store name the wrong messages. */
  async check(): Promise<void> {
    const { rows } = await this.#options.database.query<{ head: bigint }>(countLog);
    const head = Number(rows[0]?.head ?? 0);
    if (head !== this.#head) {
      throw new Error(`the log of ${this.#options.service.name} ends at ${head}, not at ${this.#head}`);
    }
  }

  close(): Promise<void> {
    return this.#writer.close();
  }

  #take(item: Item): void {
    this.#waiting.push(item);
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
  }

  async #run(): Promise<void> {
    // What is asked in the same turn is decided together.
    await nextTurn();
    while (this.#waiting.length > 0) {
      const items = this.#waiting.splice(0);
      try {
        await this.#decideAll(items);
      } catch (error) {
        for (const { failed } of items) failed(error);
      }
    }
  }

  async #decideAll(items: readonly Item[]): Promise<void> {
    const needs = items.map(({ decider, command }) => decider.needs(command));
    await this.#load(needs);
    const { state } = this.#rows;
    await this.#load([...needs, ...items.map(({ decider, command }) => decider.needsThen?.(command, state) ?? {})]);
    const at = this.#options.tick();
    const batch = { at, keys: new Executions(), messages: [] as Said[] };
    for (const item of items) this.#decide(item, batch);
    if (at >= this.#options.keysSince) this.#executions.push(batch);
    if (batch.messages.length > 0) this.#said.push(batch);
    for (const message of batch.messages) this.#tell(message, at);
  }

  async #load(needs: Parameters<RowsInMemory['toLoad']>[0]): Promise<void> {
    const loads = this.#rows.toLoad(needs);
    if (loads.length === 0) return;
    await this.#writer.transaction((transaction) => Promise.all(loads.map((load) => load(transaction))));
  }

  #decide(item: Item, { at, keys, messages }: { at: Instant; keys: Executions; messages: Said[] }): void {
    const { decider, command, origin, key } = item;
    const { cause, traceparent } = origin;
    const decision: Decision<Tables, unknown> = decider.decide(this.#rows.state, command, { now: at, cause });
    const { answer, bind, put, refuse, setAside, trail } = decision;
    if (refuse ?? setAside ?? trail) {
      item.failed(new Error(`${decider.name}: ${JSON.stringify(refuse ?? setAside ?? trail)}`));
      return;
    }
    if (put) this.#rows.put(put);
    if (key) keys.record(key, decision);
    for (const saying of decision.say ?? ([] as Saying[])) messages.push({ ...saying, traceparent, cause });
    item.done({
      replayed: false,
      ...(answer === undefined ? {} : { answer }),
      ...(bind === undefined ? {} : { bound: bind }),
    });
  }

  #tell({ contract, data, traceparent, cause }: Said, at: Instant): void {
    this.#head += 1;
    const key = (data as Readonly<Record<string, string>>)[contract.key] ?? '';
    const message: Message = {
      source: this.#options.service.name,
      position: this.#head,
      type: contract.type,
      version: contract.version,
      key,
      timeMs: at,
      traceparent,
      causationId: cause,
      data,
    };
    for (const listener of [...(this.#listeners.get(key) ?? [])]) listener(message);
    this.#options.said(message);
  }
}
