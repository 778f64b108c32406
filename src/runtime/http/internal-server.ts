import { createServer, type ServerResponse } from 'node:http';
import type { Scheduler } from '../seams/scheduler.ts';
import type { Log } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';

/** Resolves where the part is ready; rejects, or says why, where it is not. */
export type Probe = () => Promise<string | undefined>;

export interface InternalServer {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * For the operator's machines alone, without a token: `/healthz` (the process lives), `/readyz` (every probe passes; 503 names
 * those that do not), `/metrics` (Prometheus text format). What is degraded is named at `/readyz` too, and is ready all the same.
 */
export async function startInternalServer(options: {
  readonly port: number;
  readonly host?: string;
  readonly metrics: Metrics;
  readonly scheduler: Scheduler;
  readonly log: Log;
  readonly probes: Readonly<Record<string, Probe>>;
  /** What cannot do its work now though requests are answered without it, and why. */
  degraded?(): Readonly<Record<string, string>>;
  /** A probe that takes longer counts as not ready. */
  readonly probeTimeoutMs?: number;
}): Promise<InternalServer> {
  const { metrics, log } = options;
  const answer = async (path: string, response: ServerResponse): Promise<void> => {
    switch (path) {
      case '/healthz':
        return sendJson(response, 200, { status: 'ok' });
      case '/readyz': {
        const notReady = await failing(options.probes, options.scheduler, options.probeTimeoutMs ?? 2_000);
        const degraded = options.degraded?.() ?? {};
        const more = isEmpty(degraded) ? {} : { degraded };
        if (isEmpty(notReady)) return sendJson(response, 200, { status: 'ready', ...more });
        return sendJson(response, 503, { status: 'not ready', notReady, ...more });
      }
      case '/metrics':
        response.writeHead(200, { 'content-type': metrics.registry.contentType });
        response.end(await metrics.registry.metrics());
        return;
      default:
        return sendJson(response, 404, { status: 'not found', paths: ['/healthz', '/readyz', '/metrics'] });
    }
  };

  const server = createServer({ requestTimeout: 5_000, headersTimeout: 5_000 }, (request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return sendJson(response, 405, { status: 'GET only' });
    answer((request.url ?? '/').split('?', 1)[0] ?? '/', response).catch((error: unknown) => {
      log.error({ err: error, path: request.url }, 'internal request failed');
      if (!response.headersSent) sendJson(response, 500, { status: 'failed' });
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the internal server has no port');
  return {
    port: address.port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function failing(
  probes: Readonly<Record<string, Probe>>,
  scheduler: Scheduler,
  timeoutMs: number,
): Promise<Record<string, string>> {
  const reasons: Record<string, string> = {};
  const within = new AbortController();
  const late = scheduler.wait(timeoutMs, within.signal).then(() => `no answer within ${timeoutMs} ms`);
  await Promise.all(
    Object.entries(probes).map(async ([name, probe]) => {
      try {
        const reason = await Promise.race([probe(), late]);
        if (reason !== undefined) reasons[name] = reason;
      } catch (error) {
        reasons[name] = error instanceof Error ? error.message : String(error);
      }
    }),
  );
  within.abort();
  return reasons;
}

function isEmpty(record: Readonly<Record<string, string>>): boolean {
  return Object.keys(record).length === 0;
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' });
  response.end(JSON.stringify(body));
}
