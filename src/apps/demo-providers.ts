import { generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
import { systemRandom } from '#runtime/seams/random.ts';
import { systemScheduler } from '#runtime/seams/scheduler.ts';
import { systemClock } from '#runtime/seams/system-time.ts';
import { startAlipaySimulator } from '../../simulators/alipay/simulator.ts';
import { startStripeSimulator } from '../../simulators/stripe/simulator.ts';
import { startWechatSimulator } from '../../simulators/wechat/wechat.ts';
import type { Closings } from './closings.ts';
import type { Environment } from './settings.ts';

/** Where a person pays at a provider that is played here. */
export interface Phone {
  readonly provider: string;
  /** As it stands in the names of settings. */
  readonly method: string;
  readonly url: string;
}

interface Played {
  readonly environment: Environment;
  readonly phone: Phone;
  stop(): Promise<void>;
}

const seams = () => ({ clock: systemClock, scheduler: systemScheduler(), random: systemRandom() });

/** By the beginning of its settings; who has set one of these has a merchant's account of their own. */
const players: Readonly<Record<string, (shopUrl: string) => Promise<Played>>> = {
  WECHAT_: playWechat,
  ALIPAY_: playAlipay,
  STRIPE_: playStripe,
};

/**
 * Plays the providers that nobody has keys for, on the loopback interface, so that the demo shop can be paid by every method. The
 * keys are made anew each time, and so are the providers' books.
 */
export async function playProviders(
  shopUrl: string,
  given: Environment,
  closings: Closings,
): Promise<{ readonly environment: Environment; readonly phones: readonly Phone[] }> {
  const isSet = (prefix: string) => Object.entries(given).some(([name, value]) => name.startsWith(prefix) && value);
  const wanted = Object.entries(players).filter(([prefix]) => !isSet(prefix));
  const played = await Promise.all(wanted.map(([, play]) => play(shopUrl)));
  closings.add(async () => {
    await Promise.all(played.map(({ stop }) => stop()));
  });
  return {
    environment: Object.assign({}, ...played.map(withPhone)) as Environment,
    phones: played.map(({ phone }) => phone),
  };
}

const phoneOf = (provider: string, method: string, url: string): Phone => ({
  provider,
  method,
  url: `${url}/_simulator/phone`,
});

/** So that the shop can send a buyer to the page of their own charge. */
const withPhone = ({ environment, phone }: Played): Environment => ({
  ...environment,
  [`DEMO_PHONE_${phone.method}`]: phone.url,
});

async function playWechat(shopUrl: string): Promise<Played> {
  const wechat = await startWechatSimulator(seams());
  const environment = { ...wechat.environment, WECHAT_NOTIFY_URL: `${shopUrl}/callbacks/wechat` };
  return { environment, phone: phoneOf('WeChat Pay', 'WECHAT', wechat.url), stop: () => wechat.stop() };
}

async function playAlipay(shopUrl: string): Promise<Played> {
  const makeKeys = () => promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  const [app, own] = await Promise.all([makeKeys(), makeKeys()]);
  const merchant = { appId: '2021000123456789', sellerId: '2088000123456789', publicKey: app.publicKey };
  const alipay = await startAlipaySimulator({ ...seams(), merchant, key: own.privateKey });
  const environment = {
    ALIPAY_APP_ID: merchant.appId,
    ALIPAY_SELLER_ID: merchant.sellerId,
    ALIPAY_PRIVATE_KEY: app.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    ALIPAY_PUBLIC_KEY: own.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    ALIPAY_GATEWAY: alipay.gateway,
    ALIPAY_NOTIFY_URL: `${shopUrl}/callbacks/alipay`,
  };
  return { environment, phone: phoneOf('Alipay', 'ALIPAY', alipay.url), stop: () => alipay.stop() };
}

async function playStripe(shopUrl: string): Promise<Played> {
  const bytes = new Uint8Array(24);
  systemRandom().bytes(bytes);
  const secret = `whsec_${Buffer.from(bytes).toString('hex')}`;
  const webhooks = [{ url: `${shopUrl}/callbacks/stripe`, secrets: [secret], events: ['*'] }];
  const stripe = await startStripeSimulator({ ...seams(), webhooks });
  const environment = {
    STRIPE_SECRET_KEY: stripe.account.secretKey,
    STRIPE_PUBLISHABLE_KEY: stripe.account.publishableKey,
    STRIPE_WEBHOOK_SECRET: secret,
    STRIPE_API_URL: stripe.url,
  };
  return { environment, phone: phoneOf('Cards', 'CARD', stripe.url), stop: () => stripe.stop() };
}
