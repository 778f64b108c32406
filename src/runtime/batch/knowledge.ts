import type { Message } from '#contracts/message.ts';
import type { Queries, Transaction } from '../database/database.ts';
import { type Held, lockRetried, nothingHeld, readHeld } from '../inbox/dead-letters.ts';
import { type HeardBefore, readHeard } from '../inbox/heard.ts';
import type { IdempotencyKey } from '../service.ts';
import { KnownExecutions, loadExecutions } from './idempotency.ts';
import type { Item, MessageItem } from './item.ts';
import type { Minted } from './minted.ts';
import { type Keys, KnownRows, type Tables } from './workset.ts';

/**
 * What a writer knows of its store: rows and keys as they are, or will be once what it has decided is committed. It holds for as
 * long as nobody else writes, which the turn's number proves at each commit (ADR 18).
 */
export class Knowledge {
  readonly rows: KnownRows<Tables>;
  readonly executions = new KnownExecutions();
  /** No message of any subject waits among the dead letters. Only the writer lets one begin to. */
  isNothingHeld = false;
  /** Where the log ends once all that was decided is committed; what is said next has its position from here. */
  head = 0;
  #isKept = false;

  constructor(tables: Tables, minted: Minted) {
    this.rows = new KnownRows(tables, minted);
  }

  /** Read by other transactions than the one that builds upon it. */
  get isKept(): boolean {
    return this.#isKept;
  }

  /** After the transaction that read it, with where that left the log: from now on it is built upon. */
  keep(head: number): this {
    this.#isKept = true;
    this.head = head;
    this.rows.keep();
    return this;
  }

  /** Forgets what was not used for longest, where there is too much; whether there was. */
  makeRoom(): boolean {
    const [rows, executions] = [this.rows.makeRoom(), this.executions.makeRoom()];
    return rows || executions;
  }
}

export const noFaults: ReadonlyMap<Item, unknown> = new Map();

/** What was read for some items only. */
export interface Findings {
  readonly heard: HeardBefore;
  readonly held: Held;
  /** Letters among them that are still to be retried. */
  readonly alive: ReadonlySet<string>;
}

/**
 * Reads what is not known and has to be, for the items to be decided; as few journeys as there are questions within questions.
 *
 * @throws Error where something is asked for that only a transaction of the items' own can read
 */
export async function find(
  queries: Queries | Transaction,
  knowledge: Knowledge,
  items: readonly Item[],
  faults: ReadonlyMap<Item, unknown> = noFaults,
): Promise<Findings> {
  const decidable = faults.size === 0 ? items : items.filter((item) => !faults.has(item));
  const needs = decidable.map((item) => item.decider.needs(askOf(item)));
  if (knowledge.isKept && knowledge.rows.areDerived(needs)) throw new Error('derived rows are not kept');
  const [findings] = await Promise.all([findBeside(queries, knowledge, items), knowledge.rows.load(queries, needs)]);
  // Rows of the second kind are named by rows of the first, which decisions in between may have changed.
  let then: Keys<Tables>[];
  do {
    then = [];
    for (const item of decidable) {
      if (item.decider.needsThen) then.push(item.decider.needsThen(askOf(item), knowledge.rows.state));
    }
  } while (then.length > 0 && (await knowledge.rows.load(queries, then)));
  return findings;
}

async function findBeside(queries: Queries, knowledge: Knowledge, items: readonly Item[]): Promise<Findings> {
  const keys: IdempotencyKey[] = [];
  const came: MessageItem[] = [];
  for (const item of items) {
    if (item.kind === 'message') came.push(item);
    else if (item.idempotencyKey) keys.push(item.idempotencyKey);
  }
  const first: Message[] = [];
  const brought: Message[] = [];
  for (const { by, message } of came) {
    if (by.kind !== 'letter') first.push(message);
    if (by.kind === 'broker') brought.push(message);
  }
  const [heard, held, alive] = await Promise.all([
    readHeard(queries, brought),
    knowledge.isNothingHeld || first.length === 0 ? nothingHeld : readHeld(queries, first),
    lockRetried(
      queries,
      came.flatMap(({ by }) => (by.kind === 'letter' ? [by.letter] : [])),
    ),
    loadExecutions(queries, knowledge.executions, keys),
  ]);
  if (first.length > 0) knowledge.isNothingHeld = held.isNothing;
  return { heard, held, alive };
}

/** What a decider is asked: a command, or the message. */
export function askOf(item: Item): unknown {
  return item.kind === 'command' ? item.command : item.message;
}
