import type { Intent } from './objects.ts';

/** An error as Stripe writes it (docs.stripe.com/api/errors). */
export interface ErrorBody {
  readonly type: 'api_error' | 'card_error' | 'idempotency_error' | 'invalid_request_error';
  readonly message: string;
  readonly code?: string;
  readonly param?: string;
  readonly decline_code?: string;
  readonly charge?: string;
  readonly payment_intent?: Intent;
}

export class Fault extends Error {
  readonly status: number;
  readonly body: ErrorBody;

  constructor(status: number, body: ErrorBody) {
    super(body.message);
    this.name = 'Fault';
    this.status = status;
    this.body = body;
  }
}

export function invalid(message: string, more: { readonly code?: string; readonly param?: string } = {}): Fault {
  return new Fault(400, { type: 'invalid_request_error', message, ...more });
}

export function missing(kind: string, id: string, param: string, status = 404): Fault {
  const message = `No such ${kind}: '${id}'`;
  return new Fault(status, { type: 'invalid_request_error', code: 'resource_missing', message, param });
}
