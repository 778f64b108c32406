import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readSettings } from '#runtime/settings/settings.ts';
import { alipayKeys, appKeys } from '../../../../../simulators/alipay/testing/stage.ts';
import { alipaySettings, readAlipay } from './settings.ts';

const pem = (key: KeyObject, type: 'pkcs1' | 'pkcs8' | 'spki') =>
  key.export({ type, format: 'pem' } as never).toString();
const bare = (text: string) => text.replace(/-----[^-]+-----|\s/g, '');
const privatePem = pem(appKeys.privateKey, 'pkcs8');
const publicPem = pem(alipayKeys.publicKey, 'spki');
const folder = mkdtempSync(join(tmpdir(), 'alipay-settings-'));
afterAll(() => rmSync(folder, { recursive: true }));

const whole = {
  ALIPAY_APP_ID: '2021000123456789',
  ALIPAY_SELLER_ID: '2088000123456789',
  ALIPAY_PRIVATE_KEY: privatePem,
  ALIPAY_PUBLIC_KEY: publicPem,
  ALIPAY_NOTIFY_URL: 'https://shop.example/v1/callbacks/alipay',
};
const read = (environment: Readonly<Record<string, string>>) => readAlipay(readSettings(alipaySettings, environment));
const file = (name: string, content: string): string => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};
const certificate = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----';

/** What is thrown, which must not hold a line of a key. */
function complaint(environment: Readonly<Record<string, string>>): string {
  try {
    read(environment);
  } catch (error) {
    const text = String(error);
    for (const key of [privatePem, publicPem, ...Object.values(environment)]) {
      for (const line of key.split('\n').filter((part) => part.length > 40 && !part.includes('://')))
        expect(text).not.toContain(line);
    }
    return text;
  }
  return '';
}

describe('the merchant at Alipay', () => {
  test('is none where nothing is set', () => {
    expect(read({})).toBeUndefined();
  });

  test('has the real gateway unless told otherwise', () => {
    expect(read(whole)).toMatchObject({
      appId: '2021000123456789',
      gateway: 'https://openapi.alipay.com/gateway.do',
      timeoutMostMs: 10_000,
    });
  });

  test.each(Object.keys(whole))('lacks %s by name', (name) => {
    const { [name as keyof typeof whole]: _left, ...rest } = whole;
    expect(complaint(rest)).toContain(`Alipay lacks ${name}`);
  });

  test.each([
    ['PEM', privatePem, publicPem],
    ['PKCS#1', pem(appKeys.privateKey, 'pkcs1'), publicPem],
    ['bare base64, as the key tool shows it', bare(privatePem), bare(publicPem)],
    ['bare base64 of PKCS#1', bare(pem(appKeys.privateKey, 'pkcs1')), bare(publicPem)],
    ['files', file('app.pem', privatePem), file('alipay.txt', bare(publicPem))],
  ])('may have keys as %s', (_form, privateKey, publicKey) => {
    const settings = read({ ...whole, ALIPAY_PRIVATE_KEY: privateKey, ALIPAY_PUBLIC_KEY: publicKey });
    expect(settings?.privateKey.equals(appKeys.privateKey)).toBe(true);
    expect(settings?.alipayPublicKey.equals(alipayKeys.publicKey)).toBe(true);
  });

  test.each([
    ['ALIPAY_APP_ID', '2088', 'sixteen digits of an app'],
    ['ALIPAY_SELLER_ID', '2021000123456789', 'begin with 2088'],
    ['ALIPAY_NOTIFY_URL', 'http://shop.example/callbacks', 'https'],
    ['ALIPAY_NOTIFY_URL', 'https://shop.example/callbacks?shop=1', 'without a query'],
    ['ALIPAY_GATEWAY', 'http://openapi.alipay.com/gateway.do', 'https'],
    ['ALIPAY_GATEWAY', 'openapi.alipay.com', 'https'],
    ['ALIPAY_TIMEOUT', '10', 'duration'],
    ['ALIPAY_PRIVATE_KEY', certificate, 'this is a certificate'],
    ['ALIPAY_PRIVATE_KEY', publicPem, 'this is a public key'],
    ['ALIPAY_PRIVATE_KEY', privatePem.slice(0, 200), 'private key of the app'],
    ['ALIPAY_PRIVATE_KEY', bare(privatePem).slice(0, 400), 'private key of the app'],
    ['ALIPAY_PRIVATE_KEY', '/nowhere/app.pem', 'a file that can be read (ENOENT)'],
    ['ALIPAY_PRIVATE_KEY', file('empty', ''), 'private key of the app'],
    ['ALIPAY_PUBLIC_KEY', privatePem, 'this is a private key'],
    ['ALIPAY_PUBLIC_KEY', certificate, 'this is a certificate'],
    ['ALIPAY_PUBLIC_KEY', bare(privatePem), 'public key of Alipay'],
  ])('cannot have a %s like %j', (name, value, why) => {
    const text = complaint({ ...whole, [name]: value });
    expect(text).toContain(why);
    expect(text).toContain(name);
  });

  test.each([
    ['of another kind', pem(generateKeyPairSync('ed25519').privateKey, 'pkcs8'), 'RSA'],
    ['that is too short', pem(generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey, 'pkcs8'), '2048 bits'],
    [
      'under a password',
      appKeys.privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' }).toString(),
      'no password',
    ],
  ])('cannot have a key %s', (_kind, key, why) => {
    expect(complaint({ ...whole, ALIPAY_PRIVATE_KEY: key })).toContain(why);
  });

  test('may be on this machine, for the simulator', () => {
    const local = {
      ALIPAY_GATEWAY: 'http://127.0.0.1:9000/gateway.do',
      ALIPAY_NOTIFY_URL: 'http://localhost:8080/v1/callbacks/alipay',
    };
    expect(read({ ...whole, ...local })).toMatchObject({
      gateway: local.ALIPAY_GATEWAY,
      notifyUrl: local.ALIPAY_NOTIFY_URL,
    });
  });
});
