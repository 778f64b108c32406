import type { Inbox } from '../inbox/inbox.ts';
import type { Publications } from '../log/publications.ts';
import type { LogReader } from '../log/reader.ts';

/** One service's interest in what another one says, wherever the two run. */
export interface Interest {
  readonly consumer: string;
  readonly source: string;
  readonly types: ReadonlySet<string>;
}

/** An interest of a service in this process: one cursor, one order. */
export interface Subscription extends Interest {
  readonly inbox: Inbox;
  /** The consumer commits together with the source (ADR 20), and may go on with what the source has not committed yet. */
  readonly goesAlong: boolean;
}

/** A log of a service in this process, and all that are to hear it. */
export interface Publishing {
  readonly log: LogReader;
  readonly publications: Publications;
  readonly audience: readonly Interest[];
  /** Up to which position the consumer has heard all that it is to hear: asked of the consumer itself. */
  heard(consumer: string): Promise<number>;
}

export interface Backlog {
  readonly consumer: string;
  readonly source: string;
  /** Positions or messages between the head of the source and their effects, as far as this process knows; 0 at rest. */
  readonly positions: number;
}

/**
 * Carries messages from logs to inboxes: at least once, in log order per subject while one consumer reads a subscription,
 * and never from memory before they are committed. A slow subscriber delays nobody else.
 */
export interface Bus {
  /** Whether consumers may run in other processes than the logs they follow. */
  readonly reaches: 'this process' | 'other processes';
  /** Names a log whose messages others may subscribe to. Before {@link start}. */
  publish(publishing: Publishing): void;
  subscribe(subscription: Subscription): void;
  start(): Promise<void>;
  /**
   * Delivers nothing more; what was delivered is left to the writers. Where it must be acknowledged, that is for {@link close}.
   */
  stop(): Promise<void>;
  /** After the writers have finished: acknowledges what they committed, and lets go of everything. */
  close(): Promise<void>;
  /** Of the subscriptions that this process serves: whoever stands by knows nothing of the others. */
  backlog(): readonly Backlog[];
  /** Why it carries nothing now, for readiness and the log; undefined where all is well. */
  trouble(): string | undefined;
}
