import { generateKeyPair } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { type AlipaySimulator, startAlipaySimulator } from '../../simulators/alipay/simulator.ts';
import { type StripeSimulator, startStripeSimulator } from '../../simulators/stripe/simulator.ts';
import { startWechatSimulator, type WechatSimulator } from '../../simulators/wechat/wechat.ts';
import { systemRandom } from '../../src/runtime/seams/random.ts';
import { type MovableTime, movableTime } from '../../src/runtime/seams/scheduler.ts';
import { systemClock } from '../../src/runtime/seams/system-time.ts';
import type { Environment } from './platform.ts';

/** The providers that a shop under test is set up with, played in this process, in a time that moves with the shop's. */
export interface TestProviders extends AsyncDisposable {
  readonly wechat: WechatSimulator;
  readonly alipay: AlipaySimulator;
  readonly stripe: StripeSimulator;
  readonly time: MovableTime;
  /** What the shop's environment needs for them. */
  readonly environment: Environment;
  /** Callbacks go to this shop from now on; until then nobody answers them. */
  callTo(shopUrl: string): void;
  /** Callbacks as they came in from the providers, oldest first. */
  readonly callbacks: readonly ReceivedCallback[];
  /** Resolves once no callback is on its way. */
  quiet(): Promise<void>;
}

export interface ReceivedCallback {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** What the shop answered. */
  readonly status: number;
  readonly answer: string;
}

const webhookSecret = 'whsec_simulatedWebhookSecret';
const merchant = { appId: '2021000123456789', sellerId: '2088000123456789' };

export async function startTestProviders(): Promise<TestProviders> {
  const time = movableTime(() => systemClock.now());
  const relay = await startRelay();
  const seams = { clock: time, scheduler: time };
  const keyPair = () => promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  const [app, alipayKeys] = await Promise.all([keyPair(), keyPair()]);
  const [wechat, alipay, stripe] = await Promise.all([
    startWechatSimulator({ ...seams, random: systemRandom() }),
    startAlipaySimulator({
      ...{ ...seams, merchant: { ...merchant, publicKey: app.publicKey }, key: alipayKeys.privateKey },
      codesDieWhenClosed: true,
    }),
    startStripeSimulator({
      ...seams,
      webhooks: [{ url: `${relay.url}/callbacks/stripe`, secrets: [webhookSecret], events: ['*'] }],
    }),
  ]);
  const environment = {
    ...wechat.environment,
    WECHAT_NOTIFY_URL: `${relay.url}/callbacks/wechat`,
    ALIPAY_APP_ID: merchant.appId,
    ALIPAY_SELLER_ID: merchant.sellerId,
    ALIPAY_PRIVATE_KEY: app.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    ALIPAY_PUBLIC_KEY: alipayKeys.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    ALIPAY_GATEWAY: alipay.gateway,
    ALIPAY_NOTIFY_URL: `${relay.url}/callbacks/alipay`,
    STRIPE_SECRET_KEY: stripe.account.secretKey,
    STRIPE_PUBLISHABLE_KEY: stripe.account.publishableKey,
    STRIPE_WEBHOOK_SECRET: webhookSecret,
    STRIPE_API_URL: stripe.url,
  };
  return {
    ...{ wechat, alipay, stripe, time, environment, callTo: relay.callTo, callbacks: relay.received },
    async quiet() {
      await Promise.all([wechat.control.callbacks.idle(), alipay.notifications.idle(), stripe.webhooks.quiet()]);
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([wechat.stop(), alipay.stop(), stripe.stop()]);
      await relay.stop();
    },
  };
}

/** Stands where providers were told that the shop is: they have to know before the shop has a port. */
async function startRelay() {
  const received: ReceivedCallback[] = [];
  let target: string | undefined;
  const server: Server = createServer((request, response) => {
    forward(request).then(
      ({ status, answer, type }) => response.writeHead(status, type ? { 'content-type': type } : {}).end(answer),
      () => response.destroy(),
    );
  });
  const forward = async (request: IncomingMessage) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const body = Buffer.concat(parts);
    if (target === undefined) return { status: 503, answer: '', type: undefined };
    const headers = headersOf(request);
    const reply = await sendCallback(target, { path: request.url ?? '/', headers, body });
    received.push({ path: request.url ?? '/', headers, body, ...reply });
    return reply;
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    callTo(shopUrl: string) {
      target = shopUrl;
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const ofTheConnection = new Set(['host', 'connection', 'content-length', 'transfer-encoding', 'keep-alive']);

function headersOf({ headers }: IncomingMessage): Record<string, string> {
  const known = Object.entries(headers).filter(([name]) => !ofTheConnection.has(name));
  return Object.fromEntries(known.map(([name, value]) => [name, String(value)]));
}

/** Sends what a provider has sent, or has not, as it stands. */
export async function sendCallback(
  shopUrl: string,
  { path, headers, body }: Pick<ReceivedCallback, 'path' | 'headers' | 'body'>,
): Promise<{ readonly status: number; readonly answer: string; readonly type: string | undefined }> {
  const response = await fetch(`${shopUrl}${path}`, { method: 'POST', headers, body: new Uint8Array(body) });
  const type = response.headers.get('content-type') ?? undefined;
  return { status: response.status, answer: await response.text(), type };
}
