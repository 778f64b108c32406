import type { AnswerOf, BodyOf, Operation, ParamsOf, QueryOf } from '#contracts/operation.ts';
import { language } from '../i18n.ts';
import { ApiProblem, fromDocument, isProblem, isProblemDocument } from './problem.ts';
import { csrfHeaders, renewSession } from './session.ts';

/** What an operation is asked with; the build leaves of a contract no more than its method and path. */
export type Input<O extends Operation> = {
  readonly params?: ParamsOf<O>;
  readonly query?: QueryOf<O>;
  readonly body?: BodyOf<O>;
  readonly idempotencyKey?: string;
  /** In place of the body, as its bytes: for operations that take a file. */
  readonly file?: Blob;
};

/** The body of a success. */
export type Answered<O extends Operation> = AnswerOf<O>['body'];

/**
 * Calls the platform by a contract. Every refusal is thrown as an `ApiProblem`; a session whose access has run out is renewed
 * once, behind the scenes.
 */
export async function call<O extends Operation>(
  operation: O,
  input: Input<O> = {},
  signal?: AbortSignal,
): Promise<Answered<O>> {
  const { body } = await callWithStatus(operation, input, signal);
  return body as Answered<O>;
}

/** As `call`, where several successes differ: 201 and 202. */
export async function callWithStatus<O extends Operation>(
  operation: O,
  input: Input<O> = {},
  signal?: AbortSignal,
): Promise<AnswerOf<O>> {
  try {
    return await send(operation, input, signal);
  } catch (error) {
    if (isProblem(error, 'csrf_token_invalid')) return await send(operation, input, signal);
    if (!isProblem(error, 'token_expired', 'unauthenticated') || !(await renewSession())) throw error;
    return await send(operation, input, signal);
  }
}

async function send<O extends Operation>(
  operation: O,
  input: Input<O>,
  signal: AbortSignal | undefined,
): Promise<AnswerOf<O>> {
  const headers: Record<string, string> = { accept: 'application/json', 'accept-language': language() };
  if (operation.method !== 'GET') Object.assign(headers, csrfHeaders());
  if (input.idempotencyKey !== undefined) headers['idempotency-key'] = input.idempotencyKey;
  const init: RequestInit = { method: operation.method, headers, credentials: 'same-origin' };
  if (input.file) {
    headers['content-type'] = 'application/octet-stream';
    init.body = input.file;
  } else if (operation.method !== 'GET' && operation.method !== 'DELETE') {
    headers['content-type'] = 'application/json';
    init.body = JSON.stringify(input.body ?? {});
  }
  if (signal) init.signal = signal;
  const answer = await reach(addressOf(operation, input), init);
  const body = await read(answer);
  if (answer.ok) return { status: answer.status, body } as AnswerOf<O>;
  if (isProblemDocument(body)) throw fromDocument(body, answer.headers.get('retry-after'));
  throw new ApiProblem({ code: 'unintelligible', status: answer.status });
}

async function reach(address: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(address, init);
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ApiProblem({ code: 'unreachable' });
  }
}

async function read(answer: Response): Promise<unknown> {
  if (answer.status === 204) return null;
  const text = await answer.text();
  if (!/^application\/(problem\+)?json/.test(answer.headers.get('content-type') ?? '')) return text;
  try {
    return JSON.parse(text);
  } catch {
    throw new ApiProblem({ code: 'unintelligible', status: answer.status });
  }
}

/** The path with its parameters, and the query. */
export function addressOf<O extends Operation>({ path }: O, { params, query }: Input<O>): string {
  const given = (params ?? {}) as Readonly<Record<string, unknown>>;
  const filled = path.replace(/\{([A-Za-z][A-Za-z0-9]*)\}/g, (_, name: string) =>
    encodeURIComponent(String(given[name])),
  );
  const texts = new URLSearchParams();
  for (const [name, value] of Object.entries((query ?? {}) as Readonly<Record<string, unknown>>)) {
    if (value !== undefined && value !== '') texts.set(name, String(value));
  }
  return texts.size > 0 ? `${filled}?${texts}` : filled;
}
