import { describe, expect, test } from 'vitest';
import { toTimestamp } from '#kernel/clock.ts';
import type { Context } from '#runtime/service.ts';
import { Auditor } from './auditor.ts';

/** What notification has heard of ordering: all up to `position`, and of what lies beyond so many messages. */
interface Ear {
  readonly position: number;
  readonly ahead: number;
}

const [boundMs, now] = [1_000, 100_000];
const types = ['ordering.order-confirmed'];

/**
 * An ordering that has said 1 to 5 long ago, and a notification as it stands when it is looked at for the first, and the second
 * time.
 */
function lookingAt(first: Ear, second: Ear, services = ['ordering', 'notification']) {
  const asked: string[] = [];
  let ear = first;
  const answers: Readonly<Record<string, (body: { readonly position: number }) => unknown>> = {
    orderingAuditChecks: () => ({ violations: [], checked: {}, heard: [] }),
    notificationAuditChecks: () => ({ violations: [], checked: {}, heard: [{ source: 'ordering', types, ...ear }] }),
    orderingUnheard: ({ position }) => {
      const messages = Math.max(0, 5 - position);
      return { messages, oldestAt: messages > 0 ? toTimestamp(position) : null, head: 5 };
    },
  };
  const context = {
    clock: { now: () => now },
    timer: () => ({}),
    scheduler: {
      wait: async () => {
        ear = second;
      },
    },
    call: async ({ name }: { readonly name: string }, { body }: { readonly body: { readonly position: number } }) => {
      asked.push(name);
      return { body: answers[name]?.(body) ?? { data: [], facts: [] } };
    },
  };
  const auditor = new Auditor(context as unknown as Context, services, boundMs);
  return { asked, found: async () => (await auditor.run()).violations.map(({ detail }) => detail) };
}

describe('of what a service is to hear of another (I8)', () => {
  test('nothing is named where all was heard', async () => {
    expect(await lookingAt({ position: 5, ahead: 0 }, { position: 5, ahead: 0 }).found()).toEqual([]);
  });

  test('a message that was lost is named, not those that came after it', async () => {
    const gap = { position: 2, ahead: 2 };
    expect(await lookingAt(gap, gap).found()).toEqual([
      'notification has not heard 1 messages of ordering, the oldest of 1970-01-01T00:00:00.002Z',
    ]);
  });

  test('one that was only overtaken is not named: it has come by the second look', async () => {
    expect(await lookingAt({ position: 2, ahead: 2 }, { position: 5, ahead: 0 }).found()).toEqual([]);
    expect(await lookingAt({ position: 2, ahead: 2 }, { position: 3, ahead: 1 }).found()).toEqual([]);
  });

  test('nothing is missing where all that is beyond the cursor was heard', async () => {
    expect(await lookingAt({ position: 3, ahead: 2 }, { position: 3, ahead: 2 }).found()).toEqual([]);
  });

  test('all is missing where nothing was ever heard', async () => {
    const nothing = { position: 0, ahead: 0 };
    expect(await lookingAt(nothing, nothing).found()).toEqual([
      'notification has not heard 5 messages of ordering, the oldest of 1970-01-01T00:00:00.000Z',
    ]);
  });

  test('what is beyond the end of the log is named', async () => {
    const beyond = { position: 9, ahead: 0 };
    expect(await lookingAt(beyond, beyond).found()).toEqual([
      'notification has heard ordering up to 9, but its log ends at 5',
    ]);
  });

  test('a source that is not part of the platform is not asked', async () => {
    const { asked, found } = lookingAt({ position: 0, ahead: 0 }, { position: 0, ahead: 0 }, ['notification']);
    expect(await found()).toEqual([]);
    expect(asked).not.toContain('orderingUnheard');
  });
});
