import type { Summary } from './latencies.ts';

/** What the load process is told, and what it says. */
export interface LoadOptions {
  readonly host: string;
  readonly port: number;
  readonly admin: { readonly email: string; readonly password: string };
  readonly connections: number;
  readonly users: number;
  readonly skus: number;
  /** All orders take the same two SKUs. */
  readonly hot: boolean;
}

export type Ask =
  | { readonly ask: 'prepare'; readonly options: LoadOptions }
  | { readonly ask: 'run'; readonly seconds: number }
  | { readonly ask: 'verify' }
  | { readonly ask: 'end' };

export interface Window {
  /** Paid orders; `verify` then looks at each. */
  readonly confirmed: number;
  /** From the first request until the last order was CONFIRMED. */
  readonly seconds: number;
  readonly orders: Summary;
  readonly payments: Summary;
  /** Answers that were none of the expected, by call, status and code. */
  readonly unexpected: Readonly<Record<string, number>>;
  /** Orders answered with 202, past the wait limit. */
  readonly late: number;
  /** Share of a core that the load took. */
  readonly cores: number;
}

export type Said =
  | { readonly said: 'progress'; readonly line: string }
  | { readonly said: 'prepared' }
  | { readonly said: 'window'; readonly window: Window }
  /** Every order of the windows so far was seen as CONFIRMED by its buyer. */
  | { readonly said: 'verified'; readonly orders: number }
  | { readonly said: 'failed'; readonly reason: string };
