import type { Clock } from '#kernel/clock.ts';
import type { Ids } from '#kernel/ids.ts';
import type { Scheduler } from '../seams/scheduler.ts';
import type { Log } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { Authenticator } from './access.ts';
import type { Dispatcher } from './dispatch.ts';
import type { Pages } from './docs.ts';
import type { RateLimiter } from './rate-limit.ts';
import type { HttpSettings } from './settings.ts';
import type { Traces } from './trace.ts';
import type { WebApplication } from './web.ts';

export interface PublicServerOptions {
  readonly dispatcher: Dispatcher;
  readonly authenticator: Authenticator;
  readonly limiter: RateLimiter;
  readonly traces: Traces;
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly ids: Ids;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly settings: Omit<HttpSettings, 'internalPort' | 'traceRate' | 'rateLimit'>;
  /** Address to listen at; all of them by default. */
  readonly host?: string;
  /** Until it says true, everything is answered with 503. */
  ready(): boolean;
  /** Pages beside the operations, such as `/docs`. */
  readonly pages?: Pages;
  /** Built applications for browsers. */
  readonly web?: readonly WebApplication[];
}

/** What the gates and the routes of the public server share. */
export interface Edge extends PublicServerOptions {
  /** Ends answers that would go on for ever, at drain. */
  readonly streams: Set<() => void>;
  /** What comes now is sent elsewhere. */
  draining: boolean;
  /** What was on its way has arrived: connections end with what is asked on them. */
  closing: boolean;
  inFlight: number;
}
