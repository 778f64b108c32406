import type { Clock } from '#kernel/clock.ts';
import type { Scheduler } from '#runtime/seams/scheduler.ts';
import type { Asking, Unknown } from '../provider.ts';
import { toBeijing } from './beijing.ts';
import { type Client, lazyClient } from './client.ts';
import type { AlipaySettings } from './merchant.ts';
import { membersOf, parsed } from './raw-answer.ts';

/** What the adapter needs of the world. `fetch` is the platform's unless a test hands in its own. */
export interface Means {
  readonly clock: Clock;
  readonly scheduler: Pick<Scheduler, 'after'>;
  readonly fetch?: typeof fetch;
}

export type Fields = Readonly<Record<string, unknown>>;

/** A signed answer by its common codes (https://opendocs.alipay.com/common/02km9f), or that there is none. */
export type Answer =
  /** 10000. */
  | { readonly kind: 'ok'; readonly fields: Fields }
  /** 10003: the buyer is still at it. */
  | { readonly kind: 'waiting' }
  /** Every other code than 20000. `code` is the sub_code where there is one. */
  | { readonly kind: 'refused'; readonly class: string; readonly code: string; readonly detail: string }
  | Unknown;

export interface Gateway {
  ask(method: string, content: Fields, origin: Asking): Promise<Answer>;
  /** As `ask`, with what only a person who sets things up wants to know. */
  look(method: string, content: Fields, origin: Asking): Promise<Look>;
  page(method: string, content: Fields, returnUrl: string | null): string;
  /** Throws where there is nothing whole to be had. */
  download(url: string, origin: Asking): Promise<Uint8Array>;
  readonly client: Client;
  /** Whether the gateway is asked over TLS, as it is everywhere but on this machine. */
  readonly isSealed: boolean;
}

export interface Look {
  readonly answer: Answer;
  /** What an answer says that is not signed as it has to be: not to be believed, only to be shown. */
  readonly unsigned: string | undefined;
  /** By how much our clock is ahead of the gateway's, to about a second; undefined where it does not say. */
  readonly aheadMs: number | undefined;
}

const answerMostBytes = 1 << 20;
const billMostBytes = 256 << 20;
const billTimeoutMostMs = 300_000;
/** The methods that say where notifications go: all about the charge come there, those of its refunds too. */
const opening = new Set(['alipay.trade.precreate', 'alipay.trade.page.pay']);

/**
 * The wire to https://openapi.alipay.com/gateway.do. The client's own `exec` is not used: it sends a request again after a cut
 * connection without being told to, it limits the time between bytes but not the whole, and see raw-answer.ts.
 */
export function makeGateway(options: AlipaySettings, means: Means): Gateway {
  const client = lazyClient(options);
  const commonOf = (method: string) => ({
    timestamp: toBeijing(means.clock.now()),
    ...(opening.has(method) ? { notify_url: options.notifyUrl } : {}),
  });

  const look = async (method: string, content: Fields, origin: Asking): Promise<Look> => {
    const parameters = client.signed(method, { content, common: commonOf(method) });
    const body = new URLSearchParams({ biz_content: parameters.get('biz_content') ?? '' });
    parameters.delete('biz_content');
    try {
      const { status, date, bytes } = await fetchWhole(`${options.gateway}?${parameters}`, {
        ...{ origin, means, timeoutMostMs: options.timeoutMostMs, bytesMost: answerMostBytes },
        init: { method: 'POST', body, headers: { accept: 'application/json' }, redirect: 'error' },
      });
      const aheadMs = Number.isNaN(date) ? undefined : means.clock.now() - date;
      if (status !== 200) return { answer: unknown(method, `HTTP ${status}`), unsigned: undefined, aheadMs };
      return { ...readAnswer(client, method, Buffer.from(bytes).toString('utf8')), aheadMs };
    } catch (error) {
      return { answer: unknown(method, nameOf(error)), unsigned: undefined, aheadMs: undefined };
    }
  };
  return {
    client,
    isSealed: options.gateway.startsWith('https:'),
    look,
    ask: async (method, content, origin) => (await look(method, content, origin)).answer,
    page: (method, content, returnUrl) =>
      client.page(method, {
        content,
        common: { ...commonOf(method), ...(returnUrl === null ? {} : { return_url: returnUrl }) },
      }),
    async download(url, origin) {
      const { status, bytes } = await fetchWhole(url, {
        ...{ origin, means, timeoutMostMs: billTimeoutMostMs, bytesMost: billMostBytes },
        init: { redirect: 'follow' },
      });
      if (status !== 200) throw new Error(`HTTP ${status}`);
      return bytes;
    },
  };
}

