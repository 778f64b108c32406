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
  return new Promise((resolve, reject) => {
    const end = (): void => {
      unlisten();
      cancel();
    };
    const unlisten = log.listen(ask.key, (message) => {
      try {
        const match = ask.match(message);
        if (match === undefined) return;
        resolve(match);
      } catch (error) {
        // The log's other followers have nothing to do with it.
        reject(error);
      }
      end();
    });
    const cancel = time.scheduler.after(ask.deadline - time.clock.now(), () => {
      end();
      resolve(undefined);
    });
  });
}
