/**
 * Every error that a caller can cause or meet, with its HTTP status and title: the one catalogue behind RFC 9457 problems.
 * `/docs` and docs/errors.md list it.
 */
export const problemCatalogue = {
  validation_failed: { status: 400, title: 'The request is not valid' },
  malformed_request: { status: 400, title: 'The request is not HTTP' },
  malformed_json: { status: 400, title: 'The body is not JSON' },
  idempotency_key_missing: { status: 400, title: 'An Idempotency-Key header is required' },
  unauthenticated: { status: 401, title: 'A valid access token is required' },
  token_expired: { status: 401, title: 'The token has expired' },
  invalid_credentials: { status: 401, title: 'E-mail or password is wrong' },
  token_reused: { status: 401, title: 'The refresh token was used before' },
  insufficient_balance: { status: 402, title: 'The balance is too low' },
  forbidden: { status: 403, title: 'Not allowed' },
  cross_site_request: { status: 403, title: 'The request does not come from the shop’s own pages' },
  csrf_token_invalid: { status: 403, title: 'The CSRF token is missing or not the session’s' },
  account_disabled: { status: 403, title: 'The account is disabled' },
  refused_by_risk: { status: 403, title: 'The order was refused' },
  not_found: { status: 404, title: 'Not found' },
  method_not_allowed: { status: 405, title: 'Method not allowed' },
  not_acceptable: { status: 406, title: 'Not acceptable' },
  request_timeout: { status: 408, title: 'The request did not arrive in time' },
  conflict: { status: 409, title: 'Conflicts with the present state' },
  email_taken: { status: 409, title: 'The e-mail address is taken' },
  address_book_full: { status: 409, title: 'The address book is full' },
  cart_full: { status: 409, title: 'The cart is full' },
  sku_taken: { status: 409, title: 'The SKU is taken' },
  insufficient_stock: { status: 409, title: 'Not enough in stock' },
  price_changed: { status: 409, title: 'The price has changed' },
  order_failed: { status: 409, title: 'The order could not be placed' },
  order_not_cancellable: { status: 409, title: 'The order can no longer be cancelled' },
  order_not_payable: { status: 409, title: 'The order is not payable' },
  payment_in_progress: { status: 409, title: 'A payment is under way' },
  payment_not_closable: { status: 409, title: 'The payment has no attempt to close' },
  refund_exceeds_payment: { status: 409, title: 'More than what can still be refunded' },
  refund_not_decidable: { status: 409, title: 'The refund has been decided already' },
  refund_not_failed: { status: 409, title: 'The refund has not failed' },
  bill_unavailable: { status: 409, title: "The provider's bill is not there" },
  request_in_progress: { status: 409, title: 'The same request is under way' },
  stock_below_reserved: { status: 409, title: 'Less than what is reserved would remain' },
  balance_below_zero: { status: 409, title: 'The balance would fall below zero' },
  dead_letter_closed: { status: 409, title: 'The dead letter was settled or retried by somebody else' },
  dead_letter_held: { status: 409, title: 'The dead letter waits behind another one' },
  payload_too_large: { status: 413, title: 'The body is too large' },
  uri_too_long: { status: 414, title: 'The address is too long' },
  unsupported_media_type: { status: 415, title: 'The body must be application/json' },
  idempotency_key_reused: { status: 422, title: 'The Idempotency-Key was used with another request' },
  item_not_for_sale: { status: 422, title: 'An item is not for sale' },
  method_not_available: { status: 422, title: 'The payment method is not available' },
  coupon_not_applicable: { status: 422, title: 'The coupon does not apply' },
  currency_mismatch: { status: 422, title: 'The currencies differ' },
  rate_limited: { status: 429, title: 'Too many requests' },
  headers_too_large: { status: 431, title: 'The headers are too large' },
  internal_error: { status: 500, title: 'Something went wrong' },
  provider_refused: { status: 502, title: 'The payment provider refused' },
  unavailable: { status: 503, title: 'Temporarily unavailable' },
  provider_unknown: { status: 504, title: "The provider's answer is not known yet" },
  deadline_exceeded: { status: 503, title: 'No answer in time' },
} as const;

export type ProblemCode = keyof typeof problemCatalogue;

/** One entry of a problem's `errors`: a JSON pointer (RFC 6901) into the request where there is one, and facts by name. */
export interface ProblemDetail {
  readonly pointer?: string;
  readonly detail?: string;
  readonly [fact: string]: string | number | boolean | undefined;
}

/** A refusal as a value: what deciders return and what the wire carries (RFC 9457) less `type`, `traceId`. */
export interface Problem {
  readonly code: ProblemCode;
  readonly detail?: string;
  readonly errors?: readonly ProblemDetail[];
  /** Seconds for `Retry-After`. */
  readonly retryAfterSeconds?: number;
}

export function problem(code: ProblemCode, detail?: string, errors?: readonly ProblemDetail[]): Problem {
  return { code, ...(detail === undefined ? {} : { detail }), ...(errors === undefined ? {} : { errors }) };
}

export function statusOf(value: Problem): number {
  return problemCatalogue[value.code].status;
}

/** Carries a problem up to the edge, where code is not in a decider. */
export class ProblemError extends Error {
  readonly problem: Problem;
  /** The refusal is that of the first time, repeated for an Idempotency-Key. */
  readonly replayed: boolean;

  constructor(value: Problem, options?: ErrorOptions & { readonly replayed?: boolean }) {
    super(`${value.code}: ${value.detail ?? problemCatalogue[value.code].title}`, options);
    this.name = 'ProblemError';
    this.problem = value;
    this.replayed = options?.replayed ?? false;
  }
}

/** Throws the problem. */
export function refuse(code: ProblemCode, detail?: string, errors?: readonly ProblemDetail[]): never {
  throw new ProblemError(problem(code, detail, errors));
}
