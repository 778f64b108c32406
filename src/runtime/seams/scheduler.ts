import type { Clock, Instant } from '#kernel/clock.ts';

/** Cancels what was scheduled. */
export type Cancel = () => void;

/** The one source of delays. All waiting goes by its clock, so a test that moves the clock makes what is due happen. */
export interface Scheduler {
  /** Runs once after the delay. */
  after(delayMs: number, run: () => void): Cancel;
  /** Resolves after the delay; at once when the signal aborts. */
  wait(delayMs: number, signal?: AbortSignal): Promise<void>;
}

/** What a timer of the platform can hold; longer delays are waited for in parts. */
const timerMostMs = 2 ** 31 - 1;

export function systemScheduler(): Scheduler {
  const after: Scheduler['after'] = (delayMs, run) => {
    let timer: NodeJS.Timeout;
    const arm = (leftMs: number): void => {
      const partMs = Math.min(Math.max(0, leftMs), timerMostMs);
      timer = setTimeout(() => (leftMs > partMs ? arm(leftMs - partMs) : run()), partMs);
    };
    arm(delayMs);
    return () => clearTimeout(timer);
  };
  return { after, wait: waiting(after) };
}

function waiting(after: Scheduler['after']): Scheduler['wait'] {
  return (delayMs, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const done = (): void => {
        cancel();
        signal?.removeEventListener('abort', done);
        resolve();
      };
      const cancel = after(delayMs, done);
      signal?.addEventListener('abort', done, { once: true });
    });
}

/** The system's clock. Time can be moved forward on top of it: what becomes due by it runs. For tests and demonstrations. */
export interface MovableTime extends Clock, Scheduler {
  move(byMs: number): void;
}

interface Alarm {
  readonly due: Instant;
  readonly run: () => void;
  cancel: Cancel;
}

export function movableTime(systemNow: () => Instant): MovableTime {
  let offsetMs = 0;
  const alarms = new Set<Alarm>();
  const now = (): Instant => systemNow() + offsetMs;

  const arm = (alarm: Alarm): void => {
    const timer = setTimeout(
      () => {
        if (alarm.due > now()) return arm(alarm);
        alarms.delete(alarm);
        alarm.run();
      },
      Math.min(Math.max(0, alarm.due - now()), timerMostMs),
    );
    const cancel = (): void => clearTimeout(timer);
    alarm.cancel = cancel;
  };
  const after: Scheduler['after'] = (delayMs, run) => {
    const alarm: Alarm = { due: now() + Math.max(0, delayMs), run, cancel: () => undefined };
    alarms.add(alarm);
    arm(alarm);
    return () => {
      alarm.cancel();
      alarms.delete(alarm);
    };
  };
  return {
    now,
    after,
    wait: waiting(after),
    move(byMs) {
      offsetMs += byMs;
      // What has become due at once runs in the order in which it was due.
      for (const alarm of [...alarms].sort((one, other) => one.due - other.due)) {
        alarm.cancel();
        arm(alarm);
      }
    },
  };
}
