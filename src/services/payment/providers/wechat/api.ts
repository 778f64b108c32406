import { X509Certificate } from 'node:crypto';
import type { Instant } from '#kernel/clock.ts';
import type { Asking, Unknown } from '../provider.ts';
import { fieldsOf, instantOf, textOf } from './json.ts';
import { isSignedBy, PlatformKeys, unseal, type Verdict } from './platform-keys.ts';
import type { WechatAccount } from './settings.ts';
import { type Answer, type Question, type RawAnswer, readAnswer, Transport, type WechatMeans } from './transport.ts';

/** WeChat Pay's advice for platform certificates: look every 12 hours at most. */
const certificatesForMs = 12 * 3_600_000;
/** Whoever sends us serials that nobody knows does not make us ask for certificates all the time. */
const certificatesPauseMs = 60_000;

const unknown = (reason: string): Unknown => ({ kind: 'unknown', reason });

/** Asks WeChat Pay and believes only what is signed: errors too. */
export class Api {
  readonly transport: Transport;
  readonly keys: PlatformKeys;
  readonly #account: WechatAccount;
  readonly #means: WechatMeans;
  #renewing: Promise<Unknown | undefined> | undefined;
  #renewedAt: Instant = Number.NEGATIVE_INFINITY;
  #triedAt: Instant = Number.NEGATIVE_INFINITY;

  constructor(account: WechatAccount, means: WechatMeans) {
    this.transport = new Transport(account, means);
    this.keys = new PlatformKeys(account);
    this.#account = account;
    this.#means = means;
  }

  async ask(question: Question, origin: Asking): Promise<Answer | Unknown> {
    const failure = await this.#renewWhereDue(origin);
    if (failure && this.keys.areWanted && this.#account.platformKey === null && this.keys.certificates.size === 0) {
      return failure;
    }
    const raw = await this.transport.send(question, origin);
    if (raw.kind === 'unknown') return raw;
    const verdict = await this.#judge(raw, origin);
    if (verdict !== 'genuine') return unknown(`${raw.status} ${readAnswer(raw).code}: ${verdict}`);
    return readAnswer(raw);
  }

  /** Fetches the platform certificates anew; what failed, or undefined. */
  renew(origin: Asking): Promise<Unknown | undefined> {
    this.#triedAt = this.#means.clock.now();
    this.#renewing ??= this.#fetchCertificates(origin).finally(() => {
      this.#renewing = undefined;
    });
    return this.#renewing;
  }

  async #judge(raw: RawAnswer, origin: Asking): Promise<Verdict | 'unsigned'> {
    if (!raw.signed) return 'unsigned';
    const verdict = this.keys.judge(raw.signed, raw.body, this.#means.clock.now());
    if (verdict !== 'unknown serial') return verdict;
    await this.#renewWhereDue(origin);
    return this.keys.judge(raw.signed, raw.body, this.#means.clock.now());
  }

  async #renewWhereDue(origin: Asking): Promise<Unknown | undefined> {
    const now = this.#means.clock.now();
    const { size } = this.keys.certificates;
    const areOld = size > 0 && now - this.#renewedAt > certificatesForMs;
    if (!areOld && !this.keys.areWanted) return undefined;
    const needed = size === 0 && this.#account.platformKey === null;
    if (!needed && now - this.#triedAt < certificatesPauseMs) return undefined;
    const failure = await this.renew(origin);
    if (failure) this.#means.log.warn({ reason: failure.reason }, 'WeChat Pay’s certificates could not be fetched');
    return failure;
  }

  async #fetchCertificates(origin: Asking): Promise<Unknown | undefined> {
    const raw = await this.transport.send({ method: 'GET', path: '/v3/certificates' }, origin);
    if (raw.kind === 'unknown') return raw;
    const { status, fields, code } = readAnswer(raw);
    if (status !== 200) return unknown(`certificates: ${status} ${code}`);
    const now = this.#means.clock.now();
    const certificates = this.#opened(fields.data, now);
    if (certificates.size === 0) return unknown('certificates: none that is valid and that our APIv3 key opens');
    // What the APIv3 key opens is from WeChat Pay; that it is of now is in the signature, by one of those just received.
    const { signed } = raw;
    const signer = signed && (certificates.get(signed.serial)?.publicKey ?? this.#publicKey(signed.serial));
    if (!signed || !signer || !isSignedBy(signer, signed, raw.body))
      return unknown('certificates: not signed as it has to be');
    if (Math.abs(Number(signed.timestamp) * 1_000 - now) > 300_000)
      return unknown('certificates: an answer of another time');
    this.keys.replace(certificates);
    this.#renewedAt = now;
    return undefined;
  }

  #publicKey(serial: string) {
    const { platformKey } = this.#account;
    return platformKey?.id === serial ? platformKey.key : undefined;
  }

  #opened(data: unknown, now: Instant): Map<string, X509Certificate> {
    const certificates = new Map<string, X509Certificate>();
    for (const entry of Array.isArray(data) ? data.map(fieldsOf) : []) {
      const sealed = fieldsOf(entry.encrypt_certificate);
      const pem = unseal(
        {
          algorithm: textOf(sealed, 'algorithm') ?? '',
          ciphertext: textOf(sealed, 'ciphertext') ?? '',
          nonce: textOf(sealed, 'nonce') ?? '',
          associated_data: textOf(sealed, 'associated_data'),
        },
        this.#account.apiV3Key,
      );
      const serial = textOf(entry, 'serial_no') ?? '';
      const certificate = pem && readCertificate(pem);
      if (certificate?.serialNumber.toUpperCase() !== serial.toUpperCase()) continue;
      if ((instantOf(entry, 'expire_time') ?? 0) > now && certificate.validToDate.getTime() > now) {
        certificates.set(serial, certificate);
      }
    }
    return certificates;
  }
}

function readCertificate(pem: Buffer): X509Certificate | undefined {
  try {
    const certificate = new X509Certificate(pem);
    return certificate.publicKey.asymmetricKeyType === 'rsa' ? certificate : undefined;
  } catch {
    return undefined;
  }
}
