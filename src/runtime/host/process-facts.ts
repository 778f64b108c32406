import { hostname } from 'node:os';
import type { ProcessState } from '#contracts/http/runtime-insight.ts';
import { type Instant, toTimestamp } from '#kernel/clock.ts';
import type { Bus } from '../bus/bus.ts';
import type { SettingsTable } from '../settings/settings.ts';

/** What the services of a process tell about it. */
export interface ProcessFacts {
  /** Another one each time it is started. */
  readonly id: string;
  readonly services: readonly string[];
  readonly version: string;
  readonly startedAt: Instant;
  readonly bus: Bus;
  /** Those that are nobody's own. */
  readonly settings: SettingsTable;
}

export function processId(startedAt: Instant): string {
  return `${hostname()}/${process.pid}/${startedAt.toString(36)}`;
}

export function stateOf({ services, version, startedAt, bus }: ProcessFacts): ProcessState {
  const trouble = bus.trouble();
  const kind = bus.reaches === 'this process' ? 'in-process' : 'rabbitmq';
  return {
    services: [...services],
    version,
    startedAt: toTimestamp(startedAt),
    memoryBytes: process.memoryUsage.rss(),
    bus: { kind, ok: trouble === undefined, error: trouble ?? null },
  };
}
