import type { KeyObject } from 'node:crypto';
import { duration, optionalText, type Setting, SettingsError, type SettingsOf } from '#runtime/settings/settings.ts';
import { privateKeyFrom, publicKeyFrom } from './keys.ts';
import { type AlipaySettings, isLoopback } from './merchant.ts';

const appId: Setting<string | undefined> = {
  ...optionalText('ALIPAY_APP_ID', 'App at Alipay, for instance 2021000123456789; without one Alipay is not offered'),
  parse: digits(/^\d{16}$/, 'expected the sixteen digits of an app (APPID)'),
};

const sellerId: Setting<string | undefined> = {
  ...optionalText('ALIPAY_SELLER_ID', 'The merchant’s number at Alipay (PID), for instance 2088000123456789'),
  parse: digits(/^2088\d{12}$/, 'expected the sixteen digits of a merchant (PID), which begin with 2088'),
};

const privateKey: Setting<KeyObject | undefined> = {
  ...optionalText('ALIPAY_PRIVATE_KEY', 'Private key of the app: PEM, base64, or the path of a file', { secret: true }),
  parse: privateKeyFrom,
};

const publicKey: Setting<KeyObject | undefined> = {
  // Not a secret, but what is put here by mistake may be one.
  ...optionalText('ALIPAY_PUBLIC_KEY', 'Public key of Alipay, not of the app: PEM, base64, or the path of a file', {
    secret: true,
  }),
  parse: publicKeyFrom,
};

const gateway: Setting<string> = {
  name: 'ALIPAY_GATEWAY',
  help: 'Gateway of Alipay; the sandbox has another',
  default: 'https://openapi.alipay.com/gateway.do',
  parse: (given) => safeUrl(given, 'expected an https address such as https://openapi.alipay.com/gateway.do'),
};

const notifyUrl: Setting<string | undefined> = {
  ...optionalText('ALIPAY_NOTIFY_URL', 'Where Alipay tells of payments: https, reached from the internet'),
  parse: (given) => safeUrl(given, 'expected an https address without a query, of at most 256 characters'),
};

export const alipaySettings = {
  appId,
  sellerId,
  privateKey,
  publicKey,
  gateway,
  notifyUrl,
  timeoutMostMs: duration('ALIPAY_TIMEOUT', '10s', 'Longest wait for an answer of Alipay'),
};

/** What a merchant has to fill in; undefined where nothing is, and Alipay is not offered. Throws where only part of it is. */
export function readAlipay(values: SettingsOf<typeof alipaySettings>): AlipaySettings | undefined {
  const needed = { appId, sellerId, privateKey, publicKey, notifyUrl };
  const names = Object.entries(needed).map(([key, { name }]) => [key as keyof typeof needed, name] as const);
  const missing = names.filter(([key]) => values[key] === undefined).map(([, name]) => name);
  if (missing.length === names.length) return undefined;
  const { appId: app, sellerId: seller, privateKey: ours, publicKey: theirs, notifyUrl: url } = values;
  if (!app || !seller || !ours || !theirs || !url) {
    throw new SettingsError(
      `Alipay lacks ${missing.join(', ')}: set it, or none of ${names.map(([, name]) => name).join(', ')}`,
    );
  }
  const { gateway: gatewayUrl, timeoutMostMs } = values;
  return {
    ...{ appId: app, sellerId: seller, privateKey: ours, alipayPublicKey: theirs, notifyUrl: url },
    ...{ gateway: gatewayUrl, timeoutMostMs },
  };
}

function digits(form: RegExp, expected: string): (given: string) => string {
  return (given) => {
    if (!form.test(given)) throw new Error(expected);
    return given;
  };
}

/** Plain http only on this machine, for the simulator. */
function safeUrl(given: string, expected: string): string {
  const url = URL.canParse(given) ? new URL(given) : undefined;
  const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(given));
  if (!url || !isSafe || url.search || url.hash || url.username || url.password || given.length > 256) {
    throw new Error(expected);
  }
  return given;
}
