import { getJwks } from '#contracts/http/identity.ts';
import type { MessageContract } from '#contracts/message.ts';
import type { Dispatcher } from '#runtime/http/dispatch.ts';
import { documentationPages } from '#runtime/http/docs.ts';
import type { PublicServerOptions } from '#runtime/http/edge.ts';
import { makeRateLimiter, noRateLimit } from '#runtime/http/rate-limit.ts';
import { type PublicServer, startPublicServer } from '#runtime/http/server.ts';
import type { HttpSettings } from '#runtime/http/settings.ts';
import type { Origin } from '#runtime/service.ts';
import { makeAuthenticator } from './authentication.ts';

/** What a public server needs, less what the gateway makes of it. */
export interface EdgeOptions extends Omit<PublicServerOptions, 'authenticator' | 'limiter' | 'pages'> {
  /** With every service hosted whose operations are served; identity among them, whose keys verify the tokens. */
  readonly dispatcher: Dispatcher;
  readonly settings: HttpSettings;
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
    publicUrl: settings.publicUrl,
    fetchKeys: async () => (await call(getJwks, {}, options.timer('fetch-keys'))).body,
  });
  const limiter = settings.rateLimit ? makeRateLimiter({ clock }) : noRateLimit;
  const operations = dispatcher.endpoints().map(({ operation }) => operation);
  const { messages, version, web = [] } = options;
  const pages = documentationPages({ operations, messages, version, atRoot: web.every(({ at }) => at !== '/') });
  const server = await startPublicServer({ ...options, authenticator, limiter, pages });
  // A request with a token waits for the keys, and none other does: where identity is away, the shop window is open.
  void authenticator.start();
  return {
    port: server.port,
    async close() {
      authenticator.stop();
      await server.close();
    },
  };
}
