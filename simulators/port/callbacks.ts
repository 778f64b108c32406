import { createHmac } from 'node:crypto';
import type { Instant } from '../../src/kernel/clock.ts';
import type { Money } from '../../src/kernel/money.ts';
import type { RawCallback, RefusedCallback, Callback as Told } from '../../src/services/payment/service.ts';
import type { PlayedMethod } from './habits.ts';

/** A callback before it is signed. */
export interface Notice {
  readonly id: string;
  readonly about: 'charge' | 'refund';
  readonly number: string;
  readonly amount: Money;
  readonly transaction: string;
  readonly at: Instant;
  readonly merchant: string;
  readonly app: string;
}

/** What is wrong with a callback that the provider has not sent. */
export type PlayedForgery = 'signature' | 'stale' | 'early' | 'merchant' | 'app' | 'amount' | 'currency';
export const playedForgeries: readonly PlayedForgery[] = [
  'signature',
  'stale',
  'early',
  'merchant',
  'app',
  'amount',
  'currency',
];

export const ours = { merchant: 'shop', app: 'shop-app' } as const;
const windowMs = 300_000;

export function signed(notice: Notice, method: PlayedMethod, signedAt: Instant, secret: string = method): RawCallback {
  const body = JSON.stringify({ ...notice, amount: String(notice.amount.amount), currency: notice.amount.currency });
  const headers = { 'signed-at': String(signedAt), signature: signatureOf(body, String(signedAt), secret) };
  return { method: 'POST', path: `/callbacks/${method}`, headers, body: Buffer.from(body), receivedAt: signedAt };
}

export function forged(notice: Notice, method: PlayedMethod, forgery: PlayedForgery): RawCallback {
  const hourMs = 3_600_000;
  const { amount, at } = notice;
  switch (forgery) {
    case 'signature':
      return signed(notice, method, at, 'somebody else');
    case 'stale':
      return { ...signed(notice, method, at - hourMs), receivedAt: at };
    case 'early':
      return { ...signed(notice, method, at + hourMs), receivedAt: at };
    case 'merchant':
    case 'app':
      return signed({ ...notice, [forgery]: 'of somebody else' }, method, at);
    case 'amount':
      return signed({ ...notice, amount: { ...amount, amount: amount.amount + 1n } }, method, at);
    case 'currency':
      return signed({ ...notice, amount: { ...amount, currency: 'USD' } }, method, at);
  }
}

function signatureOf(body: string, signedAt: string, secret: string): string {
  return createHmac('sha256', secret).update(`${signedAt}\n${body}`).digest('base64');
}

export function read(raw: RawCallback, method: PlayedMethod): Told | RefusedCallback {
  const body = Buffer.from(raw.body).toString('utf8');
  const { signature, 'signed-at': signedAt = '' } = raw.headers;
  if (signature === undefined || signature !== signatureOf(body, signedAt, method)) return refused('signature');
  if (Math.abs(Number(signedAt) - raw.receivedAt) > windowMs) return refused('stale');
  const { id, about, number, amount, currency, transaction, at, merchant, app } = JSON.parse(body);
  if (merchant !== ours.merchant || app !== ours.app) return refused('merchant');
  const money = { amount: BigInt(amount), currency };
  const name = { id, number, reference: null };
  if (about === 'refund') {
    return { kind: 'refund', ...name, state: { kind: 'refunded', amount: money, reference: null, refundedAt: at } };
  }
  return { kind: 'charge', ...name, state: { kind: 'paid', amount: money, transaction, paidAt: at } };
}

const refused = (why: RefusedCallback['why']): RefusedCallback => ({ kind: 'refused', why, detail: why });
