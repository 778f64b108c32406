import { sign } from 'node:crypto';
import { systemRandom } from '#runtime/seams/random.ts';
import { type MovableTime, movableTime } from '#runtime/seams/scheduler.ts';
import { systemClock } from '#runtime/seams/system-time.ts';
import type { WechatKeys } from '../keys.ts';
import { startWechatSimulator, type WechatSimulator, type WechatSimulatorOptions } from '../wechat.ts';
import { openShop, type Received } from './shop.ts';

/** A merchant without any client: signs by hand, and keeps what comes in. */
export interface TestMerchant {
  readonly simulator: WechatSimulator;
  readonly time: MovableTime;
  readonly received: readonly Received[];
  readonly notifyUrl: string;
  /** Answers callbacks with this; null: not at all. */
  answerWith(status: number | null): void;
  ask(method: string, path: string, body?: unknown, change?: (request: RequestInit) => void): Promise<Answered>;
  /** An order that may be placed. */
  order(changes?: object): Record<string, unknown>;
  stop(): Promise<void>;
}

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

export async function testMerchant(
  keys: WechatKeys,
  options: Pick<WechatSimulatorOptions, 'signsWith' | 'refundAfterMs'> = {},
): Promise<TestMerchant> {
  const time = movableTime(() => systemClock.now());
  const seams = { clock: time, scheduler: time, random: systemRandom() };
  const simulator = await startWechatSimulator({ ...seams, keys, ...options });
  const shop = await openShop();
  const { received, url: notifyUrl } = shop;
  const { merchantId: mchid, appId: appid, certificateSerial } = simulator.merchant;
  return {
    ...{ simulator, time, received, notifyUrl },
    answerWith: shop.answerWith,
    async ask(method, path, body, change = () => undefined) {
      const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
      const [timestamp, nonce] = [String(Math.floor(time.now() / 1_000)), '593BEC0C930BF1AFEB40B4A08C8FB242'];
      const lines = `${method}\n${path}\n${timestamp}\n${nonce}\n${text}\n`;
      const signature = sign('RSA-SHA256', Buffer.from(lines), keys.merchant.privateKey).toString('base64');
      const authorization = `WECHATPAY2-SHA256-RSA2048 mchid="${mchid}",nonce_str="${nonce}",timestamp="${timestamp}",serial_no="${certificateSerial}",signature="${signature}"`;
      const headers = {
        authorization,
        accept: 'application/json',
        'content-type': 'application/json',
        'user-agent': 'test',
      };
      const request: RequestInit & { headers: Record<string, string> } = { method, headers };
      if (text !== '') request.body = text;
      change(request);
      const answer = await fetch(`${simulator.url}${path}`, request);
      const told = await answer.text();
      return { status: answer.status, headers: answer.headers, body: told === '' ? {} : JSON.parse(told) };
    },
    order: (changes = {}) => ({
      ...{
        appid,
        mchid,
        description: 'Image形象店-深圳腾大-QQ公仔',
        out_trade_no: 'a0t1_Order_1',
        notify_url: notifyUrl,
      },
      ...{ amount: { total: 100, currency: 'CNY' }, ...changes },
    }),
    async stop() {
      await simulator.stop();
      await shop.stop();
    },
  };
}
