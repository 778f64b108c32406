import { type Message, nameOf } from '#contracts/message.ts';
import type { Instant } from '#kernel/clock.ts';
import type { Ids } from '#kernel/ids.ts';
import { type Problem, ProblemError } from '#kernel/problem.ts';
import type { Transaction } from '../database/database.ts';
import { rowsOf } from '../database/rows-of.ts';
import { backoffMs } from '../inbox/backoff.ts';
import { type DueLetter, LettersOfBatch } from '../inbox/dead-letters.ts';
import { HeardOfBatch } from '../inbox/heard.ts';
import { type Lease, skippedUpTo } from '../inbox/lease.ts';
import { append, messageAt, place, type Said } from '../log/append.ts';
import type { FailPoints } from '../seams/fail-points.ts';
import type { Random } from '../seams/random.ts';
import type { Origin } from '../service.ts';
import type { Decision, Moment } from './decider.ts';
import { Executions } from './idempotency.ts';
import type { CommandItem, Item, MessageItem, Outcome } from './item.ts';
import { askOf, type Findings, type Knowledge, noFaults } from './knowledge.ts';
import type { Track } from './lanes.ts';
import { type Tables, Workset } from './workset.ts';

/** How often and how long a message that fails is tried before it is parked. */
export interface RetryPolicy {
  readonly attemptsMost: number;
  readonly firstMs: number;
  readonly mostMs: number;
}

export interface FlushMeans {
  readonly service: string;
  readonly tables: Tables;
  readonly ids: Ids;
  readonly random: Random;
  readonly failPoints: FailPoints;
  readonly retry: RetryPolicy;
}

interface Act {
  readonly actor: string;
  readonly action: string;
  readonly object: string;
  readonly reason: string | undefined;
  readonly cause: string;
}

const advanceCursor = 'select advance_cursor($1, $2, $3, $4, $5::bigint[])';
const insertActs = `
  insert into admin_trail (acted_at, actor, action, object, reason, cause)
  select $1::timestamptz, * from ${rowsOf('actor text, action text, object text, reason text, cause text', 2)} as new`;

/** What is decided together and written in one transaction: docs/architecture.md, "The batch". */
export class Flush {
  readonly items: Item[] = [];
  readonly #means: FlushMeans;
  readonly #knowledge: Knowledge;
  readonly #now: Instant;
  readonly #workset: Workset<Tables>;
  readonly #executions: Executions;
  readonly #outcomes: Outcome[] = [];
  readonly #letters = new LettersOfBatch();
  readonly #heard = new HeardOfBatch();
  readonly #said: Said[] = [];
  /** The same with their positions, where those are known before they are written. */
  readonly #placed: Message[] = [];
  readonly #acts: Act[] = [];
  #moves: ReadonlyMap<Lease, number> = new Map();
  #requests = 0;
  #deadline = Number.POSITIVE_INFINITY;
  #appended: Promise<readonly Message[]> = Promise.resolve([]);

  constructor(means: FlushMeans, knowledge: Knowledge, now: Instant) {
    this.#means = means;
    this.#knowledge = knowledge;
    this.#now = now;
    this.#workset = new Workset(knowledge.rows);
    this.#executions = new Executions(knowledge.executions);
  }

  count(track: Track): number {
    return track === 'requests' ? this.#requests : this.items.length - this.#requests;
  }

  get said(): number {
    return this.#said.length;
  }

  /** What the log will have from this transaction, in its order, as far as that is known before. */
  get placed(): readonly Message[] {
    return this.#placed;
  }

  /** Something was set aside or taken up again: whoever comes after is decided once that can be read. */
  get holdsUp(): boolean {
    return this.#letters.length > 0;
  }

  /** When the first of the requests in it is given up by whoever asked. */
  get deadline(): Instant {
    return this.#deadline;
  }

  /** What each item is told once the commit is known, in their order. */
  get outcomes(): readonly Outcome[] {
    return this.#outcomes;
  }

  /** What the log has from this transaction, once it is committed; empty where that is to be read from it. */
  get appended(): Promise<readonly Message[]> {
    return this.#appended;
  }

  /** The cursors that this transaction moves; known once it is saved. */
  get moves(): ReadonlyMap<Lease, number> {
    return this.#moves;
  }

