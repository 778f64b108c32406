import { createSecretKey, X509Certificate } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { PlatformKeys, unseal } from './platform-keys.ts';
import { notification, sealed, sealedCertificate } from './testing/client-made.ts';

const { signed, body } = notification;
const certificate = new X509Certificate(notification.certificate);
const signedAt = Number(signed.timestamp) * 1_000;
const bytes = Buffer.from(body);

function knowing(): PlatformKeys {
  const keys = new PlatformKeys({ platformKey: null });
  keys.replace(new Map([[signed.serial, certificate]]));
  return keys;
}

describe('the signature of a notification, made by the client', () => {
  test('is genuine', () => {
    expect(knowing().judge(signed, bytes, signedAt)).toBe('genuine');
  });

  test('is as genuine under the public key’s id', () => {
    const id = 'PUB_KEY_ID_0100000000';
    const keys = new PlatformKeys({ platformKey: { id, key: certificate.publicKey } });
    expect(keys.judge({ ...signed, serial: id }, bytes, signedAt)).toBe('genuine');
    expect(keys.areWanted).toBe(false);
  });

  test.each([
    ['another body', signed, Buffer.from(body.replace('支付', '支出'))],
    ['another time', { ...signed, timestamp: String(Number(signed.timestamp) + 1) }, bytes],
    ['another nonce', { ...signed, nonce: 'EcZ9Cmy4Xyx1i6RlJQzLcCyEqDa26NBZ' }, bytes],
    [
      'another signature',
      { ...signed, signature: signed.signature.replace(/^./, (first) => (first === 'A' ? 'B' : 'A')) },
      bytes,
    ],
    ['no base64', { ...signed, signature: 'x' }, bytes],
  ])('is forged with %s', (_what, given, given2) => {
    expect(knowing().judge(given, given2, signedAt)).toBe('forged');
  });

  test.each([
    [-300_000, 'genuine'],
    [300_000, 'genuine'],
    [-301_000, 'stale'],
    [301_000, 'stale'],
  ])('%d ms from now is %s', (offMs, verdict) => {
    expect(knowing().judge(signed, bytes, signedAt + offMs)).toBe(verdict);
  });

  test('is of an unknown serial once the certificate is over', () => {
    expect(knowing().judge(signed, bytes, certificate.validToDate.getTime())).toBe('unknown serial');
  });

  test('under a serial that is not known makes certificates wanted', () => {
    const keys = knowing();
    expect(keys.areWanted).toBe(false);
    expect(keys.judge({ ...signed, serial: '0123456789ABCDEF' }, bytes, signedAt)).toBe('unknown serial');
    expect(keys.areWanted).toBe(true);
  });

  test('under the id of a public key that is not known does not: certificates would not have it', () => {
    const keys = knowing();
    keys.judge({ ...signed, serial: 'PUB_KEY_ID_0199999999' }, bytes, signedAt);
    expect(keys.areWanted).toBe(false);
  });
});

describe('AEAD_AES_256_GCM', () => {
  const ask = ({ ciphertext, nonce, associatedData }: (typeof sealed)[number]) => ({
    ...{ algorithm: 'AEAD_AES_256_GCM', ciphertext, nonce, associated_data: associatedData },
  });
  const keyOf = (text: string) => createSecretKey(Buffer.from(text));

  test.each(sealed)('opens a ciphertext of $text that the client made', (vector) => {
    expect(unseal(ask(vector), keyOf(vector.key))?.toString()).toBe(vector.text);
  });

  test('opens a platform certificate that the client sealed', () => {
    const pem = unseal(sealedCertificate.sealed, keyOf(sealedCertificate.key));
    expect(new X509Certificate(pem ?? '').serialNumber).toBe(sealedCertificate.serial);
  });

  test.each(sealed)('does not open what was changed ($text)', (vector) => {
    const key = keyOf(vector.key);
    expect(unseal({ ...ask(vector), associated_data: 'w0rld' }, key)).toBeUndefined();
    expect(unseal({ ...ask(vector), nonce: '0123456789aB' }, key)).toBeUndefined();
    expect(
      unseal(
        { ...ask(vector), ciphertext: vector.ciphertext.replace(/^./, (first) => (first === 'A' ? 'B' : 'A')) },
        key,
      ),
    ).toBeUndefined();
    expect(unseal(ask(vector), keyOf('f'.repeat(32)))).toBeUndefined();
  });

  test.each([
    ['another algorithm', { algorithm: 'AEAD_SM4_GCM' }],
    // Node takes short tags: four bytes can be guessed.
    [
      'a tag that was cut short',
      {
        ciphertext: Buffer.from(sealed[1]?.ciphertext ?? '', 'base64')
          .subarray(0, 9)
          .toString('base64'),
      },
    ],
    ['nothing', { ciphertext: '' }],
    ['no nonce', { nonce: '' }],
  ])('does not open %s', (_what, change) => {
    const vector = sealed[1];
    if (!vector) throw new Error('no vector');
    expect(unseal({ ...ask(vector), ...change }, keyOf(vector.key))).toBeUndefined();
  });
});
