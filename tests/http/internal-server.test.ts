import { afterEach, expect, it } from 'vitest';
import { type InternalServer, type Probe, startInternalServer } from '#runtime/http/internal-server.ts';
import { systemScheduler } from '#runtime/seams/scheduler.ts';
import { makeLog } from '#runtime/telemetry/log.ts';
import { makeMetrics } from '#runtime/telemetry/metrics.ts';

let server: InternalServer;
afterEach(() => server.close());

async function open(probes: Readonly<Record<string, Probe>>, degraded: Readonly<Record<string, string>> = {}) {
  const log = makeLog({ level: 'silent' });
  server = await startInternalServer({
    port: 0,
    host: '127.0.0.1',
    metrics: makeMetrics(),
    scheduler: systemScheduler(),
    log,
    probes,
    degraded: () => degraded,
    probeTimeoutMs: 100,
  });
  return async (path: string, method = 'GET') => {
    const answer = await fetch(`http://127.0.0.1:${server.port}${path}`, { method });
    return { status: answer.status, text: await answer.text() };
  };
}

it('is healthy while it lives, and ready when every probe passes', async () => {
  const ask = await open({ database: async () => undefined });
  expect((await ask('/healthz')).status).toBe(200);
  expect((await ask('/readyz')).status).toBe(200);
  expect((await ask('/other')).status).toBe(404);
  expect((await ask('/readyz', 'POST')).status).toBe(405);
});

it('names what is not ready, and waits for no probe for ever', async () => {
  const ask = await open({
    database: async () => undefined,
    bus: () => Promise.reject(new Error('no connection')),
    migrations: async () => '2 to go',
    slow: () => new Promise(() => undefined),
  });
  const { status, text } = await ask('/readyz');
  expect(status).toBe(503);
  expect(JSON.parse(text).notReady).toEqual({
    bus: 'no connection',
    migrations: '2 to go',
    slow: 'no answer within 100 ms',
  });
});

it('is ready while a part is degraded that requests can do without, and names it', async () => {
  const bus = 'the broker is away';
  const ready = await (await open({}, { bus }))('/readyz');
  expect(ready.status).toBe(200);
  expect(JSON.parse(ready.text)).toEqual({ status: 'ready', degraded: { bus } });
  await server.close();
  const notReady = await (await open({ database: async () => 'away' }, { bus }))('/readyz');
  expect(notReady.status).toBe(503);
  expect(JSON.parse(notReady.text)).toEqual({ status: 'not ready', notReady: { database: 'away' }, degraded: { bus } });
});

it('shows the metrics as Prometheus reads them', async () => {
  const { text } = await (await open({}))('/metrics');
  expect(text).toMatch(/^# TYPE suanpan_http_request_seconds histogram$/m);
});
