import type { Inbox } from '../inbox/inbox.ts';
import type { LogReader } from '../log/reader.ts';

/** One service's interest in what another one says: one cursor, one order. */
export interface Subscription {
  readonly consumer: string;
  readonly source: string;
  readonly types: ReadonlySet<string>;
  readonly inbox: Inbox;
}

export interface Backlog {
  readonly consumer: string;
  readonly source: string;
  /** Positions between the head of the source and the cursor; 0 at rest. */
  readonly positions: number;
}

/**
 * Carries messages from logs to inboxes: at least once, in log order per subject while one consumer reads a subscription,
 * and never from memory before they are committed. A slow subscriber delays nobody else.
 */
export interface Bus {
  /** Names a log whose messages others may subscribe to. Before {@link start}. */
  publish(log: LogReader): void;
  subscribe(subscription: Subscription): void;
  start(): Promise<void>;
  /** Delivers nothing more; what was delivered is left to the writers. */
  stop(): Promise<void>;
  /** Of the subscriptions whose lease this process holds: whoever stands by knows nothing of the cursor. */
  backlog(): readonly Backlog[];
}
