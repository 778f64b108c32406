import type { Unknown } from '../provider.ts';
import { isThing, type Refusal, type Thing, textOf, unknown } from './answer.ts';

/** A 5xx that came from the key's memory: it will come again under that key for as long as Stripe keeps it. */
export interface Stuck {
  readonly kind: 'stuck';
  readonly reason: string;
}

/**
 * What an error of the client means. By the HTTP class first (docs.stripe.com/error-low-level): only 400, 402 and 404 with an
 * error of a documented type are Stripe's own no. A wrong or missing right (401, 403), a conflict (409), a limit (429), a 5xx,
 * and whatever did not come from Stripe say nothing about the charge.
 */
export function failureOf(error: unknown): Refusal | Stuck | Unknown {
  const { statusCode, rawType, type, code, requestId, headers, param } = shapeOf(error);
  const where = [statusCode && `HTTP ${statusCode}`, rawType ?? type, code, requestId].filter(Boolean).join(' ');
  if (statusCode !== undefined && statusCode >= 500) {
    const replayed = isThing(headers) && headers['idempotent-replayed'] === 'true';
    return replayed ? { kind: 'stuck', reason: where } : unknown(where);
  }
  const looked = statusCode === 400 || statusCode === 402 || statusCode === 404;
  if (!looked || (rawType !== 'invalid_request_error' && rawType !== 'card_error')) {
    return unknown(where || 'no answer');
  }
  const detail = withoutKeys(error instanceof Error ? error.message : '').slice(0, 300);
  return { kind: 'refusal', status: statusCode, code: code ?? (param ? `${rawType}: ${param}` : rawType), detail };
}

function shapeOf(error: unknown) {
  const shape: Thing = isThing(error) ? error : {};
  return {
    statusCode: typeof shape.statusCode === 'number' ? shape.statusCode : undefined,
    rawType: textOf(shape.rawType),
    type: textOf(shape.type),
    code: textOf(shape.code),
    requestId: textOf(shape.requestId),
    param: textOf(shape.param),
    headers: shape.headers,
  };
}

/** Keys and client secrets do not leave in a message, not even those that Stripe has shortened. */
export function withoutKeys(text: string): string {
  return text.replace(/\b(sk|rk|pk|whsec)_[A-Za-z0-9_*+/=-]+|\bpi_[A-Za-z0-9]+_secret_[A-Za-z0-9]+/g, '[key]');
}

/**
 * Codes of errors that end a request for good: asked again the same way it will be refused again (docs.stripe.com/error-codes).
 */
const finalCodes: ReadonlySet<string> = new Set([
  ...['amount_too_large', 'amount_too_small', 'balance_insufficient', 'insufficient_funds'],
  ...['charge_already_refunded', 'charge_disputed', 'charge_not_refundable', 'charge_invalid_parameter'],
  ...['charge_exceeds_source_limit', 'charge_exceeds_transaction_limit', 'refund_disputed_payment'],
  ...['invalid_charge_amount', 'invalid_charge_amount_no_decimal_compatible', 'invalid_characters'],
  ...['payment_intent_invalid_parameter', 'payment_intent_unexpected_state', 'payment_method_not_available'],
  ...['payment_method_unactivated', 'payment_method_unsupported_type'],
  ...['parameter_invalid_empty', 'parameter_invalid_integer', 'parameter_invalid_string_blank'],
  ...['parameter_invalid_string_empty', 'parameter_missing', 'parameter_unknown', 'parameters_exclusive'],
  ...['not_allowed_on_standard_account', 'testmode_charges_only', 'account_country_invalid_address'],
  ...['country_unsupported', 'country_code_invalid', 'account_invalid', 'resource_missing'],
  // Many of Stripe's 400s have no code: then the type stands for it, with the parameter that is wrong.
  'invalid_request_error',
]);

/** Whether the no is the last word. A code that is not in the list says nothing. */
export function isFinal({ code }: Refusal): boolean {
  return finalCodes.has(code.split(':')[0] ?? '');
}
