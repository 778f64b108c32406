import { getJwks } from '#contracts/http/identity.ts';
import type { MessageContract } from '#contracts/message.ts';
import type { Clock } from '#kernel/clock.ts';
import type { Ids } from '#kernel/ids.ts';
import type { Dispatcher } from '#runtime/http/dispatch.ts';
import { documentationPages } from '#runtime/http/docs.ts';
import { makeRateLimiter, noRateLimit } from '#runtime/http/rate-limit.ts';
import { type PublicServer, startPublicServer } from '#runtime/http/server.ts';
import type { HttpSettings } from '#runtime/http/settings.ts';
import type { Traces } from '#runtime/http/trace.ts';
import type { Scheduler } from '#runtime/seams/scheduler.ts';
import type { Origin } from '#runtime/service.ts';
import type { Log } from '#runtime/telemetry/log.ts';
import type { Metrics } from '#runtime/telemetry/metrics.ts';
import { makeAuthenticator } from './authentication.ts';

export interface EdgeOptions {
  /** With every service hosted whose operations are served; identity among them, whose keys verify the tokens. */
  readonly dispatcher: Dispatcher;
  readonly traces: Traces;
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly ids: Ids;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly settings: HttpSettings;
  readonly host?: string;
  /** Until it says true, everything is answered with 503. */
  ready(): boolean;
  /** Shown at `/asyncapi.json`. */
  readonly messages: readonly MessageContract[];
  readonly version: string;
  /** The origin of the gateway's own calls: `context.timer` of its context. */
  timer(name: string): Origin;
}

/** The platform's face: all public operations behind authentication and limits, with their documentation. */
export async function startEdge(options: EdgeOptions): Promise<PublicServer> {
  const { dispatcher, clock, scheduler, log, settings } = options;
  const call = dispatcher.callsOf('gateway');
  const authenticator = makeAuthenticator({
    clock,
    scheduler,
    log,
    fetchKeys: async () => (await call(getJwks, {}, options.timer('fetch-keys'))).body,
  });
  await authenticator.start();
  const limiter = settings.rateLimit ? makeRateLimiter({ clock }) : noRateLimit;
  const operations = dispatcher.endpoints().map(({ operation }) => operation);
  const pages = documentationPages({ operations, messages: options.messages, version: options.version });
  const server = await startPublicServer({ ...options, authenticator, limiter, pages });
  return {
    port: server.port,
    async close() {
      authenticator.stop();
      await server.close();
    },
  };
}
