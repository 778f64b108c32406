import { expect, test } from 'vitest';
import { connect } from '../../src/runtime/database/database.ts';
import type { Job } from '../../src/runtime/service.ts';
import { receiverWith, sender } from '../conformance/post-office.ts';
import { eventually } from '../support/eventually.ts';
import { startTestHost, type TestHost } from '../support/host.ts';
import { dropDatabases, ownerOf, testCluster, uniqueName } from '../support/postgres.ts';
import { nodeOf, tallyWith } from './tally.ts';
import { terminate } from './tally-faults.ts';

test('a job for one instance runs on one of two, and on the other once the first has lost its lease or stopped', async () => {
  const runs: string[] = [];
  const jobOf = (instance: string): Job => ({
    name: 'count',
    everyMs: 1_000,
    on: 'one',
    run: async () => void runs.push(instance),
  });
  const one = await startTestHost([tallyWith([jobOf('one')])]);
  await eventually(() => expect(runs).toEqual(['one']));
  const other = await startTestHost([tallyWith([jobOf('other')])], { prefix: one.prefix });
  const both = [one, other];
  const runsAfter = async (hosts: readonly TestHost[], expected: string): Promise<void> => {
    runs.length = 0;
    await eventually(() => {
      for (const { time } of hosts) time.move(1_000);
      expect(runs.length).toBeGreaterThan(4);
    });
    expect(new Set(runs)).toEqual(new Set([expected]));
  };
  await runsAfter(both, 'one');
  const owner = connect(ownerOf(one.prefix, 'tally'));
  expect(await terminate(owner, 'tally jobs')).toBeGreaterThan(0);
  await owner.close();
  runs.length = 0;
  // The first is busy elsewhere when the second looks for the lease.
  await eventually(() => {
    other.time.move(30_000);
    expect(runs).toContain('other');
  });
  await runsAfter(both, 'other');
  await other.stop();
  await runsAfter([one], 'one');
  await one[Symbol.asyncDispose]();
});

test('a start that fails in one service closes what the others had opened', async () => {
  const prefix = uniqueName('host');
  const failing = { ...tallyWith(), begin: () => Promise.reject(new Error('no seed')) };
  const starting = startTestHost([sender, receiverWith({ throwsAt: new Set() }), failing], { prefix });
  await expect(starting).rejects.toThrow('no seed');
  const admin = connect(testCluster());
  const sessions = `select application_name from pg_stat_activity where datname = $1`;
  await eventually(async () => expect((await admin.query(sessions, [prefix])).rows).toEqual([]));
  await admin.close();
  await dropDatabases(prefix);
});

test('a subscription to a service that does not run here is refused at the start', async () => {
  await using host = await startTestHost([sender]);
  const { inbox } = nodeOf(host, 'sender');
  host.host.bus.subscribe({ consumer: 'sender', source: 'nobody', types: new Set(), inbox, goesAlong: false });
  await expect(host.host.bus.start()).rejects.toThrow('sender listens to nobody, which is not running here');
});

test('what 004 §4.2 asks to be measured is measured: rate, latency, errors, backlog, retries, dead letters', async () => {
  await using host = await startTestHost([sender, receiverWith({ throwsAt: new Set(['riddle']) })]);
  const { context } = nodeOf(host, 'sender');
  const { send } = await import('../conformance/post-office.ts');
  await context.write(
    send,
    [
      { to: 'ann', number: 1, contents: 'text' },
      { to: 'bob', number: 1, contents: 'riddle' },
      { to: 'bob', number: 2, contents: 'text' },
    ],
    context.timer('test'),
  );
  const { registry } = context.metrics;
  await eventually(async () => {
    host.time.move(5_000);
    const text = await registry.metrics();
    for (const line of [
      /^suanpan_messages_total\{service="receiver",type="sender.letter",outcome="done"\} 1$/m,
      /^suanpan_messages_total\{service="receiver",type="sender.letter",outcome="(retry|parked)"\} [1-9]/m,
      /^suanpan_messages_total\{service="receiver",type="sender.letter",outcome="held"\} 1$/m,
      /^suanpan_message_lag_seconds_count\{service="receiver",source="sender"\} 3$/m,
      /^suanpan_batch_seconds_count\{service="sender"\} 1$/m,
      /^suanpan_batch_items_sum\{service="sender"\} 1$/m,
      /^suanpan_subscription_backlog_positions\{service="receiver",source="sender"\} 0$/m,
      /^suanpan_dead_letters\{service="receiver",status="(RETRYING|PARKED)"\} 1$/m,
      /^suanpan_dead_letters\{service="receiver",status="HELD"\} 1$/m,
      /^suanpan_dead_letter_oldest_seconds\{service="receiver",status="HELD"\} [1-9]/m,
      /^suanpan_retries_total\{service="receiver",what="message"\} [1-9]/m,
      /^# TYPE suanpan_http_request_seconds histogram$/m,
      /^process_cpu_seconds_total /m,
    ])
      expect(text).toMatch(line);
  });
});
