import type { Clock } from '#kernel/clock.ts';
import { Flights } from '../batch/flights.ts';
import { type ConnectionOptions, connect, type Database } from '../database/database.ts';
import { provisionShared } from '../database/provision.ts';
import type { Scheduler } from '../seams/scheduler.ts';

export interface SharedFlights {
  of(service: string): Flights;
  /** Whether the two are services of this process that commit together. */
  join(one: string, other: string): boolean;
  close(): Promise<void>;
}

/** One series of transactions for all services of the process whose stores are in the same database (ADR 20). */
export async function openFlights(
  logins: ReadonlyMap<string, ConnectionOptions>,
  options: {
    adminOf(service: string): ConnectionOptions;
    readonly databasePrefix: string;
    readonly clock: Clock;
    readonly scheduler: Scheduler;
  },
): Promise<SharedFlights> {
  const { adminOf, databasePrefix: prefix, clock, scheduler } = options;
  const databases: Database[] = [];
  const flights = new Map<string, Flights>();
  for (const services of byDatabase(logins)) {
    const [first = '', second] = services;
    const login =
      second === undefined
        ? loginOf(logins, first)
        : await provisionShared({ admin: adminOf(first), prefix, services });
    const database = connect({
      ...login,
      applicationName: `suanpan ${second === undefined ? first : 'shared'}`,
      // What one service waits for longer than this it waits for alone.
      ...(second !== undefined && { lockTimeoutMs: 1_000 }),
    });
    databases.push(database);
    const shared = new Flights({
      connection: database.dedicated('writer'),
      clock,
      scheduler,
      ...(second !== undefined && { roleOf: (service: string) => loginOf(logins, service).role }),
    });
    for (const service of services) flights.set(service, shared);
  }
  return {
    of(service) {
      const shared = flights.get(service);
      if (!shared) throw new Error(`there are no flights for ${service}`);
      return shared;
    },
    join: (one, other) => flights.has(one) && flights.get(one) === flights.get(other),
    async close() {
      await Promise.all(databases.map((database) => database.close()));
    },
  };
}

function byDatabase(logins: ReadonlyMap<string, ConnectionOptions>): Iterable<string[]> {
  const groups = new Map<string, string[]>();
  for (const [service, { host, port, database }] of logins) {
    const place = `${host}:${port}/${database}`;
    groups.set(place, [...(groups.get(place) ?? []), service]);
  }
  return groups.values();
}

function loginOf(logins: ReadonlyMap<string, ConnectionOptions>, service: string): ConnectionOptions {
  const login = logins.get(service);
  if (!login) throw new Error(`there is no login for ${service}`);
  return login;
}
