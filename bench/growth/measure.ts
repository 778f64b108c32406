import { readFileSync } from 'node:fs';
import type { ConnectionOptions } from '../../src/runtime/database/database.ts';
import { withSession } from '../../src/runtime/database/provision.ts';
import { processorSeconds } from '../machine.ts';
import { administrator } from '../platform.ts';
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

const quietly = (): void => undefined;

export async function measure({ loop, platform, postgres }: OpenStore, seconds: number): Promise<Cost> {
  const spent = async () => ({
    node: processorSeconds(platform.pid) ?? 0,
    postgres: processorSeconds(postgres.pid) ?? 0,
    wal: await walPosition(postgres.admin),
  });
  const before = await spent();
  const { confirmed, seconds: took, orders, unexpected } = await loop.window(seconds, quietly);
  const after = await spent();
  if (Object.keys(unexpected).length > 0) throw new Error(`unexpected answers: ${JSON.stringify(unexpected)}`);
  const perOrder = (now: number, then: number): number => Math.round(((now - then) * 1e6) / confirmed);
  return {
    ordersPerSecond: Math.round(confirmed / took),
    nodeMicroseconds: perOrder(after.node, before.node),
    postgresMicroseconds: perOrder(after.postgres, before.postgres),
    walBytes: Math.round((after.wal - before.wal) / confirmed),
    p50Ms: orders.p50Ms,
    p99Ms: orders.p99Ms,
  };
}

/** Resident memory of the platform's process as it went through this many orders. */
export interface Memory {
  readonly orders: number;
  readonly rssMiB: number;
}

/** Orders until the last of the marks; at each the memory, as the median of the window that reaches it. */
export async function runThrough(
  { loop, platform }: OpenStore,
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
      const sampling = setInterval(() => samples.push(rssMiBOf(platform.pid)), 250);
      const { confirmed } = await loop.window(windowSeconds, quietly).finally(() => clearInterval(sampling));
      orders += confirmed;
      rssMiB = samples.sort((left, right) => left - right)[samples.length >> 1] ?? 0;
      say(`${orders} orders, ${rssMiB} MiB resident`);
    }
    seen.push({ orders, rssMiB });
  }
  return seen;
}

function rssMiBOf(pid: number): number {
  const [, kib] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'latin1')) ?? [];
  return Math.round(Number(kib) / 1_024);
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
  readonly error: string | null;
}

/** An audit over the operator's API. */
export async function audit({ platform }: OpenStore): Promise<AuditTime> {
  const ask = async <Body>(method: string, path: string, token?: string, body?: unknown): Promise<Body> => {
    const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
    const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
    return (await fetch(`http://127.0.0.1:${platform.port}${path}`, init)).json() as Promise<Body>;
  };
  const { accessToken } = await ask<{ accessToken: string }>('POST', '/v1/auth/login', undefined, administrator);
  const startedMs = performance.now();
  const { id } = await ask<{ id: string }>('POST', '/v1/admin/audits', accessToken);
  for (;;) {
    const state = await ask<{ finishedAt: string | null; error: string | null; violations: unknown[] }>(
      'GET',
      `/v1/admin/audits/${id}`,
      accessToken,
    );
    if (state.finishedAt !== null || state.error !== null) {
      const seconds = (performance.now() - startedMs) / 1_000;
      return { seconds, violations: state.violations.length, error: state.error };
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
