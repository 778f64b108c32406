import { type Message, nameOf } from '#contracts/message.ts';
import type { Clock, Instant } from '#kernel/clock.ts';
import { CommitUnknown } from '../database/failure.ts';
import type { FailPoints } from '../seams/fail-points.ts';
import { monotonicMs } from '../seams/system-time.ts';
import type { Log } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { Flush } from './flush.ts';
import type { Handled, Item, MessageItem, Outcome } from './item.ts';

export interface Conclusion {
  readonly service: string;
  readonly clock: Clock;
  readonly failPoints: FailPoints;
  readonly log: Log;
  readonly metrics: Metrics;
  /** After each commit that said something, with what; without it where that is not known. */
  readonly said: (messages?: readonly Message[]) => void;
}

/** What is built upon the commit from now on: cursors stand further on. */
export function moveOn(flush: Flush): void {
  for (const [lease, position] of flush.moves) lease.position = position;
}

/**
 * After the commit: readers have what was said, and whoever waits for an item is told.
 *
 * @throws CommitUnknown where that breaks off: it is done and must not be done again, so whoever has not been told yet is told by
 * keys and cursors
 */
export async function conclude(means: Conclusion, flush: Flush, startedMs: number): Promise<void> {
  const { clock, failPoints, metrics, service } = means;
  try {
    if (failPoints.armed) failPoints.reach(`${service}.after-commit`);
    if (flush.said > 0) means.said(await flush.appended);
    metrics.batchSize.observe({ service }, flush.items.length);
    metrics.batchSeconds.observe({ service }, (monotonicMs() - startedMs) / 1000);
    tell(means, flush.items, flush.outcomes, clock.now());
  } catch (error) {
    throw new CommitUnknown(error);
  }
}

function tell(means: Conclusion, items: readonly Item[], outcomes: readonly Outcome[], now: Instant): void {
  for (const [index, item] of items.entries()) {
    const outcome = outcomes[index];
    if (!outcome) throw new Error('an item without an outcome');
    if (item.kind === 'message' && outcome.kind === 'handled') tellMessage(means, item, outcome.as, now);
    else if (item.kind === 'message') throw new Error('a message was answered like a request');
    else if (outcome.kind === 'failed') item.failed(outcome.error);
    else if (outcome.kind === 'written') item.done(outcome.written);
  }
}

function tellMessage(means: Conclusion, { by, message, done }: MessageItem, as: Handled['as'], now: Instant): void {
  const { log, metrics, service } = means;
  if (by.kind === 'tail') by.lease.pending -= 1;
  if (by.kind !== 'letter') {
    metrics.lag.observe({ service, source: message.source }, Math.max(0, now - message.timeMs) / 1000);
  } else if (as === 'stale') {
    // Whoever was quicker has it.
    done('dropped');
    return;
  } else {
    metrics.retries.inc({ service, what: 'message' });
    if (as === 'done')
      metrics.deadLetterSettled.observe({ service, outcome: 'retried' }, (now - by.letter.setAsideAt) / 1000);
  }
  metrics.handled.inc({ service, type: message.type, outcome: as });
  if (as === 'parked') logParked(log, service, message);
  done('settled');
}

function logParked(log: Log, service: string, message: Message): void {
  log.error(
    { service, message: nameOf(message), type: message.type, key: message.key, traceparent: message.traceparent },
    'a message was parked after its last attempt; read it in the dead letters, then retry or discard it',
  );
}
