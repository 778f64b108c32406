import { createPrivateKey, createPublicKey, createSecretKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { optionalText, type Setting, SettingsError, type SettingsOf, text } from '#runtime/settings/settings.ts';

/** What a merchant of WeChat Pay (APIv3) has, read and looked at. */
export interface WechatAccount {
  readonly merchantId: string;
  readonly appId: string;
  /** Of the merchant's API certificate: tells WeChat Pay which of our keys signed. */
  readonly certificateSerial: string;
  readonly privateKey: KeyObject;
  /** 32 bytes; decrypts callbacks and platform certificates. */
  readonly apiV3Key: KeyObject;
  /** WeChat Pay's public key (`PUB_KEY_ID_…`), where the merchant has gone over to it; platform certificates otherwise. */
  readonly platformKey: { readonly id: string; readonly key: KeyObject } | null;
  readonly apiUrl: string;
  readonly notifyUrl: string;
}

type Form<Value> = Pick<Setting<Value>, 'parse'> & { readonly secret?: boolean };

function optional<Value>(
  name: string,
  help: string,
  { parse, secret = false }: Form<Value>,
): Setting<Value | undefined> {
  return { ...optionalText(name, help, { secret }), parse };
}

function matching(pattern: RegExp, expected: string): Form<string> {
  return {
    parse(given) {
      if (!pattern.test(given)) throw new Error(`expected ${expected}`);
      return given;
    },
  };
}

/**
 * The text itself, or what the file holds that it is the path of. Nothing of it is told: what was meant as a key and is
 * mistaken for a path would be in the message.
 */
function inlineOrFile(given: string, isInline: (text: string) => boolean): string {
  // An environment that cannot hold line breaks has them as \n.
  const unescaped = given.includes('\\n') ? given.replaceAll('\\n', '\n') : given;
  if (isInline(unescaped)) return unescaped;
  try {
    return readFileSync(given, 'utf8');
  } catch {
    throw new Error('it is neither the key itself nor the path of a file that can be read');
  }
}

const isPem = (given: string): boolean => given.includes('-----BEGIN ');
const blockOf = (pem: string): string => /-----BEGIN ([A-Z0-9 ]+)-----/.exec(pem)?.[1] ?? '';

const privateKey: Form<KeyObject> = {
  secret: true,
  parse(given) {
    const pem = inlineOrFile(given, isPem);
    const block = blockOf(pem);
    if (block === 'CERTIFICATE') throw new Error('this is a certificate; the private key is in apiclient_key.pem');
    if (block.endsWith('PUBLIC KEY')) throw new Error('this is a public key; the private key is in apiclient_key.pem');
    return rsa(() => createPrivateKey(pem), 'expected an RSA private key in PEM form, as in apiclient_key.pem');
  },
};

/** Secret as well: what is put there by mistake may be. */
const publicKey: Form<KeyObject> = {
  secret: true,
  parse(given) {
    const pem = inlineOrFile(given, isPem);
    const block = blockOf(pem);
    if (block.endsWith('PRIVATE KEY'))
      throw new Error('this is a private key; WeChat Pay’s public key is in pub_key.pem');
    if (block === 'CERTIFICATE') throw new Error('this is a certificate; WeChat Pay’s public key is in pub_key.pem');
    return rsa(() => createPublicKey(pem), 'expected an RSA public key in PEM form, as in pub_key.pem');
  },
};

function rsa(make: () => KeyObject, expected: string): KeyObject {
  let key: KeyObject;
  try {
    key = make();
  } catch {
    throw new Error(expected);
  }
  if (key.asymmetricKeyType !== 'rsa') throw new Error(expected);
  if ((key.asymmetricKeyDetails?.modulusLength ?? 0) < 2048) throw new Error('an RSA key has at least 2048 bits');
  return key;
}

const apiV3Key: Form<string> = {
  secret: true,
  parse(given) {
    const is32Bytes = (key: string): boolean => Buffer.byteLength(key) === 32;
    const key = is32Bytes(given) || !/[./]/.test(given) ? given : inlineOrFile(given, is32Bytes).trim();
    if (!is32Bytes(key)) throw new Error(`expected 32 bytes, this has ${Buffer.byteLength(key)}`);
    return key;
  },
};

/** The serial as it is, or the certificate (apiclient_cert.pem) that it is read from. */
const certificateSerial: Form<string> = {
  secret: true,
  parse(given) {
    if (/^[0-9A-Fa-f]{16,40}$/.test(given)) return given.toUpperCase();
    const pem = inlineOrFile(given, isPem);
    if (blockOf(pem) !== 'CERTIFICATE')
      throw new Error('expected the serial number of apiclient_cert.pem, or that file');
    try {
      return new X509Certificate(pem).serialNumber.toUpperCase();
    } catch {
      throw new Error('expected a certificate in PEM form, as in apiclient_cert.pem');
    }
  },
};

const loopback = /^(localhost|127(\.\d+){3}|\[::1\])$/;

function httpsUrl(given: string): URL {
  const url = URL.canParse(given) ? new URL(given) : undefined;
  if (!url || !['https:', 'http:'].includes(url.protocol))
    throw new Error('expected a URL such as https://shop.example.com/…');
  if (url.protocol === 'http:' && !loopback.test(url.hostname)) throw new Error('expected https, not http');
  if (url.username !== '' || url.password !== '') throw new Error('expected a URL without user and password');
  return url;
}

const notifyUrl: Form<string> = {
  parse(given) {
    const url = httpsUrl(given);
    if (url.search !== '' || url.hash !== '' || given.includes('?')) {
      throw new Error('expected a URL without a query: WeChat Pay refuses it');
    }
    if (given.length > 255) throw new Error('expected at most 255 characters');
    return url.href;
  },
};

const apiUrl: Form<string> = {
  parse(given) {
    const url = httpsUrl(given);
    if (url.pathname !== '/' || url.search !== '') throw new Error('expected a host without a path');
    return url.origin;
  },
};

export const wechatSettings = {
  wechatMerchantId: optional(
    'WECHAT_MERCHANT_ID',
    'Merchant number (mchid); with it WeChat Pay is offered',
    matching(/^\d{6,32}$/, 'the digits of a merchant number, such as 1900000001'),
  ),
  wechatAppId: optional(
    'WECHAT_APP_ID',
    'The app (official account, mini program) that is bound to the merchant number',
    matching(/^wx[0-9a-zA-Z]{6,30}$/, 'an app id, such as wxd678efh567hg6787'),
  ),
  wechatMerchantSerial: optional(
    'WECHAT_MERCHANT_SERIAL',
    'Serial number of the merchant’s API certificate, or the path of apiclient_cert.pem',
    certificateSerial,
  ),
  wechatPrivateKey: optional('WECHAT_PRIVATE_KEY', 'Path of apiclient_key.pem, or the key itself', privateKey),
  wechatApiV3Key: optional('WECHAT_API_V3_KEY', 'The APIv3 key: 32 characters, or the path of a file', apiV3Key),
  wechatPublicKeyId: optional(
    'WECHAT_PUBLIC_KEY_ID',
    'Id of WeChat Pay’s public key (PUB_KEY_ID_…); without one platform certificates are fetched',
    matching(/^PUB_KEY_ID_[0-9A-Z]{8,64}$/, 'an id that begins with PUB_KEY_ID_'),
  ),
  wechatPublicKey: optional('WECHAT_PUBLIC_KEY', 'Path of WeChat Pay’s pub_key.pem, or the key itself', publicKey),
  wechatApiUrl: {
    ...text(
      'WECHAT_API_URL',
      'https://api.mch.weixin.qq.com',
      'WeChat Pay’s host; the backup is https://api2.mch.weixin.qq.com',
    ),
    ...apiUrl,
  },
  wechatNotifyUrl: optional(
    'WECHAT_NOTIFY_URL',
    'Where WeChat Pay reports payments and refunds: https, no query',
    notifyUrl,
  ),
};

/** The account, or undefined where WeChat Pay is not to be offered. Throws a SettingsError that names all that is missing. */
export function wechatAccount(values: SettingsOf<typeof wechatSettings>): WechatAccount | undefined {
  const { wechatMerchantId: merchantId, wechatAppId: appId, wechatMerchantSerial: certificateSerial } = values;
  const { wechatPrivateKey: privateKey, wechatApiV3Key, wechatNotifyUrl: notifyUrl, wechatApiUrl: apiUrl } = values;
  const { wechatPublicKeyId: id, wechatPublicKey: key } = values;
  const needed = { merchantId, appId, certificateSerial, privateKey, wechatApiV3Key, notifyUrl };
  if (Object.values({ ...needed, id, key }).every((value) => value === undefined)) return undefined;
  if (!merchantId || !appId || !certificateSerial || !privateKey || !wechatApiV3Key || !notifyUrl) {
    const names = ['MERCHANT_ID', 'APP_ID', 'MERCHANT_SERIAL', 'PRIVATE_KEY', 'API_V3_KEY', 'NOTIFY_URL'];
    const missing = names.filter((_name, index) => !Object.values(needed)[index]).map((name) => `WECHAT_${name}`);
    throw new SettingsError(`WeChat Pay is not set up: ${missing.join(', ')} missing`);
  }
  if ((id === undefined) !== (key === undefined)) {
    const missing = id === undefined ? 'WECHAT_PUBLIC_KEY_ID' : 'WECHAT_PUBLIC_KEY';
    throw new SettingsError(`WeChat Pay’s public key needs both its id and the key: ${missing} missing`);
  }
  if (notifyUrl.startsWith('http:') && !apiUrl.startsWith('http:')) {
    throw new SettingsError('WECHAT_NOTIFY_URL: expected https, not http: WeChat Pay reports to nobody else');
  }
  const samePair = key?.equals(createPublicKey(privateKey));
  if (samePair)
    throw new SettingsError('WECHAT_PUBLIC_KEY: this is the merchant’s own key; WeChat Pay’s is in pub_key.pem');
  return {
    ...{ merchantId, appId, certificateSerial, privateKey, notifyUrl, apiUrl },
    apiV3Key: createSecretKey(Buffer.from(wechatApiV3Key)),
    platformKey: id && key ? { id, key } : null,
  };
}
