import type { ConnectionOptions } from '../../src/runtime/database/database.ts';
import { withSession } from '../../src/runtime/database/provision.ts';
import { auditOf } from '../audit.ts';
import { takenBy } from '../processes.ts';
import { median } from '../results.ts';
import { checkpoint } from '../yardsticks/yardsticks.ts';
import { buy } from './loop.ts';
import type { OpenStore, Say } from './store.ts';

/** What a window of load cost. Microseconds are of processor time, for each order that was CONFIRMED in it. */
export interface Cost {
  readonly ordersPerSecond: number;
  readonly nodeMicroseconds: number;
  readonly postgresMicroseconds: number;
  readonly walBytes: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

export async function measure({ buying, platform, postgres }: OpenStore, seconds: number): Promise<Cost> {
  const spent = async () => ({
    node: takenBy([platform.pid])?.seconds ?? 0,
    postgres: takenBy([postgres.pid])?.seconds ?? 0,
    wal: await walPosition(postgres.admin),
  });
  await checkpoint(postgres.admin);
  const before = await spent();
  const startedMs = performance.now();
  const { done, calls, unexpected } = await buy(buying, seconds);
  const took = (performance.now() - startedMs) / 1_000;
  const after = await spent();
  const placing = calls['POST /v1/orders'];
  if (Object.keys(unexpected).length > 0) throw new Error(`unexpected answers: ${JSON.stringify(unexpected)}`);
  const perOrder = (now: number, then: number): number => Math.round(((now - then) * 1e6) / done);
  return {
    ordersPerSecond: Math.round(done / took),
    nodeMicroseconds: perOrder(after.node, before.node),
    postgresMicroseconds: perOrder(after.postgres, before.postgres),
    walBytes: Math.round((after.wal - before.wal) / done),
    p50Ms: placing?.p50Ms ?? 0,
    p99Ms: placing?.p99Ms ?? 0,
  };
}

/** Resident memory of the platform's process as it went through this many orders. */
export interface Memory {
  readonly orders: number;
  readonly rssMiB: number;
}

/** Orders until the last of the marks; at each the memory, as the median of the window that reaches it. */
export async function runThrough(
  { buying, platform }: OpenStore,
  marks: readonly number[],
  windowSeconds: number,
  say: Say,
): Promise<readonly Memory[]> {
  const seen: Memory[] = [];
  let orders = 0;
  for (const mark of marks) {
    let rssMiB = 0;
    while (orders < mark) {
      const samples: number[] = [];
      const sampling = setInterval(() => samples.push(takenBy([platform.pid])?.rssMiB ?? 0), 1_000);
      const { done } = await buy(buying, windowSeconds).finally(() => clearInterval(sampling));
      orders += done;
      rssMiB = Math.round(median(samples));
      say(`${orders} orders, ${rssMiB} MiB resident`);
    }
    seen.push({ orders, rssMiB });
  }
  return seen;
}

async function walPosition(admin: ConnectionOptions): Promise<number> {
  const { rows } = await withSession(admin, (session) =>
    session.query<{ bytes: string }>(`select pg_current_wal_lsn() - '0/0' as bytes`),
  );
  return Number(rows[0]?.bytes);
}

export interface AuditTime {
  readonly seconds: number;
  readonly violations: number;
  /** Why it broke off. */
  readonly error?: string;
}

/** An audit over the operator's API. */
export async function timeAudit({ platform }: OpenStore): Promise<AuditTime> {
  const startedMs = performance.now();
  const { violations, error } = await auditOf(platform.port).then(
    (found) => ({ violations: found.violations.length, error: undefined }),
    (failure: Error) => ({ violations: 0, error: failure.message }),
  );
  return { seconds: (performance.now() - startedMs) / 1_000, violations, ...(error !== undefined && { error }) };
}
