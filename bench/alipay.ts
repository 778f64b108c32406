import { generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
import { startAlipaySimulator } from '../simulators/alipay/simulator.ts';
import { systemScheduler } from '../src/runtime/seams/scheduler.ts';
import { systemClock } from '../src/runtime/seams/system-time.ts';
import type { Announcer } from './load/protocol.ts';

/** Alipay, played beside the load: answers what payment asks about payments that nobody has called about yet. */
export interface PlayedAlipay {
  /** The platform's settings. */
  readonly environment: Readonly<Record<string, string>>;
  /** What the load signs callbacks with, in Alipay's name. */
  readonly announcer: Announcer;
  stop(): Promise<void>;
}

const merchant = { appId: '2021000123456789', sellerId: '2088000123456789' };

export async function playAlipay(): Promise<PlayedAlipay> {
  const makeKeys = () => promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  const [shop, own] = await Promise.all([makeKeys(), makeKeys()]);
  const alipay = await startAlipaySimulator({
    ...{ clock: systemClock, scheduler: systemScheduler() },
    ...{ merchant: { ...merchant, publicKey: shop.publicKey }, key: own.privateKey },
  });
  return {
    environment: {
      ALIPAY_APP_ID: merchant.appId,
      ALIPAY_SELLER_ID: merchant.sellerId,
      ALIPAY_PRIVATE_KEY: shop.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      ALIPAY_PUBLIC_KEY: own.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
      ALIPAY_GATEWAY: alipay.gateway,
      // Callbacks of this scenario are sent by the load: nobody pays at the simulator.
      ALIPAY_NOTIFY_URL: 'http://127.0.0.1/callbacks/alipay',
    },
    announcer: { ...merchant, privateKey: own.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() },
    stop: () => alipay.stop(),
  };
}
