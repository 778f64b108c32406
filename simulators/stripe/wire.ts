import type { ServerResponse } from 'node:http';
import type { Scheduler } from '#runtime/seams/scheduler.ts';
import { Fault } from './faults.ts';
import type { Result } from './keys.ts';
import type { Mishap } from './mishaps.ts';

interface Means {
  readonly scheduler: Pick<Scheduler, 'after'>;
  readonly requestId: string;
  now(): number;
}

export function write(response: ServerResponse, result: Result, now: number, headers: Record<string, string>): void {
  response.writeHead(result.status, {
    ...{ 'content-type': 'application/json', date: new Date(now).toUTCString(), ...headers },
    'content-length': Buffer.byteLength(result.body),
  });
  response.end(result.body);
}

/** What goes over the wire in place of the answer. */
export function befall(mishap: Mishap, response: ServerResponse, means: Means, result?: Result): void {
  const text = (status: number, type: string, body: string) => () =>
    void response.writeHead(status, { 'content-type': type }).end(body);
  const fault = (fault: Result) => () => write(response, fault, means.now(), { 'request-id': means.requestId });
  const cut = (): void => void response.socket?.destroy();
  const half = (then: () => void) => () => {
    const body = result?.body ?? '';
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) + 1_000 });
    response.write(body);
    means.scheduler.after(dripMs, then);
  };
  const acts: Readonly<Record<Exclude<Mishap, 'slow'>, () => void>> = {
    refused: fault(faulty(refused())),
    'rate limit': fault(faulty(rateLimited())),
    'no answer, not applied': () => undefined,
    'no answer, applied': () => undefined,
    'connection cut, not applied': cut,
    'connection cut, applied': cut,
    'server error, not applied': fault(serverError()),
    'server error, applied': fault(serverError()),
    'bad gateway, not applied': text(502, 'text/html', '<html><h1>502 Bad Gateway</h1></html>'),
    'json of a proxy, applied': text(503, 'application/json', '{"message":"upstream is away"}'),
    'text of a proxy, applied': text(200, 'application/json', '"OK"'),
    'answer in drips, applied': half(() => drip(response, means.scheduler)),
    'answer cut in the middle, applied': half(cut),
  };
  if (mishap !== 'slow') acts[mishap]();
}

const dripMs = 20;

/** A space now and then, for ever: JSON that is never over. */
function drip(response: ServerResponse, scheduler: Pick<Scheduler, 'after'>): void {
  if (response.destroyed || response.socket?.destroyed) return;
  response.write(' ');
  scheduler.after(dripMs, () => drip(response, scheduler));
}

export const isAfter = (mishap: Mishap): boolean => mishap.endsWith(', applied') && mishap !== 'server error, applied';
export const isBefore = (mishap: Mishap): boolean => !mishap.endsWith(', applied') && mishap !== 'slow';

export function faulty({ status, body }: Fault): Result {
  const { code } = body;
  const error = code === undefined ? body : { ...body, doc_url: `https://stripe.com/docs/error-codes/${code}` };
  return { status, body: JSON.stringify({ error }, null, 2) };
}

export function serverError(): Result {
  const message = 'Sorry! There was an error while talking to one of our backends. Support has been notified.';
  return faulty(new Fault(500, { type: 'api_error', message }));
}

const rateLimited = (): Fault =>
  new Fault(429, {
    ...{ type: 'invalid_request_error', code: 'rate_limit' },
    message: 'Request rate limit exceeded. Learn more about rate limits here https://stripe.com/docs/rate-limits.',
  });

const refused = (): Fault =>
  new Fault(400, {
    ...{ type: 'invalid_request_error', code: 'payment_method_unactivated' },
    message:
      'The payment method type provided: card is invalid. Please ensure the provided type is activated in your dashboard.',
  });