/** Believes nothing that is not signed: a 4xx or 5xx of a proxy, an error of the gateway's edge, half an answer. */
function readAnswer(client: Client, method: string, raw: string): Pick<Look, 'answer' | 'unsigned'> {
  const members = membersOf(raw);
  const content = members?.get(`${method.replaceAll('.', '_')}_response`);
  const signature = parsed(members?.get('sign') ?? '');
  if (content === undefined || !client.verify(content, signature)) {
    const told = parsed(content ?? members?.get('error_response') ?? '');
    const code = isFields(told) ? textOf(told, 'sub_code') || textOf(told, 'code') : undefined;
    const answer = unknown(method, content === undefined ? 'an answer of another form' : 'a wrong signature');
    return { answer, unsigned: code };
  }
  const fields = parsed(content);
  return { answer: isFields(fields) ? byCode(method, fields) : unknown(method, 'no object'), unsigned: undefined };
}

function byCode(method: string, fields: Fields): Answer {
  const code = textOf(fields, 'code') ?? '';
  const subCode = textOf(fields, 'sub_code') ?? '';
  if (code === '10000') return { kind: 'ok', fields };
  if (code === '10003') return { kind: 'waiting' };
  // 20000 and *SYSTEM_ERROR say that Alipay does not know either. Its own pages spell ACQ as AQC here and there.
  const isKnown = /^(20001|4000[1-6])$/.test(code) && !/(^|\.)SYSTEM_ERROR$/i.test(subCode);
  if (!isKnown) return unknown(method, `${code} ${subCode}`.trim().slice(0, 80));
  const detail = (textOf(fields, 'sub_msg') ?? textOf(fields, 'msg') ?? '').slice(0, 200);
  return { kind: 'refused', class: code, code: subCode || code, detail };
}

interface Fetching {
  readonly init: RequestInit;
  readonly origin: Asking;
  readonly means: Means;
  readonly timeoutMostMs: number;
  readonly bytesMost: number;
}

/** One request, once, whole within its time; throws where that cannot be. */
async function fetchWhole(
  url: string,
  { init, origin, means, timeoutMostMs, bytesMost }: Fetching,
): Promise<{ status: number; date: number; bytes: Uint8Array }> {
  const leftMs = Math.min(origin.deadline - means.clock.now(), timeoutMostMs);
  if (leftMs <= 0) throw new Error('no time left');
  const late = new AbortController();
  const cancel = means.scheduler.after(leftMs, () => late.abort(new Error('no answer in time')));
  try {
    const answer = await (means.fetch ?? fetch)(url, { ...init, signal: late.signal });
    const parts: Uint8Array[] = [];
    let length = 0;
    for await (const part of answer.body ?? []) {
      length += part.length;
      if (length > bytesMost) throw new Error('an answer too long');
      parts.push(part);
    }
    const date = Date.parse(answer.headers.get('date') ?? '');
    return { status: answer.status, date, bytes: Buffer.concat(parts) };
  } finally {
    cancel();
    late.abort();
  }
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A field that is a text, as all are that Alipay signs; undefined for another, or an empty one. */
export function textOf(fields: Fields, name: string): string | undefined {
  const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function unknown(about: string, what: string): Unknown {
  return { kind: 'unknown', reason: `${about}: ${what}` };
}

/** What went wrong on the way, without the address, which holds the whole request. */
function nameOf(error: unknown): string {
  const { message = '', cause } = error as { message?: string; cause?: { code?: unknown; message?: string } };
  const code = cause?.code;
  return typeof code === 'string' ? code : (cause?.message ?? message).replace(/https?:\S*/g, '…').slice(0, 200);
}
