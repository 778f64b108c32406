import type { Summary } from './latencies.ts';

/** In the order in which a round has them. */
export const scenarios = ['spread', 'hot', 'cancel', 'browse', 'flash', 'one', 'open', 'callbacks'] as const;
export type Scenario = (typeof scenarios)[number];

/** What the load process is told, and what it says. */
export interface LoadOptions {
  readonly host: string;
  readonly port: number;
  readonly admin: { readonly email: string; readonly password: string };
  readonly connections: number;
  readonly users: number;
  readonly skus: number;
  /** Where callbacks are measured. */
  readonly announcer?: Announcer;
}

/** In whose name callbacks are signed; the key is PKCS #8. */
export interface Announcer {
  readonly appId: string;
  readonly sellerId: string;
  readonly privateKey: string;
}

/** Arrivals of an open loop. */
export interface Rate {
  readonly perSecond: number;
  readonly seconds: number;
}

export type Ask =
  | { readonly ask: 'prepare'; readonly options: LoadOptions }
  /** What comes before the window: fresh tokens, goods for a flash sale, payments to call about. */
  | ({ readonly ask: 'get ready'; readonly scenario: Scenario } & Rate)
  /** `perSecond`: arrivals of the open loop. */
  | ({ readonly ask: 'run'; readonly scenario: Scenario } & Rate);

export interface Window {
  /** Orders that came as far as the scenario has them go; the store is asked afterwards whether they did. */
  readonly done: number;
  /** From the first request until the last order was settled. */
  readonly seconds: number;
  /** Latency of each call, by `POST /v1/orders` and the like. */
  readonly calls: Readonly<Record<string, Summary>>;
  /** How many orders of the window the store must have, by status, and none beside. */
  readonly expected: Readonly<Record<string, number>>;
  /** Answers that were none of the expected, by call, status and code. */
  readonly unexpected: Readonly<Record<string, number>>;
  /** Orders answered with 202, past the wait limit. */
  readonly late: number;
  /** When the call about an order's payment was due to be sent, by the wall clock; of callbacks alone. */
  readonly sentMs?: Readonly<Record<string, number>>;
  /** Share of a core that the load took, and its resident memory. */
  readonly cores: number;
  readonly rssMiB: number;
}

export type Said =
  | { readonly said: 'progress'; readonly line: string }
  | { readonly said: 'prepared' }
  | { readonly said: 'ready' }
  | { readonly said: 'window'; readonly window: Window }
  | { readonly said: 'failed'; readonly reason: string };
