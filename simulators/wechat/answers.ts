import type { Instant } from '#kernel/clock.ts';

export interface WireAnswer {
  readonly status: number;
  /** Undefined: an empty body. */
  readonly body?: object;
  /** A file instead of JSON: not signed, as the real ones. */
  readonly file?: Uint8Array;
}

export type Fields = Readonly<Record<string, unknown>>;

/** An error in WeChat Pay's own format. */
export class Refusal extends Error {
  readonly answer: WireAnswer;

  constructor(status: number, code: string, message: string, field?: string) {
    super(message);
    const detail = field === undefined ? {} : { detail: { location: 'body', field: `/${field}`, issue: message } };
    this.answer = { status, body: { code, message, ...detail } };
  }
}

export const parameterError = (field: string, message: string): Refusal =>
  new Refusal(400, 'PARAM_ERROR', message, field);

/** RFC 3339 in China's time, as WeChat Pay tells time. */
export function timeText(instant: Instant): string {
  return `${new Date(instant + 8 * 3_600_000).toISOString().slice(0, 19)}+08:00`;
}

/** Refuses a field that is not in the list: the real one does. */
export function onlyFields(fields: Fields, known: readonly string[], at = ''): void {
  const extra = Object.keys(fields).find((name) => !known.includes(name));
  if (extra !== undefined) throw parameterError(`${at}${extra}`, '参数中含有非法的额外参数');
}

export function requiredText(fields: Fields, name: string, form: RegExp, bytesMost: number): string {
  const value = fields[name];
  if (typeof value !== 'string') throw parameterError(name, `缺少必填参数 ${name}`);
  if (!form.test(value) || Buffer.byteLength(value) > bytesMost) throw parameterError(name, `${name} 格式错误`);
  return value;
}

export function optionalTextOf(fields: Fields, name: string, bytesMost: number): string | undefined {
  return fields[name] === undefined ? undefined : requiredText(fields, name, /^.*$/su, bytesMost);
}

export function requiredFen(fields: Fields, name: string): bigint {
  const value = fields[name];
  if (typeof value !== 'number' || !Number.isSafeInteger(value))
    throw parameterError(`amount/${name}`, '金额须为整数，单位为分');
  if (value < 1) throw parameterError(`amount/${name}`, '金额须大于0');
  return BigInt(value);
}

export function objectOf(fields: Fields, name: string): Fields {
  const value = fields[name];
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw parameterError(name, `缺少必填参数 ${name}`);
  }
  return value as Fields;
}

/** A notify URL has neither query nor fragment, and is https; of http only a machine's own address is taken, for trying out. */
export function notifyUrlOf(fields: Fields): string {
  const value = requiredText(fields, 'notify_url', /^https?:\/\/[^?#\s]+$/, 255);
  if (!URL.canParse(value)) throw parameterError('notify_url', 'notify_url 格式错误');
  const { protocol, hostname } = new URL(value);
  if (protocol === 'http:' && !/^(localhost|127(\.\d+){3})$/.test(hostname)) {
    throw parameterError('notify_url', 'notify_url 须为 https');
  }
  return value;
}
