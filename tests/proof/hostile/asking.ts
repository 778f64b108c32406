import { randomUUID } from 'node:crypto';
import type { Operation } from '../../../src/contracts/operation.ts';
import { fillPath } from '../../../src/runtime/http/paths.ts';

export interface Asked {
  readonly status: number;
  readonly code: string | undefined;
  readonly pointers: readonly string[];
  readonly body: unknown;
}

export interface Asking {
  readonly token?: string | undefined;
  readonly params?: Readonly<Record<string, unknown>> | undefined;
  readonly query?: string | undefined;
  /** Sent as it is where it is a string, as JSON otherwise. */
  readonly body?: unknown;
  readonly key?: string | undefined;
}

/** Asks without the types that keep a well-meaning client from asking like this. */
export async function askRaw(
  url: string,
  operation: Pick<Operation, 'method' | 'path'>,
  { token, params = {}, query = '', body: wanted, key = randomUUID() }: Asking,
): Promise<Asked> {
  const body = operation.method === 'GET' ? undefined : wanted;
  const reply = await fetch(`${url}${fillPath(operation.path, params)}${query}`, {
    method: operation.method,
    headers: {
      'idempotency-key': key,
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await textOf(reply);
  const isJson = reply.headers.get('content-type')?.includes('json') === true && text !== '';
  const answer: unknown = isJson ? JSON.parse(text) : text;
  const { code, errors = [] } = (typeof answer === 'object' && answer !== null ? answer : {}) as {
    code?: string;
    errors?: { pointer?: string }[];
  };
  return { status: reply.status, code, pointers: errors.map(({ pointer = '' }) => pointer), body: answer };
}

/** A stream of events has no end to wait for: that it began is the answer. */
async function textOf(reply: Response): Promise<string> {
  if (reply.headers.get('content-type')?.startsWith('text/event-stream') !== true) return reply.text();
  await reply.body?.cancel();
  return '';
}
