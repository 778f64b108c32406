import type { Operation } from '../../../src/contracts/operation.ts';
import type { CallInput } from '../../../src/runtime/service.ts';

/** What a test has a process do, one after the other or at once; each gets its reply. */
export type Order =
  | {
      /** The answer is where its gateway listens, if it has one. */
      readonly kind: 'start';
      /** Names of the services that run in it. */
      readonly run: readonly string[];
      readonly environment: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'move'; readonly byMs: number }
  | { readonly kind: 'fail once'; readonly service: string; readonly point: string }
  | {
      readonly kind: 'ask';
      readonly service: string;
      readonly operation: string;
      readonly input: CallInput<Operation>;
    }
  /** The answer is a {@link WorkDone}. */
  | { readonly kind: 'tell' }
  | { readonly kind: 'stop' };

/** What a process has done since it was started. */
export interface WorkDone {
  /** Calls of other processes that it answered. */
  readonly answered: number;
  /** Messages that came to it. */
  readonly heard: number;
}

export interface Ordered {
  readonly id: number;
  readonly order: Order;
}

export type Told =
  | { readonly id: number; readonly answer: unknown }
  | { readonly id: number; readonly failure: string };
