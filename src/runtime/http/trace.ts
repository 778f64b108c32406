import type { Clock } from '#kernel/clock.ts';
import type { RandomBytes } from '#kernel/ids.ts';

/**
 * W3C Trace Context (Level 1, §3.2). A traceparent is `00-<trace id>-<span id>-<flags>`; flag 1, "sampled", means here that
 * the calls of the trace are recorded for case files and diagrams.
 */
export interface Traces {
  /** The traceparent of a request that arrives at the edge: continues the client's trace, or starts one. */
  begin(incoming: string | undefined): string;
  /** A new span of the same trace, with the same flags. */
  child(traceparent: string): string;
}

const zeroes = '0'.repeat(32);
const wellFormed = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?=$|-)/;

/** The trace id of a traceparent, undefined where it is not one. Later versions may append parts (§4). */
export function parseTraceparent(text: string | undefined): { traceId: string; spanId: string } | undefined {
  if (text === undefined || !wellFormed.test(text)) return undefined;
  if (text.startsWith('00') && text.length !== 55) return undefined;
  return { traceId: text.slice(3, 35), spanId: text.slice(36, 52) };
}

export function traceIdOf(traceparent: string): string {
  return traceparent.slice(3, 35);
}

export function spanIdOf(traceparent: string): string {
  return traceparent.slice(36, 52);
}

export function isSampled(traceparent: string): boolean {
  return (Number.parseInt(traceparent.slice(53, 55), 16) & 1) === 1;
}

/**
 * Whether a trace is recorded is decided here alone, by a token bucket: the flags of a client are not taken over, else anybody
 * could fill the call tables.
 */
export function makeTraces(options: {
  readonly randomBytes: RandomBytes;
  readonly clock: Clock;
  /** Traces recorded per second; 0 records none, Infinity all. */
  readonly ratePerSecond: number;
}): Traces {
  const { randomBytes, clock, ratePerSecond } = options;
  const pool = Buffer.alloc(4096);
  let digits = '';
  let used = 0;
  const hex = (length: 16 | 32): string => {
    if (used + length > digits.length) {
      randomBytes(pool);
      digits = pool.toString('hex');
      used = 0;
    }
    const text = digits.slice(used, used + length);
    used += length;
    // All zeroes is the one value that is not an id (§3.2.2.3).
    return zeroes.startsWith(text) ? hex(length) : text;
  };

  const burst = Math.max(1, ratePerSecond);
  let tokens = burst;
  let filledAt = clock.now();
  const sample = (): '00' | '01' => {
    if (ratePerSecond === Number.POSITIVE_INFINITY) return '01';
    if (ratePerSecond === 0) return '00';
    const now = clock.now();
    tokens = Math.min(burst, tokens + (Math.max(0, now - filledAt) / 1000) * ratePerSecond);
    filledAt = now;
    if (tokens < 1) return '00';
    tokens -= 1;
    return '01';
  };

  return {
    begin(incoming) {
      const parsed = parseTraceparent(incoming);
      return `00-${parsed ? parsed.traceId : hex(32)}-${hex(16)}-${sample()}`;
    },
    child: (traceparent) => `00-${traceparent.slice(3, 35)}-${hex(16)}-${traceparent.slice(53, 55)}`,
  };
}
