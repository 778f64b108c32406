import type { Stripe } from 'stripe';
import type { Clock } from '#kernel/clock.ts';
import type { Scheduler } from '#runtime/seams/scheduler.ts';
import type { Asking, Unknown } from '../provider.ts';
import { isThing, type Outcome, unknown } from './answer.ts';
import { failureOf, type Stuck } from './failure.ts';
import type { CardSettings } from './settings.ts';

/** The version that the answers are read by; webhooks come in the version of the endpoint, whatever that is. */
export const apiVersion = '2026-10-28.endive';

export interface Means {
  readonly clock: Clock;
  readonly scheduler: Pick<Scheduler, 'after'>;
}

type Call = (stripe: Stripe, options: { readonly timeout: number }) => Promise<object>;

/** Asks Stripe once. Never rejects, and never takes longer than the deadline and the settings leave it. */
export type Ask = (origin: Asking, call: Call) => Promise<Outcome | Stuck>;

/**
 * The client guarded against what it does by itself: it repeats a request whose connection was closed even with no retries
 * allowed; its time limit is one of silence, so that an answer in drips lasts for ever; JSON without an error is success
 * whatever the HTTP status says; JSON that is no object ends the process by a rejection that nobody can catch; and telemetry
 * writes a file into the home folder.
 */
export function asking(settings: CardSettings, { clock, scheduler }: Means): Ask {
  return async ({ deadline }, call) => {
    const { Stripe } = await import('stripe');
    const leftMs = Math.min(deadline - clock.now(), settings.timeoutMs);
    if (!(leftMs >= 1)) return unknown('no time left to ask');
    const once = onceOnly(Stripe.createNodeHttpClient());
    const stripe = new Stripe(settings.secretKey, {
      ...whereTo(settings.apiUrl),
      ...{ apiVersion, httpClient: once.client, maxNetworkRetries: 0, telemetry: false },
    });
    const { promise: over, resolve } = Promise.withResolvers<Unknown>();
    const cancel = scheduler.after(leftMs, () => {
      once.abandon();
      resolve(unknown(`no answer within ${leftMs} ms`));
    });
    const answering = Promise.try(call, stripe, { timeout: Math.ceil(leftMs) });
    try {
      return await Promise.race([answering.then(outcomeOf, failureOf), over]);
    } finally {
      cancel();
    }
  };
}

function whereTo(apiUrl: string): { host: string; port: number; protocol: 'http' | 'https' } {
  const { hostname, port, protocol } = new URL(apiUrl);
  const secure = protocol === 'https:';
  return { host: hostname, port: Number(port) || (secure ? 443 : 80), protocol: secure ? 'https' : 'http' };
}

function outcomeOf(thing: object): Outcome {
  const { lastResponse } = thing as { lastResponse?: { headers?: Record<string, string | undefined> } };
  const headers = lastResponse?.headers ?? {};
  if (!isThing(thing)) return unknown('an answer that is no object');
  return { kind: 'answered', thing, replayed: headers['idempotent-replayed'] === 'true', date: headers.date };
}

type HttpClient = ReturnType<typeof Stripe.createNodeHttpClient>;
type HttpResponse = Awaited<ReturnType<HttpClient['makeRequest']>>;

/** Stripe's own HTTP client for one request: a closed connection is not tried again, and what was abandoned is let go. */
function onceOnly(client: HttpClient): { client: HttpClient; abandon(): void } {
  let abandoned = false;
  let answering: HttpResponse | undefined;
  const letGo = (): void => {
    const raw = answering?.getRawResponse() as { destroy?: () => void } | undefined;
    raw?.destroy?.();
  };
  const makeRequest: HttpClient['makeRequest'] = async (...request) => {
    try {
      answering = await client.makeRequest(...request);
    } catch (error) {
      // Under its own code (ECONNRESET, EPIPE) the client would send the request a second time.
      throw Object.assign(new Error('the connection failed'), { code: `FINAL_${codeOf(error)}` });
    }
    if (abandoned) letGo();
    return believable(answering);
  };
  return {
    client: { getClientName: () => client.getClientName(), makeRequest } as HttpClient,
    abandon() {
      abandoned = true;
      letGo();
    },
  };
}

function codeOf(error: unknown): string {
  return isThing(error) && typeof error.code === 'string' ? error.code : 'UNKNOWN';
}

/** Stripe answers 200 with an object or another status with an error of some type; all else comes from somebody in between. */
function believable(response: HttpResponse): HttpResponse {
  const read = response.toJSON.bind(response);
  const status = response.getStatusCode();
  response.toJSON = async () => {
    const json: unknown = await read();
    if (!isThing(json)) throw new Error(`HTTP ${status} with what is no object`);
    const isError = isThing(json.error) && typeof json.error.type === 'string';
    if (isError !== (status !== 200)) throw new Error(`HTTP ${status} with what Stripe does not answer`);
    return json;
  };
  return response;
}