  /** `faults` are items that failed alone before: they are set aside or refused without being decided again. */
  decide(items: readonly Item[], findings: Findings, faults: ReadonlyMap<Item, unknown> = noFaults): void {
    for (const item of items) {
      this.#outcomes.push(
        item.kind === 'command' ? this.#command(item, faults) : this.#message(item, findings, faults),
      );
      this.items.push(item);
      if (item.kind === 'message') continue;
      this.#requests += 1;
      this.#deadline = Math.min(this.#deadline, item.origin.deadline);
    }
  }

  /** Queues all that was decided; the caller has the turn, and commits. */
  save(transaction: Transaction): void {
    this.#workset.save(transaction);
    this.#executions.save(transaction, this.#now);
    this.#letters.save(transaction, this.#now);
    this.#saveActs(transaction);
    this.#advanceCursors(transaction);
    this.#heard.save(transaction);
    this.#append(transaction);
    if (this.#means.failPoints.armed) this.#means.failPoints.reach(`${this.#means.service}.before-commit`);
  }

  #decide(
    item: Item,
    moment: Moment,
    faults: ReadonlyMap<Item, unknown>,
  ): Decision<Tables, unknown> | { readonly thrown: unknown } {
    if (faults.has(item)) return { thrown: faults.get(item) };
    let decision: Decision<Tables, unknown>;
    try {
      decision = item.decider.decide(this.#knowledge.rows.state, askOf(item), moment);
    } catch (error) {
      return { thrown: error };
    }
    // Rows that cannot be put fail the batch: some of them may stand in it already, and half a decision must not be written.
    if (decision.put && !decision.refuse && !decision.setAside) this.#workset.put(decision.put);
    return decision;
  }

  #command(item: CommandItem, faults: ReadonlyMap<Item, unknown>): Outcome {
    const key = item.idempotencyKey;
    const before = key && this.#executions.before(key);
    if (before) {
      if ('code' in before) return { kind: 'failed', error: new ProblemError(before) };
      if (before.answer?.refuse) return { kind: 'failed', error: refusal(before.answer.refuse, true) };
      const { bound } = before;
      return {
        kind: 'written',
        written: { replayed: true, ...(bound === null ? { answer: before.answer?.answer } : { bound }) },
      };
    }
    const decision = this.#decide(item, { now: this.#now, cause: item.origin.cause }, faults);
    if ('thrown' in decision) return { kind: 'failed', error: decision.thrown };
    if (key) this.#executions.record(key, decision);
    const { refuse, trail } = decision;
    this.#keep(refuse ? { ...(trail && { trail }) } : decision, item.origin);
    if (refuse) return { kind: 'failed', error: refusal(refuse, false) };
    const { answer, bind } = decision;
    return {
      kind: 'written',
      written: {
        replayed: false,
        ...(answer === undefined ? {} : { answer }),
        ...(bind === undefined ? {} : { bound: bind }),
      },
    };
  }

  #message(item: MessageItem, { heard, held, alive }: Findings, faults: ReadonlyMap<Item, unknown>): Outcome {
    const { message, by } = item;
    const letter = letterOf(item);
    if (letter && !alive.has(letter.id)) return { kind: 'handled', as: 'stale' };
    if (by.kind === 'broker' && this.#heard.isDuplicate(message, by.delivery.previous, heard)) {
      return { kind: 'handled', as: 'duplicate' };
    }
    if (!letter && this.#letters.holds(message, held)) {
      this.#setAside(item, 'HELD', null);
      return { kind: 'handled', as: 'held' };
    }
    const cause = nameOf(message);
    const decision = this.#decide(item, { now: this.#now, cause }, faults);
    const trouble = troubleOf(decision);
    if (trouble) {
      const attempts = (letter?.attempts ?? 0) + 1;
      const parked = trouble.as === 'parked' || attempts >= this.#means.retry.attemptsMost;
      this.#setAside(item, parked ? 'PARKED' : 'RETRYING', trouble.reason);
      return { kind: 'handled', as: parked ? 'parked' : 'retry' };
    }
    if (letter) this.#letters.update({ ...letter, message, status: 'RETRIED', nextAttemptAt: null, error: null });
    this.#keep(decision as Decision<Tables, unknown>, { traceparent: message.traceparent, cause });
    return { kind: 'handled', as: 'done' };
  }

  #setAside(item: MessageItem, status: 'HELD' | 'RETRYING' | 'PARKED', error: string | null): void {
    const { message } = item;
    const letter = letterOf(item);
    this.#knowledge.isNothingHeld = false;
    const attempts = status === 'HELD' ? 0 : (letter?.attempts ?? 0) + 1;
    const nextAttemptAt =
      status === 'RETRYING' ? this.#now + backoffMs(attempts, this.#means.random, this.#means.retry) : null;
    if (letter) this.#letters.update({ id: letter.id, message, status, attempts, nextAttemptAt, error });
    else
      this.#letters.setAside({
        id: this.#means.ids.next('deadLetter'),
        message,
        status,
        attempts,
        nextAttemptAt,
        error,
      });
  }

  #keep(decision: Decision<Tables, unknown>, origin: Pick<Origin, 'traceparent' | 'cause'> & Partial<Origin>): void {
    const { traceparent, cause } = origin;
    for (const saying of decision.say ?? []) this.#say({ ...saying, traceparent, cause });
    if (decision.trail) {
      const { action, object, reason } = decision.trail;
      this.#acts.push({ actor: origin.caller?.id ?? this.#means.service, action, object, reason, cause });
    }
  }

  #say(said: Said): void {
    this.#said.push(said);
    if (!this.#knowledge.isKept) return;
    this.#knowledge.head += 1;
    this.#placed.push(messageAt(this.#means.service, this.#knowledge.head, this.#now, said));
  }

  #append(transaction: Transaction): void {
    if (this.#said.length === 0) return;
    if (this.#knowledge.isKept) {
      place(transaction, this.#placed, this.#now);
      this.#appended = Promise.resolve(this.#placed);
    } else this.#appended = append(transaction, this.#means.service, this.#said, this.#now);
  }

  #saveActs(transaction: Transaction): void {
    const acts = this.#acts;
    if (acts.length === 0) return;
    void transaction.query(insertActs, [
      this.#now,
      acts.map(({ actor }) => actor),
      acts.map(({ action }) => action),
      acts.map(({ object }) => object),
      acts.map(({ reason }) => reason ?? null),
      acts.map(({ cause }) => cause),
    ]);
  }

  /** By source, as what a broker brought: whoever waits for a cursor holds none that comes after it. */
  #advanceCursors(transaction: Transaction): void {
    this.#moves = cursorMoves(this.items, this.#knowledge.isKept);
    for (const [lease, to] of [...this.#moves].sort(([one], [other]) => (one.source < other.source ? -1 : 1))) {
      void transaction.query(advanceCursor, [lease.source, lease.epoch, lease.position, to, skippedUpTo(lease, to)]);
    }
  }
}

