import { Fault } from './faults.ts';
import type { World } from './world.ts';

/** An answer as it goes over the wire. */
export interface Result {
  readonly status: number;
  readonly body: string;
}

interface Used {
  readonly method: string;
  readonly path: string;
  readonly parameters: string;
  readonly requestId: string;
  readonly at: number;
  result: Result | undefined;
}

/** Stripe's promise is at least 24 hours; the simulator forgets at once then, so that whoever relies on more is found out. */
const keptMs = 24 * 3_600_000;

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly parameters: string;
  readonly requestId: string;
}

export interface Keys {
  /** What was answered under the key; undefined where this request is the first and takes it. */
  take(key: string, asked: Asked): { readonly result: Result; readonly originalRequest: string } | undefined;
  keep(key: string, result: Result): void;
}

/** Idempotency keys (docs.stripe.com/api/idempotent_requests). */
export function idempotencyKeys(world: World): Keys {
  const used = new Map<string, Used>();
  return {
    take(key, asked) {
      const known = used.get(key);
      if (!known || world.clock.now() - known.at >= keptMs) {
        used.set(key, { ...asked, at: world.clock.now(), result: undefined });
        return undefined;
      }
      if (known.path !== asked.path || known.method !== asked.method) {
        throw misused(
          `Keys for idempotent requests can only be used for the same endpoint they were first used for ('${asked.path}' vs '${known.path}'). Try using a key other than '${key}' if you meant to execute a different request.`,
        );
      }
      if (known.parameters !== asked.parameters) {
        throw misused(
          `Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '${key}' if you meant to execute a different request.`,
        );
      }
      if (!known.result) {
        throw new Fault(409, {
          ...{ type: 'idempotency_error', code: 'idempotency_key_in_use' },
          message: `There is currently another in-progress request using this Idempotent Key (that probably means you submitted twice, and the other request is still going through): ${key}. Please try again later.`,
        });
      }
      return { result: known.result, originalRequest: known.requestId };
    },
    keep(key, result) {
      const known = used.get(key);
      if (known) known.result = result;
    },
  };
}

const misused = (message: string): Fault => new Fault(400, { type: 'idempotency_error', message });
