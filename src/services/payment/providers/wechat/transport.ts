import type { Clock } from '#kernel/clock.ts';
import type { Random } from '#runtime/seams/random.ts';
import type { Scheduler } from '#runtime/seams/scheduler.ts';
import type { Asking, Unknown } from '../provider.ts';
import { type Fields, readObject, textOf } from './json.ts';
import type { Signed } from './platform-keys.ts';
import type { WechatAccount } from './settings.ts';

export interface WechatMeans {
  readonly clock: Clock;
  readonly random: Random;
  readonly scheduler: Scheduler;
  readonly log: { warn(about: object, message: string): void };
}

export interface Question {
  readonly method: 'GET' | 'POST';
  /** With the query, as it is signed and as it goes out. */
  readonly path: string;
  readonly body?: object;
}

/** What came back, nothing of it believed yet. */
export interface RawAnswer {
  readonly kind: 'raw';
  readonly status: number;
  readonly signed: Signed | undefined;
  readonly body: Uint8Array;
}

/** Signed by WeChat Pay, of this moment. */
export interface Answer {
  readonly kind: 'answer';
  readonly status: number;
  readonly fields: Fields;
  /** What an error is called, as WeChat Pay spells it this time; empty for an answer that is none. */
  readonly code: string;
  readonly message: string;
}

/** However much time the caller has: WeChat Pay answers in less, or not at all. */
const answerMostMs = 15_000;
const bytesMost = 4 * 1_024 * 1_024;
/** Compressed; a million payments are about a tenth of it. */
const billBytesMost = 512 * 1_024 * 1_024;

/** The part of the client's HTTP that is used here. */
interface Client {
  request(request: {
    method: string;
    url: string;
    data: string | undefined;
    headers: Readonly<Record<string, string>>;
    signal: AbortSignal;
    maxContentLength: number;
  }): Promise<{ status: number; headers: Readonly<Record<string, unknown>>; data: Buffer }>;
}

/**
 * wechatpay-axios-plugin with its traps taken out: its own clock and nonce sign nothing, it verifies nothing (it believes an
 * answer that is not 2xx without looking at the signature), follows no redirection and serialises nothing a second time.
 * One question is one request.
 */
export class Transport {
  readonly #account: WechatAccount;
  readonly #means: WechatMeans;
  #client: Promise<Client> | undefined;

  constructor(account: WechatAccount, means: WechatMeans) {
    this.#account = account;
    this.#means = means;
  }

  async send(question: Question, origin: Asking, kind: 'json' | 'bill' = 'json'): Promise<RawAnswer | Unknown> {
    const { clock, scheduler } = this.#means;
    const leftMs = Math.min(origin.deadline - clock.now(), answerMostMs * (kind === 'bill' ? 20 : 1));
    if (leftMs <= 0) return { kind: 'unknown', reason: 'no time was left to ask' };
    const over = new AbortController();
    const cancel = scheduler.after(leftMs, () => over.abort());
    try {
      this.#client ??= makeClient(this.#account);
      const client = await this.#client;
      const data = question.body === undefined ? undefined : JSON.stringify(question.body);
      const {
        status,
        headers,
        data: body,
      } = await client.request({
        ...{ method: question.method, url: question.path, data, signal: over.signal },
        headers: { ...(await this.#headers(question, data ?? '')), ...this.#wantedKey() },
        maxContentLength: kind === 'bill' ? billBytesMost : bytesMost,
      });
      return { kind: 'raw', status, signed: signedOf(headers), body };
    } catch (error) {
      // The client's errors carry the request with its key and signature: of them only the code is told.
      const code = codeOf(error);
      const reason = over.signal.aborted ? `no answer within ${leftMs} ms` : `no answer: ${code}`;
      return { kind: 'unknown', reason };
    } finally {
      cancel();
    }
  }

  /** Base 62, the length that WeChat Pay takes at most. */
  nonce(): string {
    const bytes = new Uint8Array(32);
    this.#means.random.bytes(bytes);
    const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
    return Array.from(bytes, (byte) => alphabet[byte % alphabet.length]).join('');
  }

  async sign(message: string): Promise<string> {
    const { Rsa } = await import('wechatpay-axios-plugin');
    return Rsa.sign(message, this.#account.privateKey as never);
  }

  async #headers({ method, path }: Question, body: string): Promise<Record<string, string>> {
    const { Formatter } = await import('wechatpay-axios-plugin');
    const { merchantId, certificateSerial } = this.#account;
    const [timestamp, nonce] = [Math.floor(this.#means.clock.now() / 1_000), this.nonce()];
    const signature = await this.sign(Formatter.request(method, path, timestamp, nonce, body));
    return {
      Authorization: Formatter.authorization(merchantId, nonce, signature, timestamp, certificateSerial),
      Accept: 'application/json',
      'Content-Type': 'application/json',
    };
  }

  /** A merchant with a public key asks for answers that are signed with it. */
  #wantedKey(): Record<string, string> {
    const { platformKey } = this.#account;
    return platformKey ? { 'Wechatpay-Serial': platformKey.id } : {};
  }
}

async function makeClient({
  merchantId,
  certificateSerial,
  privateKey,
  apiUrl,
  platformKey,
}: WechatAccount): Promise<Client> {
  const { Decorator } = await import('wechatpay-axios-plugin');
  const certs = { [platformKey?.id ?? 'none']: platformKey?.key ?? privateKey };
  const options = { mchid: merchantId, serial: certificateSerial, privateKey, certs, baseURL: apiUrl };
  const client = Decorator.jsonBased(options as never);
  client.interceptors.request.clear();
  client.interceptors.response.clear();
  const asItIs = (data: unknown): unknown => data;
  Object.assign(client.defaults, {
    ...{ transformRequest: [asItIs], transformResponse: [asItIs], validateStatus: () => true },
    ...{ responseType: 'arraybuffer', maxRedirects: 0, proxy: false, timeout: 0 },
    // No request needs the key any more: our headers are signed before it.
    privateKey: undefined,
  });
  return client as unknown as Client;
}

function signedOf(headers: Readonly<Record<string, unknown>>): Signed | undefined {
  const text = (name: string): string => {
    const value = headers[name];
    return typeof value === 'string' ? value : '';
  };
  const signed = {
    timestamp: text('wechatpay-timestamp'),
    nonce: text('wechatpay-nonce'),
    serial: text('wechatpay-serial'),
    signature: text('wechatpay-signature'),
  };
  return Object.values(signed).includes('') ? undefined : signed;
}

export function readAnswer({ status, body }: RawAnswer): Answer {
  const fields = readObject(body) ?? {};
  const isError = status < 200 || status >= 300;
  const [code, message] = isError ? [textOf(fields, 'code') ?? '', textOf(fields, 'message') ?? ''] : ['', ''];
  return { kind: 'answer', status, fields, code: /^\w{1,64}$/.test(code) ? code : '', message: message.slice(0, 200) };
}

function codeOf(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^[A-Z0-9_]{1,40}$/.test(code) ? code : 'the request failed';
}