function leaseOf(item: Item): Lease | undefined {
  return item.kind === 'message' && item.by.kind === 'tail' ? item.by.lease : undefined;
}

function letterOf({ by }: MessageItem): Omit<DueLetter, 'message'> | undefined {
  return by.kind === 'letter' ? by.letter : undefined;
}

export function leasesOf(items: readonly Item[]): Set<Lease> {
  return new Set(items.flatMap((item) => leaseOf(item) ?? []));
}

/**
 * Where each cursor stands after these items: past everything read, if nothing else of the subscription is under way. What was
 * read may not be committed yet, and in a transaction of its own a service must not count on it.
 */
function cursorMoves(items: readonly Item[], isBuiltUpon: boolean): Map<Lease, number> {
  const moves = new Map<Lease, number>();
  const counts = new Map<Lease, number>();
  for (const item of items) {
    const lease = leaseOf(item);
    if (!lease || item.kind !== 'message') continue;
    moves.set(lease, item.message.position);
    counts.set(lease, (counts.get(lease) ?? 0) + 1);
  }
  for (const [lease, count] of counts) {
    const read = isBuiltUpon ? lease.read : Math.min(lease.read, lease.committed());
    if (count === lease.pending) moves.set(lease, Math.max(read, moves.get(lease) ?? 0));
  }
  return moves;
}

/** Why the message has no effect. Nobody is there to be refused: for a message that is never, until a person decides. */
function troubleOf(decision: Decision<Tables, unknown> | { readonly thrown: unknown }): Decision<Tables>['setAside'] {
  if ('thrown' in decision) return { as: 'retry', reason: reasonOf(decision.thrown) };
  if (decision.refuse) return { as: 'parked', reason: `refused: ${decision.refuse.code}` };
  return decision.setAside;
}

function refusal(value: Problem, replayed: boolean): ProblemError {
  return Object.assign(new ProblemError(value), { replayed });
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
