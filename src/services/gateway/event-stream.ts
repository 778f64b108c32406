import { Readable } from 'node:stream';
import { ProblemError, problem } from '#kernel/problem.ts';
import type { Context, Origin } from '#runtime/service.ts';

/** Server-sent events (HTML Living Standard §9.2), as long as their reader stays. */

/** A comment keeps whoever stands between from closing what is idle. */
const heartbeatMs = 15_000;
/** Then the browser comes again by itself, with whatever session it has by then. */
export const lifetimeMs = 600_000;
const streamsPerUser = 10;
/** Whoever reads slower than is told is spared what the next event says again. */
const unreadBytesMax = 256 * 1024;

export const eventHeaders = { 'cache-control': 'no-store', 'x-accel-buffering': 'no' };

export interface Events {
  /** Aborts when nobody reads any more. */
  readonly signal: AbortSignal;
  /** `id` is what the reader sends as `Last-Event-ID` when it comes again. */
  send(type: string, data: object, id?: string): void;
  /** Whether the reader has yet to read a good deal of what was sent. */
  isBehind(): boolean;
}

/** Takes one of the user's places, and gives it back at the end: when `tell` is done, or nobody reads any more. */
export function openEvents(context: Context, userId: string, tell: (events: Events) => Promise<void>): string {
  const leave = enter(userId, context);
  const ending = new AbortController();
  const stream = new Readable({
    read: () => undefined,
    destroy(error, done) {
      ending.abort();
      leave();
      done(error);
    },
  });
  stream.push('retry: 2000\n\n');
  const { signal } = ending;
  const told = tell({
    signal,
    isBehind: () => stream.readableLength > unreadBytesMax,
    send: (type, data, id) =>
      stream.push(`${id === undefined ? '' : `id: ${id}\n`}event: ${type}\ndata: ${JSON.stringify(data)}\n\n`),
  });
  void told
    .catch((error: unknown) => context.log.error({ err: error }, 'a stream of events broke off'))
    .finally(() => {
      stream.push(null);
      ending.abort();
    });
  void beat(stream, context, signal);
  // What a handler may answer with beside a text is no part of its contract's type.
  return stream as unknown as string;
}

async function beat(stream: Readable, { scheduler }: Context, signal: AbortSignal): Promise<void> {
  for (;;) {
    await scheduler.wait(heartbeatMs, signal);
    if (signal.aborted) return;
    stream.push(': still here\n\n');
  }
}

/** A wait is no part of what happened, and is not recorded among calls. Each question has a deadline of its own. */
export function askedForEvents(origin: Origin, patienceMs: number): (context: Context) => Origin {
  const traceparent = `${origin.traceparent.slice(0, -2)}00`;
  return ({ clock }) => ({ ...origin, traceparent, deadline: clock.now() + patienceMs });
}

const open = new WeakMap<Context, Map<string, number>>();

/** Takes one of the user's places; what is returned gives it back. */
function enter(userId: string, context: Context): () => void {
  const places = open.get(context) ?? new Map<string, number>();
  open.set(context, places);
  const taken = places.get(userId) ?? 0;
  if (taken >= streamsPerUser) {
    const refusal = problem('rate_limited', `Limited to ${streamsPerUser} streams at a time.`);
    throw new ProblemError({ ...refusal, retryAfterSeconds: 10 });
  }
  places.set(userId, taken + 1);
  return () => {
    const left = (places.get(userId) ?? 1) - 1;
    if (left === 0) places.delete(userId);
    else places.set(userId, left);
  };
}
