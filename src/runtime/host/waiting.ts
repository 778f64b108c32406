import type { Message } from '#contracts/message.ts';
import type { Clock, Instant } from '#kernel/clock.ts';
import type { LogReader } from '../log/reader.ts';
import type { Scheduler } from '../seams/scheduler.ts';

/** Waits on a service's own log for something said of a subject; listening begins with the call. */
export function waitForSaid<Match>(
  log: LogReader,
  time: { readonly clock: Clock; readonly scheduler: Scheduler },
  ask: { readonly key: string; readonly match: (message: Message) => Match | undefined; readonly deadline: Instant },
): Promise<Match | undefined> {
  return new Promise((resolve) => {
    const settle = (match: Match | undefined): void => {
      unlisten();
      cancel();
      resolve(match);
    };
    const unlisten = log.listen(ask.key, (message) => {
      const match = ask.match(message);
      if (match !== undefined) settle(match);
    });
    const cancel = time.scheduler.after(ask.deadline - time.clock.now(), () => settle(undefined));
  });
}
