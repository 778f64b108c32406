import { systemRandom } from '#runtime/seams/random.ts';
import { type MovableTime, movableTime } from '#runtime/seams/scheduler.ts';
import { systemClock } from '#runtime/seams/system-time.ts';
import { readSettings } from '#runtime/settings/settings.ts';
import type { Mishap as WireMishap } from '../../../../../../simulators/wechat/mishaps.ts';
import { openShop } from '../../../../../../simulators/wechat/testing/shop.ts';
import {
  startWechatSimulator,
  type WechatSimulator,
  type WechatSimulatorOptions,
} from '../../../../../../simulators/wechat/wechat.ts';
import type { RawCallback } from '../../provider.ts';
import { isApplied, type Mishap, type Scene } from '../../testing/scene.ts';
import { type WechatAccount, wechatAccount, wechatSettings } from '../settings.ts';
import type { WechatMeans } from '../transport.ts';
import { wechatProvider } from '../wechat.ts';

export interface WechatScene extends Scene {
  readonly wechat: WechatSimulator;
  readonly account: WechatAccount;
  readonly means: WechatMeans;
  /** What was warned of. */
  readonly warnings: readonly string[];
  /** What the merchant answers callbacks with. */
  answerCallbacksWith(status: number): void;
  readonly time: MovableTime;
}

export interface SceneOptions extends Pick<WechatSimulatorOptions, 'keys' | 'signsWith'> {
  /** Without a public key the merchant knows WeChat Pay by its certificates. */
  readonly knowsPublicKey?: boolean;
  readonly flow?: 'qr' | 'jsapi';
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/** All there are: WeChat Pay signs its answers. */
export const wechatMishaps: readonly Mishap[] = [
  'no answer in time, not applied',
  'no answer in time, applied',
  'connection cut, not applied',
  'connection cut, applied',
  'server error, not applied',
  'server error, applied',
  'answer unsigned, applied',
  'answer forged, applied',
];

/** Noon in China: a test does not see a day end. */
const noon = Date.parse('2026-11-18T12:00:00+08:00');

/** The adapter, set up by environment as a merchant would, and the simulator that it is pointed at. */
export async function wechatScene(options: SceneOptions = {}): Promise<WechatScene> {
  const startedAt = systemClock.now();
  const time = movableTime(() => noon + systemClock.now() - startedAt);
  const { keys, flow = 'qr', signsWith = 'public key', knowsPublicKey = signsWith === 'public key' } = options;
  const seams = { clock: time, scheduler: time, random: systemRandom() };
  const wechat = await startWechatSimulator({ ...seams, ...(keys ? { keys } : {}), signsWith, refundAfterMs: null });
  const received: RawCallback[] = [];
  const shop = await openShop(({ body, headers }) => received.push(rawOf(body, headers, time.now())));
  const publicKey = knowsPublicKey ? {} : { WECHAT_PUBLIC_KEY: undefined, WECHAT_PUBLIC_KEY_ID: undefined };
  const environment = { ...wechat.environment, WECHAT_NOTIFY_URL: shop.url, ...publicKey, ...options.environment };
  const account = wechatAccount(readSettings(wechatSettings, environment));
  if (!account) throw new Error('no account');
  const warnings: string[] = [];
  const means: WechatMeans = {
    ...seams,
    log: { warn: (about, message) => void warnings.push(`${message} ${JSON.stringify(about)}`) },
  };
  const { control } = wechat;
  return {
    provider: wechatProvider(account, means),
    charge: {
      flow,
      returnUrl: null,
      openid: flow === 'jsapi' ? 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o' : null,
      currency: 'CNY',
    },
    ...{ wechat, account, means, warnings, time, declined: 'failed' },
    now: () => time.now(),
    move: (byMs) => time.move(byMs),
    answerCallbacksWith: shop.answerWith,
    simulator: {
      pay: async (number) => control.pay(number),
      decline: async (number) => void control.decline(number),
      settleRefunds: async () => control.settleRefunds(),
      // Nobody waits for an answer that does not come: time is moved past the patience of whoever asks.
      failNext: (mishap) => control.failNext({ ...wireMishaps(mishap), held: () => time.move(1_000) }),
      async callbacks() {
        await control.callbacks.idle();
        return received;
      },
      async forge(number, kind) {
        const forged = control.forged(number, kind);
        return forged ? rawOf(forged.notice.body, forged.headers, time.now()) : null;
      },
      captures: (number) => wechat.books.capturesOf(number).map(({ amount, currency }) => ({ amount, currency })),
      refunds: (number) =>
        wechat.books.refundsOf(number).map(({ amount, order }) => ({ amount, currency: order.currency })),
      today: () => control.today(),
      issueBill: async (day) => time.move(Date.parse(`${day}T10:00:00+08:00`) + 86_400_000 - time.now()),
      billFile: (day) => control.billFile(day),
    },
    async stop() {
      await wechat.stop();
      await shop.stop();
    },
  };
}

const how: readonly [string, WireMishap['how']][] = [
  ['no answer', 'no answer'],
  ['connection cut', 'cut'],
  ['server error', 'error'],
  ['answer unsigned', 'unsigned'],
  ['answer forged', 'forged'],
];

function wireMishaps(mishap: Mishap): WireMishap {
  const [, wire = 'cut'] = how.find(([name]) => mishap.startsWith(name)) ?? [];
  return { how: wire, applied: isApplied(mishap) };
}

function rawOf(
  body: string | Buffer,
  headers: Readonly<Record<string, string | readonly string[] | undefined>>,
  receivedAt: number,
): RawCallback {
  const lower = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
  return { method: 'POST', path: '/', headers: Object.fromEntries(lower), body: Buffer.from(body), receivedAt };
}
