import type { Operation } from '../../../src/contracts/operation.ts';
import type { CallInput } from '../../../src/runtime/service.ts';

/** What a test has a process of the platform do, each with a reply. */
export type Order =
  | { readonly kind: 'move'; readonly byMs: number }
  | { readonly kind: 'fail once'; readonly service: string; readonly point: string }
  | {
      readonly kind: 'ask';
      readonly service: string;
      readonly operation: string;
      readonly input: CallInput<Operation>;
    }
  | { readonly kind: 'stop' };

export interface Ordered {
  readonly id: number;
  readonly order: Order;
}

/** What a process tells: that it is up, and then what came of each order. */
export type Told =
  | { readonly kind: 'up'; readonly url?: string }
  | { readonly kind: 'done'; readonly id: number; readonly answer?: unknown }
  | { readonly kind: 'failed'; readonly id: number; readonly reason: string };

/** What a process is started with, as JSON in its first argument; its settings are in its environment. */
export interface Part {
  /** Names of the services that run in it. */
  readonly run: readonly string[];
}
