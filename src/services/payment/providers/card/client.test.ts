import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { systemScheduler } from '#runtime/seams/scheduler.ts';
import { systemClock } from '#runtime/seams/system-time.ts';
import { type StripeSimulator, startStripeSimulator } from '../../../../../simulators/stripe/simulator.ts';
import { asking } from './client.ts';
import type { CardSettings } from './settings.ts';

let stripe: StripeSimulator;
let requests: IncomingMessage[] = [];
let relay: Server;

/** Between the adapter and the simulator: it counts what is really sent. */
beforeEach(async () => {
  requests = [];
  stripe = await startStripeSimulator();
  relay = createServer((request, response) => {
    requests.push(request);
    response.socket?.destroy();
  });
  await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  await stripe.stop();
  relay.closeAllConnections();
  relay.close();
});

function settingsOf(changes: Partial<CardSettings> = {}): CardSettings {
  const { secretKey, publishableKey } = stripe.account;
  return {
    ...{ secretKey, publishableKey, webhookSecrets: ['whsec_simulated'], apiUrl: stripe.url, notifyUrl: undefined },
    ...{ timeoutMs: 20_000, ...changes },
  };
}

const means = { clock: systemClock, scheduler: systemScheduler() };
const soon = (ms = 10_000) => ({ deadline: systemClock.now() + ms });
const lists = (settings = settingsOf()) => {
  const ask = asking(settings, means);
  return (within = 10_000) => ask(soon(within), (client, options) => client.refunds.list({ limit: 1 }, options));
};

describe('the guarded client', () => {
  test('asks, and has the answer with what came with it', async () => {
    expect(await lists()()).toMatchObject({ kind: 'answered', replayed: false, thing: { object: 'list', data: [] } });
  });

  test('sends a request whose connection was closed once: the client alone sends it again', async () => {
    const { port } = relay.address() as AddressInfo;
    expect(await lists(settingsOf({ apiUrl: `http://127.0.0.1:${port}` }))()).toMatchObject({ kind: 'unknown' });
    expect(requests).toHaveLength(1);
  });

  test.each([
    'json of a proxy, applied',
    'text of a proxy, applied',
    'bad gateway, not applied',
    'server error, not applied',
    'answer cut in the middle, applied',
    'rate limit',
  ] as const)('takes no %s for an answer, and survives it', async (mishap) => {
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);
    stripe.control.failNext(mishap);
    expect(await lists()()).toMatchObject({ kind: 'unknown' });
    await new Promise((resolve) => setImmediate(resolve));
    expect(unhandled).not.toHaveBeenCalled();
    process.off('unhandledRejection', unhandled);
  });

  test.each(['answer in drips, applied', 'no answer, applied'] as const)(
    'is done by its deadline with %s',
    async (mishap) => {
      const before = systemClock.now();
      stripe.control.failNext(mishap);
      expect(await lists()(300)).toEqual({
        kind: 'unknown',
        reason: expect.stringMatching(/no answer within \d+ ms|HTTP|Stripe/),
      });
      expect(systemClock.now() - before).toBeLessThan(2_000);
    },
  );

  test('lets go of the connection that it has given up on', async () => {
    const closed = Promise.withResolvers<void>();
    const dripping = createServer((_request, response) => {
      response.on('close', () => closed.resolve());
      response.writeHead(200, { 'content-type': 'application/json' }).write('{');
    });
    await new Promise<void>((resolve) => dripping.listen(0, '127.0.0.1', resolve));
    const { port } = dripping.address() as AddressInfo;
    expect(await lists(settingsOf({ apiUrl: `http://127.0.0.1:${port}` }))(200)).toMatchObject({ kind: 'unknown' });
    await closed.promise;
    dripping.close();
  });

  test('waits no longer than the settings say, however far the deadline is', async () => {
    const before = systemClock.now();
    stripe.control.failNext('answer in drips, applied');
    expect(await lists(settingsOf({ timeoutMs: 200 }))(60_000)).toMatchObject({ kind: 'unknown' });
    expect(systemClock.now() - before).toBeLessThan(2_000);
  });

  test('asks nobody once the deadline has passed', async () => {
    const { port } = relay.address() as AddressInfo;
    const ask = lists(settingsOf({ apiUrl: `http://127.0.0.1:${port}` }));
    expect(await ask(0)).toEqual({ kind: 'unknown', reason: 'no time left to ask' });
    expect(requests).toHaveLength(0);
  });

  test('turns what the client throws before it asks into an answer', async () => {
    const ask = asking(settingsOf(), means);
    const thrown = await ask(soon(), () => {
      throw new TypeError('a parameter that cannot be written');
    });
    expect(thrown).toMatchObject({ kind: 'unknown' });
  });

  test('tells nothing of this machine, and leaves no file in the home folder', async () => {
    const home = mkdtempSync(join(tmpdir(), 'suanpan-home-'));
    vi.stubEnv('XDG_CONFIG_HOME', home);
    vi.stubEnv('HOME', home);
    const { port } = relay.address() as AddressInfo;
    await lists(settingsOf({ apiUrl: `http://127.0.0.1:${port}` }))();
    await lists()();
    expect(existsSync(home) && readdirSync(home)).toEqual([]);
    expect(requests[0]?.headers['x-stripe-client-telemetry']).toBeUndefined();
    expect(String(requests[0]?.headers['x-stripe-client-user-agent'])).not.toMatch(/telemetry_id|platform/);
    vi.unstubAllEnvs();
    rmSync(home, { recursive: true });
  });

  test.each(['sk_test_notTheRightOne99', 'sk_live_notTheRightOne99'])('never says its key (%s)', async (secretKey) => {
    const told = JSON.stringify(await lists(settingsOf({ secretKey }))());
    expect(told).toContain('HTTP 401');
    expect(told).not.toMatch(/sk_|One99/);
  });
});
