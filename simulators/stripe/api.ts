import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Scheduler } from '#runtime/seams/scheduler.ts';
import { type Call, endpoints, notAForm, unrecognized } from './endpoints.ts';
import { Fault } from './faults.ts';
import { type Form, parseForm } from './form.ts';
import { idempotencyKeys, type Result } from './keys.ts';
import type { Failures, Mishap } from './mishaps.ts';
import { befall, faulty, isAfter, isBefore, serverError, write } from './wire.ts';
import type { World } from './world.ts';

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

interface Means {
  readonly world: World;
  readonly failures: Failures;
  readonly scheduler: Pick<Scheduler, 'after' | 'wait'>;
  /** How long a request takes that is told to be slow. */
  readonly slowMs: number;
  call(ids: readonly string[], cause: Call['cause']): Call;
}

export type Api = (asked: Asked, response: ServerResponse) => Promise<void>;

/** api.stripe.com. */
export function stripeApi({ world, failures, scheduler, slowMs, call }: Means): Api {
  const keys = idempotencyKeys(world);

  /** The answer, with what has to be done first where the request is good: keys are taken only then. */
  function answerTo(
    asked: Asked,
    requestId: string,
    headers: Record<string, string>,
    mishap: Mishap | undefined,
  ): Result | Promise<Result> {
    const isPublic = authenticate(world, asked);
    headers['stripe-version'] = versionOf(world, asked);
    if (
      asked.method === 'POST' &&
      asked.headers['content-type']?.split(';')[0] !== 'application/x-www-form-urlencoded'
    ) {
      throw notAForm();
    }
    const form = parseForm(asked.method === 'POST' ? asked.body : asked.query);
    const { run, ids } = find(asked, form, isPublic);
    const key = asked.method === 'POST' ? keyOf(asked) : null;
    if (key !== null) headers['idempotency-key'] = key;
    const execute = (): Result => {
      const result = resultOf(() => run(call(ids, { id: requestId, idempotency_key: key })));
      const broken = mishap === 'server error, applied' ? serverError() : result;
      if (key !== null) keys.keep(key, broken);
      return broken;
    };
    if (key !== null) {
      const known = keys.take(key, { ...asked, parameters: canonical(form), requestId });
      if (known) {
        headers['idempotent-replayed'] = 'true';
        headers['original-request'] = known.originalRequest;
        // What is repeated is repeated as it was: the error is for the next request that does something.
        if (mishap === 'server error, applied') failures.next(mishap);
        return known.result;
      }
      headers['original-request'] = requestId;
    }
    return mishap === 'slow' ? scheduler.wait(slowMs).then(execute) : execute();
  }

  return async (asked, response) => {
    const requestId = world.id('req', 14);
    const means = { scheduler, now: () => world.clock.now(), requestId };
    const mishap = failures.take(`${asked.method} ${asked.path}`);
    if (mishap && isBefore(mishap)) return befall(mishap, response, means);
    const headers: Record<string, string> = {};
    let result: Result;
    try {
      result = await answerTo(asked, requestId, headers, mishap);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      result = faulty(error);
    }
    if (mishap && isAfter(mishap)) return befall(mishap, response, means, result);
    write(response, result, world.clock.now(), {
      ...headers,
      'request-id': requestId,
      ...(result.status >= 500 && { 'stripe-should-retry': 'false' }),
    });
  };
}

function authenticate({ account }: World, { headers }: Asked): boolean {
  const [scheme = '', credentials = ''] = (headers.authorization ?? '').split(' ');
  const key =
    scheme.toLowerCase() === 'basic'
      ? (Buffer.from(credentials, 'base64').toString('latin1').split(':')[0] ?? '')
      : credentials;
  if (key === account.secretKey) return false;
  if (key === account.publishableKey) return true;
  const message =
    key === ''
      ? 'You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth.'
      : `Invalid API Key provided: ${key.slice(0, 8)}${'*'.repeat(Math.max(0, key.length - 12))}${key.slice(-4)}`;
  throw new Fault(401, { type: 'invalid_request_error', message });
}

/** Without one the account's own holds. */
function versionOf({ account }: World, { headers }: Asked): string {
  const given = headers['stripe-version'];
  if (given === undefined) return account.apiVersion;
  const version = String(given);
  const known = /^(20(1[1-9]|2[0-3])-\d{2}-\d{2}|2024-(0[1-6])-\d{2}|202[4-6]-\d{2}-\d{2}\.[a-z]+)$/.test(version);
  if (known && version.slice(0, 10) <= account.apiVersion.slice(0, 10)) return version;
  throw new Fault(400, { type: 'invalid_request_error', message: `Invalid Stripe API version: ${version}` });
}

function keyOf({ headers }: Asked): string | null {
  const given = headers['idempotency-key'];
  if (given === undefined) return null;
  const key = String(given);
  if (key !== '' && key.length <= 255) return key;
  throw new Fault(400, { type: 'idempotency_error', message: 'Idempotency keys are 1 to 255 characters long.' });
}

function find(asked: Asked, form: { readonly [name: string]: Form }, isPublic: boolean) {
  for (const endpoint of endpoints) {
    const ids = endpoint.method === asked.method ? endpoint.path.exec(asked.path) : null;
    if (!ids) continue;
    if (isPublic && !(endpoint.publishable && form.client_secret !== undefined)) {
      const message = 'This API call cannot be made with a publishable API key. Please use a secret API key.';
      throw new Fault(403, { type: 'invalid_request_error', code: 'secret_key_required', message });
    }
    return { run: endpoint.prepare(form), ids: ids.slice(1) };
  }
  throw unrecognized(asked.method, asked.path);
}

/** The parameters whatever their order. */
function canonical(form: unknown): string {
  return JSON.stringify(form, (_name, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)))
      : value,
  );
}

function resultOf(run: () => object): Result {
  try {
    return { status: 200, body: JSON.stringify(run(), null, 2) };
  } catch (error) {
    if (error instanceof Fault) return faulty(error);
    throw error;
  }
}
