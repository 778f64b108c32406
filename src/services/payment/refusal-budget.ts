import type { Clock, Instant } from '#kernel/clock.ts';

const minuteMs = 60_000;
/** Enough to see what is going on; whoever sends more does not fill the store with it. */
const keptPerMinute = 60;

interface Minute {
  readonly since: Instant;
  kept: number;
}

const minutes = new WeakMap<object, Minute>();

/** Whether one more call that nobody has signed is kept, of all that come to this process within a minute; all are counted. */
export function mayKeepUnsigned(context: { readonly clock: Clock }): boolean {
  const now = context.clock.now();
  const known = minutes.get(context);
  const minute = known && now < known.since + minuteMs ? known : { since: now, kept: 0 };
  minutes.set(context, minute);
  minute.kept += 1;
  return minute.kept <= keptPerMinute;
}
