import { Pool } from 'undici';
import type { AnswerOf, Operation } from '#contracts/operation.ts';
import { type ProblemCode, ProblemError, type problemCatalogue } from '#kernel/problem.ts';
import type { CallInput } from '../service.ts';
import { requestTarget } from './paths.ts';
import { fromWireProblem, problemMediaType, type WireProblem } from './problems.ts';

/** What came back: one of the contract's answers or a problem, told apart by `status`. Headers by names in lower case. */
export type Reply<O extends Operation> = (AnswerOf<O> | ProblemReply) & {
  readonly headers: Readonly<Record<string, string>>;
};

export interface ProblemReply {
  readonly status: (typeof problemCatalogue)[ProblemCode]['status'];
  readonly body: WireProblem;
}

export interface RequestOptions {
  /** Instead of the client's own; null sends none. */
  readonly token?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
}

/** Calls operations over HTTP by their contracts. */
export interface Client {
  /** Problems are returned, not thrown; what is not an answer at all (a broken connection) is thrown as undici's error. */
  request<O extends Operation>(operation: O, input?: CallInput<O>, options?: RequestOptions): Promise<Reply<O>>;
  close(): Promise<void>;
}

export function makeClient(options: {
  readonly baseUrl: string;
  readonly token?: string;
  readonly connectionsMax?: number;
}): Client {
  const pool = new Pool(options.baseUrl, { connections: options.connectionsMax ?? 64 });

  const request: Client['request'] = async <O extends Operation>(
    operation: O,
    input: CallInput<O> = {},
    { token = options.token, headers: own = {}, timeoutMs = 60_000 }: RequestOptions = {},
  ) => {
    const headers: Record<string, string> = { accept: 'application/json', ...own };
    if (token) headers.authorization = `Bearer ${token}`;
    if (input.idempotencyKey !== undefined) headers['idempotency-key'] = input.idempotencyKey;
    if (input.body !== undefined) headers['content-type'] = 'application/json';
    const answer = await pool.request({
      method: operation.method,
      path: requestTarget(operation.path, input.params, input.query),
      headers,
      body: input.body === undefined ? null : JSON.stringify(input.body),
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
    });
    const received: Record<string, string> = {};
    for (const [name, value] of Object.entries(answer.headers)) {
      if (value !== undefined) received[name] = Array.isArray(value) ? value.join(', ') : value;
    }
    const text = await answer.body.text();
    const isJson = /^application\/(problem\+)?json/.test(received['content-type'] ?? '');
    const body: unknown = isJson && text !== '' ? JSON.parse(text) : text === '' ? null : text;
    return { status: answer.statusCode, headers: received, body } as unknown as Reply<O>;
  };
  return { request, close: () => pool.close() };
}

/** The answer, or the problem thrown as the service threw it: calls across processes then look like those within one. */
export function demand<O extends Operation>(reply: Reply<O>): AnswerOf<O> {
  if (!reply.headers['content-type']?.startsWith(problemMediaType)) return reply as unknown as AnswerOf<O>;
  const value = fromWireProblem(reply.body as WireProblem, reply.headers['retry-after']);
  throw new ProblemError(value, { replayed: reply.headers['idempotency-replayed'] === 'true' });
}
