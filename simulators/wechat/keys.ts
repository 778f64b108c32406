import { createCipheriv, generateKeyPair, type KeyObject, sign } from 'node:crypto';
import { promisify } from 'node:util';
import type { Instant } from '#kernel/clock.ts';
import type { Random } from '#runtime/seams/random.ts';
import { selfSigned } from './certificate.ts';

export interface KeyPair {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

/** Making RSA keys takes a while: whoever starts many simulators makes them once. */
export interface WechatKeys {
  /** Of the merchant's API certificate. */
  readonly merchant: KeyPair;
  /** Behind the `PUB_KEY_ID_…`. */
  readonly platform: KeyPair;
  /** Of the platform certificates: the one in use first. */
  readonly certificates: readonly KeyPair[];
  /** Nobody's. */
  readonly stranger: KeyPair;
}

const generate = promisify(generateKeyPair);
export const makeKeyPair = (): Promise<KeyPair> => generate('rsa', { modulusLength: 2_048 });

export async function makeWechatKeys(): Promise<WechatKeys> {
  const [merchant, platform, first, second, stranger] = await Promise.all(
    Array.from({ length: 5 }, () => makeKeyPair()) as [Promise<KeyPair>, ...Promise<KeyPair>[]],
  );
  if (!platform || !first || !second || !stranger) throw new Error('too few keys');
  return { merchant, platform, certificates: [first, second], stranger };
}

const certificateForMs = 5 * 365 * 86_400_000;

export interface PlatformCertificate extends KeyPair {
  readonly serial: string;
  readonly pem: string;
  readonly from: Instant;
  readonly until: Instant;
}

/** The keys with which the platform signs, and the way it signs and seals. */
export class Identity {
  readonly publicKeyId = 'PUB_KEY_ID_0119000000012026010100000000000001';
  readonly keys: WechatKeys;
  readonly #random: Random;
  /** The one in use, then those that still count. */
  #certificates: readonly PlatformCertificate[];

  constructor(keys: WechatKeys, random: Random, now: Instant) {
    const [first] = keys.certificates;
    if (!first) throw new Error('a platform has a certificate');
    this.keys = keys;
    this.#random = random;
    this.#certificates = [this.#certificate(first, now)];
  }

  get certificates(): readonly PlatformCertificate[] {
    return this.#certificates;
  }

  get current(): PlatformCertificate {
    const [current] = this.#certificates;
    if (!current) throw new Error('a platform has a certificate');
    return current;
  }

  /** A new certificate takes over. The old one is given out beside it until it is withdrawn. */
  rotate(now: Instant, options: { readonly withdrawOld: boolean }): void {
    const next = this.keys.certificates.find((pair) =>
      this.#certificates.every((known) => known.publicKey !== pair.publicKey),
    );
    const made = this.#certificate(next ?? this.current, now);
    this.#certificates = options.withdrawOld ? [made] : [made, ...this.#certificates];
  }

  /** The four headers that sign a body: `timestamp\nnonce\nbody\n`, SHA256 with RSA. */
  signed(
    body: Uint8Array | string,
    now: Instant,
    serial: string,
    by = this.#privateKey(serial),
  ): Record<string, string> {
    const [timestamp, nonce] = [String(Math.floor(now / 1_000)), this.nonce(32)];
    const message = Buffer.concat([Buffer.from(`${timestamp}\n${nonce}\n`), Buffer.from(body), Buffer.from('\n')]);
    return {
      'Wechatpay-Timestamp': timestamp,
      'Wechatpay-Nonce': nonce,
      'Wechatpay-Signature': sign('RSA-SHA256', message, by).toString('base64'),
      'Wechatpay-Serial': serial,
      'Wechatpay-Signature-Type': 'WECHATPAY2-SHA256-RSA2048',
    };
  }

  knows(serial: string): boolean {
    return serial === this.publicKeyId || this.#certificates.some((certificate) => certificate.serial === serial);
  }

  /** AEAD_AES_256_GCM as in callbacks and certificates: the tag follows the ciphertext. */
  sealed(text: string, key: string, associatedData: string): Record<string, string> {
    const nonce = this.nonce(12);
    const cipher = createCipheriv('aes-256-gcm', Buffer.from(key), Buffer.from(nonce)).setAAD(
      Buffer.from(associatedData),
    );
    const parts = [cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()];
    const ciphertext = Buffer.concat(parts).toString('base64');
    return { algorithm: 'AEAD_AES_256_GCM', ciphertext, nonce, associated_data: associatedData };
  }

  nonce(length: number): string {
    const bytes = new Uint8Array(length);
    this.#random.bytes(bytes);
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
    return Array.from(bytes, (byte) => alphabet[byte % alphabet.length]).join('');
  }

  digits(length: number): string {
    const bytes = new Uint8Array(length);
    this.#random.bytes(bytes);
    return Array.from(bytes, (byte) => byte % 10).join('');
  }

  #privateKey(serial: string): KeyObject {
    if (serial === this.publicKeyId) return this.keys.platform.privateKey;
    return (this.#certificates.find((known) => known.serial === serial) ?? this.current).privateKey;
  }

  #certificate(pair: KeyPair, now: Instant): PlatformCertificate {
    const bytes = new Uint8Array(20);
    this.#random.bytes(bytes);
    const serial = `5${Buffer.from(bytes).toString('hex').slice(1)}`.toUpperCase();
    const [from, until] = [now - 60_000, now + certificateForMs];
    const pem = selfSigned({ commonName: 'Tenpay.com Simulator', serial, from, until, ...pair });
    return { ...pair, serial, pem, from, until };
  }
}
