import type { Message, Saying } from '#contracts/message.ts';
import type { Instant } from '#kernel/clock.ts';
import type { Problem } from '#kernel/problem.ts';
import type { Changes, Keys, State, Tables } from './workset.ts';

/** What a decision may know beside rows and command. */
export interface Moment {
  /** The time of the batch; the same for all that is decided in it. */
  readonly now: Instant;
  /** The message, request or timer that asks: every effect row keeps it, so that an audit can count effects. */
  readonly cause: string;
}

/** What comes of a command. Absent parts mean nothing of the kind. */
export interface Decision<T extends Tables, Answer = undefined> {
  /** Rows as they shall be, whole. */
  readonly put?: Changes<T>;
  readonly say?: readonly Saying[];
  /** What the caller gets; with an idempotency key it is stored and replayed, so it must be plain JSON. */
  readonly answer?: Answer;
  /** Binds the idempotency key to an object from which the answer is made, now and on every repeat. */
  readonly bind?: string;
  /** The caller is refused; nothing else of the decision may be set but `trail`. */
  readonly refuse?: Problem;
  /** A message that cannot be handled yet (retried with backoff), or never (parked at once). */
  readonly setAside?: { readonly as: 'retry' | 'parked'; readonly reason: string };
  /** An administrative act for the audit trail. */
  readonly trail?: { readonly action: string; readonly object: string; readonly reason?: string };
}

/** A pure rule: rows and a command in, a decision out. No clock, no ids, no chance, no I/O. */
export interface Decider<T extends Tables, Command, Answer = undefined> {
  /** For metrics, logs and causes. */
  readonly name: string;
  /** The keys of the rows it will read or replace. */
  needs(command: Command): Keys<T>;
  /** Further keys, which only the rows of the first can tell. */
  needsThen?(command: Command, state: State<T>): Keys<T>;
  decide(state: State<T>, command: Command, moment: Moment): Decision<T, Answer>;
}

/** The decider of one kind of message: the command is the message. */
export type MessageDecider<T extends Tables, Data> = Omit<Decider<T, Message<Data>>, 'name'>;

/** No effect: the declared answer to a duplicate. */
export const nothing = Object.freeze({});
