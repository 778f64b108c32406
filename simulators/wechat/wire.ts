import { type KeyObject, verify } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Instant } from '#kernel/clock.ts';
import { type Fields, Refusal } from './answers.ts';

/** A request as it came in. */
export interface Incoming {
  readonly method: string;
  /** With the query, as it was signed. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface Merchant {
  readonly merchantId: string;
  readonly appId: string;
  readonly certificateSerial: string;
  readonly publicKey: KeyObject;
  /** 32 characters. */
  readonly apiV3Key: string;
}

const windowMs = 300_000;
const scheme = 'WECHATPAY2-SHA256-RSA2048 ';
const names = ['mchid', 'nonce_str', 'timestamp', 'serial_no', 'signature'] as const;

const signError = (message: string): Refusal => new Refusal(401, 'SIGN_ERROR', message);

/** Looks at what each request has to have, whatever it asks for. */
export function authenticate(request: Incoming, merchant: Merchant, now: Instant): void {
  const { authorization = '', accept = '', 'user-agent': userAgent = '' } = request.headers;
  if (userAgent === '') throw new Refusal(403, 'INVALID_REQUEST', 'Http头缺少User-Agent');
  if (!/application\/json|\*\/\*|application\/x-gzip/.test(accept))
    throw new Refusal(406, 'INVALID_REQUEST', 'Http头Accept错误');
  if (request.method === 'POST' && !/^application\/json\b/.test(request.headers['content-type'] ?? '')) {
    throw new Refusal(415, 'INVALID_REQUEST', 'Http头Content-Type须为application/json');
  }
  if (!authorization.startsWith(scheme))
    throw signError('Http头Authorization值格式错误，请参考《微信支付商户REST API签名规则》');
  const given = parametersOf(authorization.slice(scheme.length));
  if (given.mchid !== merchant.merchantId) throw signError('商户号与签名不一致');
  if (given.serial_no !== merchant.certificateSerial) throw signError('商户证书序列号有误');
  if (!/^[0-9A-Za-z]{1,32}$/.test(given.nonce_str)) throw signError('随机串格式错误');
  const timestampMs = Number(given.timestamp) * 1_000;
  if (!/^\d{10}$/.test(given.timestamp) || Math.abs(timestampMs - now) > windowMs) throw signError('时间戳已过期');
  const lines = `${request.method}\n${request.path}\n${given.timestamp}\n${given.nonce_str}\n`;
  const message = Buffer.concat([Buffer.from(lines), request.body, Buffer.from('\n')]);
  const signature = Buffer.from(given.signature, 'base64');
  if (!verify('RSA-SHA256', message, merchant.publicKey, signature)) throw signError('签名错误，请检查后再试');
}

function parametersOf(text: string): Record<(typeof names)[number], string> {
  const found = Object.fromEntries([...text.matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name, value]));
  const missing = names.find((name) => !found[name]);
  if (missing) throw signError(`Http头Authorization缺少${missing}`);
  return found as Record<(typeof names)[number], string>;
}

/** The body of a POST: an object in JSON. */
export function fieldsIn(request: Incoming): Fields {
  try {
    const value: unknown = JSON.parse(request.body.toString('utf8'));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  } catch {
    // Said below.
  }
  throw new Refusal(400, 'PARAM_ERROR', '请求报文不是合法的JSON');
}
