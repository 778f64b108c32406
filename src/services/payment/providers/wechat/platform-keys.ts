import { createDecipheriv, type KeyObject, verify, type X509Certificate } from 'node:crypto';
import type { Instant } from '#kernel/clock.ts';
import type { WechatAccount } from './settings.ts';

/** The headers that sign an answer or a callback. */
export interface Signed {
  readonly timestamp: string;
  readonly nonce: string;
  readonly serial: string;
  readonly signature: string;
}

export type Verdict = 'genuine' | 'stale' | 'unknown serial' | 'forged';

/** Their clock and ours may be this far apart; what is older may be a repeat by somebody who listened. */
const windowMs = 300_000;

/** What was signed with SHA256-RSA (PKCS #1 v1.5): three lines, the last of them the body as it came. */
export function isSignedBy(key: KeyObject, { timestamp, nonce, signature }: Signed, body: Uint8Array): boolean {
  const message = Buffer.concat([Buffer.from(`${timestamp}\n${nonce}\n`), body, Buffer.from('\n')]);
  return verify('RSA-SHA256', message, key, Buffer.from(signature, 'base64'));
}

interface Certificate {
  readonly key: KeyObject;
  readonly validUntil: Instant;
}

/**
 * The keys by which WeChat Pay is known: the public key of the settings, and platform certificates, which come and go. While
 * a merchant goes over from one to the other both are in use, so the serial decides, not the mode.
 */
export class PlatformKeys {
  readonly #publicKey: WechatAccount['platformKey'];
  readonly #certificates = new Map<string, Certificate>();
  #isWanted: boolean;

  constructor({ platformKey }: Pick<WechatAccount, 'platformKey'>) {
    this.#publicKey = platformKey;
    this.#isWanted = platformKey === null;
  }

  /** Certificates are to be asked for: there are none, or something came that is signed with one that is not known here. */
  get areWanted(): boolean {
    return this.#isWanted;
  }

  get certificates(): ReadonlyMap<string, { readonly validUntil: Instant }> {
    return this.#certificates;
  }

  judge(signed: Signed, body: Uint8Array, now: Instant): Verdict {
    const key = this.#keyOf(signed.serial, now);
    if (!key) {
      this.#isWanted ||= !signed.serial.startsWith('PUB_KEY_ID_');
      return 'unknown serial';
    }
    if (!isSignedBy(key, signed, body)) return 'forged';
    const isFresh = /^\d{1,11}$/.test(signed.timestamp) && Math.abs(Number(signed.timestamp) * 1_000 - now) <= windowMs;
    return isFresh ? 'genuine' : 'stale';
  }

  /** Takes the place of all certificates known until now; those that are over by the clock are never taken. */
  replace(certificates: ReadonlyMap<string, X509Certificate>): void {
    this.#certificates.clear();
    for (const [serial, certificate] of certificates) {
      this.#certificates.set(serial, { key: certificate.publicKey, validUntil: certificate.validToDate.getTime() });
    }
    this.#isWanted = false;
  }

  #keyOf(serial: string, now: Instant): KeyObject | undefined {
    if (this.#publicKey?.id === serial) return this.#publicKey.key;
    const certificate = this.#certificates.get(serial);
    return certificate && certificate.validUntil > now ? certificate.key : undefined;
  }
}

export interface Sealed {
  readonly algorithm: string;
  readonly ciphertext: string;
  readonly nonce: string;
  readonly associated_data?: string | undefined;
}

/** AEAD_AES_256_GCM: the last 16 bytes of the ciphertext are the tag. Undefined for what the key does not open. */
export function unseal(
  { algorithm, ciphertext, nonce, associated_data = '' }: Sealed,
  key: KeyObject,
): Buffer | undefined {
  if (algorithm !== 'AEAD_AES_256_GCM') return undefined;
  const bytes = Buffer.from(ciphertext, 'base64');
  try {
    const opening = createDecipheriv('aes-256-gcm', key, Buffer.from(nonce), { authTagLength: 16 });
    opening.setAAD(Buffer.from(associated_data)).setAuthTag(bytes.subarray(-16));
    return Buffer.concat([opening.update(bytes.subarray(0, -16)), opening.final()]);
  } catch {
    return undefined;
  }
}
