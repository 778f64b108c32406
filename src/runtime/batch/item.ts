import type { Message } from '#contracts/message.ts';
import type { DueLetter } from '../inbox/dead-letters.ts';
import type { Delivery } from '../inbox/delivery.ts';
import type { Lease } from '../inbox/lease.ts';
import type { IdempotencyKey, Origin, Written } from '../service.ts';
import type { Decider } from './decider.ts';
import type { Step } from './steps.ts';
import type { Tables } from './workset.ts';

/** A request or timer that waits for its place in a batch. */
export interface CommandItem {
  readonly kind: 'command';
  readonly decider: Decider<Tables, unknown, unknown>;
  readonly command: unknown;
  readonly origin: Origin;
  readonly urgent: boolean;
  readonly idempotencyKey: IdempotencyKey | undefined;
  /** Whoever asks goes on with what is decided (ADR 27). */
  readonly step?: Step;
  readonly done: (written: Written<unknown>) => void;
  readonly failed: (error: unknown) => void;
}

/** A message on its way to its effect. How it came decides what remembers that it was handled. */
export interface MessageItem {
  readonly kind: 'message';
  readonly decider: Decider<Tables, unknown, unknown>;
  readonly message: Message;
  readonly by: Way;
  /** `settled`: committed. `again`: not handled, and nobody's attempt. `dropped`: whoever delivered it does so once more. */
  readonly done: (outcome: 'settled' | 'again' | 'dropped') => void;
}

/** From a log read in order, by a broker, or once more from the dead letters. */
export type Way =
  | { readonly kind: 'tail'; readonly lease: Lease }
  | { readonly kind: 'broker'; readonly delivery: Delivery }
  | { readonly kind: 'letter'; readonly letter: Omit<DueLetter, 'message'> };

export type Item = CommandItem | MessageItem;

/** What an item's decision means for the item itself; known when the batch is decided, told when it is committed. */
export type Outcome =
  | { readonly kind: 'written'; readonly written: Written<unknown> }
  | { readonly kind: 'failed'; readonly error: unknown }
  | Handled;

export interface Handled {
  readonly kind: 'handled';
  readonly as: 'done' | 'held' | 'retry' | 'parked' | 'stale' | 'duplicate';
}
