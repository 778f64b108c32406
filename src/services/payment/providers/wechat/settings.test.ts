import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readSettings, SettingsError } from '#runtime/settings/settings.ts';
import { selfSigned } from '../../../../../simulators/wechat/certificate.ts';
import { wechatAccount, wechatSettings } from './settings.ts';

const own = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const theirs = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const short = generateKeyPairSync('rsa', { modulusLength: 1_024 });
const curve = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const pem = (key: typeof own.privateKey): string =>
  key.export({ type: key.type === 'private' ? 'pkcs8' : 'spki', format: 'pem' }).toString();
const serial = '4F5A3D1B7C2E6A9081B2C3D4E5F60718293A4B5C';
const certificate = selfSigned({ commonName: 'shop', serial, from: 0, until: Date.UTC(2030, 0), ...own });

const folder = mkdtempSync(join(tmpdir(), 'suanpan-wechat-'));
afterAll(() => rmSync(folder, { recursive: true }));
function file(name: string, content: string): string {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
}

const apiV3Key = 'ApiV3KeyOfThirtyTwoCharacters123';
const complete = {
  WECHAT_MERCHANT_ID: '1900000001',
  WECHAT_APP_ID: 'wxd678efh567hg6787',
  WECHAT_MERCHANT_SERIAL: serial,
  WECHAT_PRIVATE_KEY: pem(own.privateKey),
  WECHAT_API_V3_KEY: apiV3Key,
  WECHAT_NOTIFY_URL: 'https://shop.example.com/v1/callbacks/wechat',
};
const withPublicKey = { WECHAT_PUBLIC_KEY_ID: 'PUB_KEY_ID_0119000000012026', WECHAT_PUBLIC_KEY: pem(theirs.publicKey) };
const account = (environment: Readonly<Record<string, string | undefined>>) =>
  wechatAccount(readSettings(wechatSettings, environment));

