import type { Message } from '#contracts/message.ts';
import type { Lease } from '../inbox/lease.ts';
import type { IdempotencyKey, Origin, Written } from '../service.ts';
import type { Decider } from './decider.ts';
import type { Tables } from './workset.ts';

/** A request or timer that waits for its place in a batch. */
export interface CommandItem {
  readonly kind: 'command';
  readonly decider: Decider<Tables, unknown, unknown>;
  readonly command: unknown;
  readonly origin: Origin;
  readonly urgent: boolean;
  readonly idempotencyKey: IdempotencyKey | undefined;
  readonly done: (written: Written<unknown>) => void;
  readonly failed: (error: unknown) => void;
}

/** A message on its way to its effect: from a subscription, or once more from the dead letters. */
export interface MessageItem {
  readonly kind: 'message';
  readonly decider: Decider<Tables, unknown, unknown>;
  readonly message: Message;
  /** The cursor that moves with the effect; a retried dead letter has none. */
  readonly lease: Lease | undefined;
  readonly letter: { readonly id: string; readonly attempts: number } | undefined;
  readonly done: () => void;
}

export type Item = CommandItem | MessageItem;

/** What an item's decision means for the item itself; known when the batch is decided, told when it is committed. */
export type Outcome =
  | { readonly kind: 'written'; readonly written: Written<unknown> }
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'handled'; readonly as: 'done' | 'held' | 'retry' | 'parked' | 'stale' };
