import type { Unknown } from '../provider.ts';

/** An object of Stripe's, as it came: everything about it is looked at before it is believed. */
export type Thing = Readonly<Record<string, unknown>>;

/** What came of a request. */
export type Outcome = Answered | Refusal | Unknown;

export interface Answered {
  readonly kind: 'answered';
  readonly thing: Thing;
  /** The answer to an earlier request under the same key, as it was then: the object may have moved on since. */
  readonly replayed: boolean;
  /** Stripe's clock at the answer, as its header says; for `check`. */
  readonly date: string | undefined;
}

/** Stripe has looked at the request and said no (400, 402 or 404 with an error of a documented type). */
export interface Refusal {
  readonly kind: 'refusal';
  readonly status: number;
  /** The error's code; its type where it has none. */
  readonly code: string;
  /** For an operator: Stripe's message, without keys. */
  readonly detail: string;
}

export const unknown = (reason: string): Unknown => ({ kind: 'unknown', reason });

export function isThing(value: unknown): value is Thing {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** An id, of an object that is named or one that stands there whole. */
export function idOf(value: unknown): string | undefined {
  return textOf(isThing(value) ? value.id : value);
}

/** Unix seconds in milliseconds. */
export function instantOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value * 1_000 : undefined;
}

/** Our own words on their objects. */
export const numberOfCharge = 'suanpan_charge';
export const numberOfRefund = 'suanpan_refund';

export function metadataOf(thing: Thing, name: string): string | undefined {
  return isThing(thing.metadata) ? textOf(thing.metadata[name]) : undefined;
}