describe('the settings of WeChat Pay', () => {
  test('are none where nothing is given: it is not offered', () => {
    expect(account({})).toBeUndefined();
  });

  test('make an account that asks the real host', () => {
    expect(account(complete)).toMatchObject({
      ...{
        merchantId: '1900000001',
        certificateSerial: serial,
        apiUrl: 'https://api.mch.weixin.qq.com',
        platformKey: null,
      },
    });
    expect(account({ ...complete, ...withPublicKey })?.platformKey?.id).toBe('PUB_KEY_ID_0119000000012026');
  });

  test('take keys from files, on one line, and the serial from the certificate', () => {
    const read = account({
      ...complete,
      ...withPublicKey,
      WECHAT_PRIVATE_KEY: file('apiclient_key.pem', pem(own.privateKey)),
      WECHAT_PUBLIC_KEY: pem(theirs.publicKey).replaceAll('\n', '\\n'),
      WECHAT_MERCHANT_SERIAL: file('apiclient_cert.pem', certificate),
      WECHAT_API_V3_KEY: file('key.txt', `${apiV3Key}`),
    });
    expect(read?.privateKey.equals(own.privateKey)).toBe(true);
    expect(read?.platformKey?.key.equals(theirs.publicKey)).toBe(true);
    expect(read?.certificateSerial).toBe(serial);
    expect(read?.apiV3Key.export().toString()).toBe(apiV3Key);
  });

  test.each(Object.keys(complete))('without %s say so', (name) => {
    expect(() => account({ ...complete, [name]: undefined })).toThrow(SettingsError);
    expect(() => account({ ...complete, [name]: undefined })).toThrow(`WeChat Pay is not set up: ${name} missing`);
  });

  test('name all that is missing at once', () => {
    const some = () => account({ WECHAT_MERCHANT_ID: '1900000001' });
    expect(some).toThrow(
      'WECHAT_APP_ID, WECHAT_MERCHANT_SERIAL, WECHAT_PRIVATE_KEY, WECHAT_API_V3_KEY, WECHAT_NOTIFY_URL',
    );
  });

  test.each(Object.keys(withPublicKey))('with a public key want %s too', (name) => {
    expect(() => account({ ...complete, ...withPublicKey, [name]: undefined })).toThrow(`${name} missing`);
  });

  test.each([
    ['WECHAT_MERCHANT_ID', 'shop', 'the digits of a merchant number'],
    ['WECHAT_APP_ID', 'd678efh567hg6787', 'an app id'],
    ['WECHAT_MERCHANT_SERIAL', 'serial', 'neither the key itself nor the path'],
    ['WECHAT_MERCHANT_SERIAL', pem(own.publicKey), 'the serial number of apiclient_cert.pem'],
    ['WECHAT_PRIVATE_KEY', certificate, 'this is a certificate; the private key is in apiclient_key.pem'],
    ['WECHAT_PRIVATE_KEY', pem(own.publicKey), 'this is a public key; the private key is in apiclient_key.pem'],
    ['WECHAT_PRIVATE_KEY', pem(curve.privateKey), 'an RSA private key'],
    ['WECHAT_PRIVATE_KEY', pem(short.privateKey), 'at least 2048 bits'],
    [
      'WECHAT_PRIVATE_KEY',
      '-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----',
      'an RSA private key in PEM form',
    ],
    ['WECHAT_PRIVATE_KEY', '/nowhere/apiclient_key.pem', 'nor the path of a file that can be read'],
    ['WECHAT_API_V3_KEY', apiV3Key.slice(1), 'expected 32 bytes, this has 31'],
    ['WECHAT_API_V3_KEY', '茶'.repeat(32), 'expected 32 bytes, this has 96'],
    ['WECHAT_PUBLIC_KEY_ID', '0119000000012026', 'begins with PUB_KEY_ID_'],
    ['WECHAT_PUBLIC_KEY', pem(theirs.privateKey), 'this is a private key'],
    ['WECHAT_PUBLIC_KEY', certificate, 'this is a certificate'],
    ['WECHAT_PUBLIC_KEY', pem(own.publicKey), 'this is the merchant’s own key'],
    ['WECHAT_NOTIFY_URL', 'http://shop.example.com/x', 'expected https, not http'],
    ['WECHAT_NOTIFY_URL', 'http://127.0.0.1:8080/x', 'expected https, not http'],
    ['WECHAT_NOTIFY_URL', 'https://shop.example.com/x?y=1', 'without a query'],
    ['WECHAT_NOTIFY_URL', 'https://shop.example.com/x?', 'without a query'],
    ['WECHAT_NOTIFY_URL', 'https://ann:pot@shop.example.com/x', 'without user and password'],
    ['WECHAT_NOTIFY_URL', `https://shop.example.com/${'x'.repeat(255)}`, 'at most 255'],
    ['WECHAT_NOTIFY_URL', 'shop', 'expected a URL'],
    ['WECHAT_API_URL', 'https://api.mch.weixin.qq.com/v3', 'a host without a path'],
    ['WECHAT_API_URL', 'http://api.mch.weixin.qq.com', 'expected https, not http'],
  ])('with a wrong %s say what was expected (%#)', (name, value, expected) => {
    const wrong = () => account({ ...complete, ...withPublicKey, [name]: value });
    expect(wrong).toThrow(SettingsError);
    expect(wrong).toThrow(name);
    expect(wrong).toThrow(expected);
  });

  test('allow http between programs of one machine only', () => {
    const local = { WECHAT_API_URL: 'http://127.0.0.1:4001', WECHAT_NOTIFY_URL: 'http://localhost:8080/callbacks' };
    expect(account({ ...complete, ...local })?.notifyUrl).toBe('http://localhost:8080/callbacks');
  });

  test('tell nothing of a key, wherever it was put', () => {
    const key = pem(own.privateKey);
    const part = key.split('\n')[5] ?? '';
    for (const name of ['WECHAT_PUBLIC_KEY', 'WECHAT_MERCHANT_SERIAL', 'WECHAT_API_V3_KEY']) {
      expect(() => account({ ...complete, [name]: key })).toThrow(SettingsError);
      expect(() => account({ ...complete, [name]: key })).not.toThrow(part);
    }
    for (const given of [key.slice(0, 900), key.replaceAll('\n', ''), part, `${apiV3Key}x`]) {
      for (const name of ['WECHAT_PRIVATE_KEY', 'WECHAT_API_V3_KEY']) {
        expect(() => account({ ...complete, [name]: given })).toThrow(SettingsError);
        expect(() => account({ ...complete, [name]: given })).not.toThrow('ApiV3KeyOf');
        expect(() => account({ ...complete, [name]: given })).not.toThrow(part);
      }
    }
  });
});
