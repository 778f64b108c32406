import { expect } from 'vitest';
import type { Database } from '../../src/runtime/database/database.ts';
import type { Host } from '../../src/runtime/host/host.ts';
import { eventually } from '../support/eventually.ts';
import { type Send, send } from './post-office.ts';

/** Whatever has the two services of the post office at work. */
export interface Office {
  readonly host: Host;
}

/** Letters to one person, numbered from one on. */
export function letters(to: string, contents: readonly string[], first = 1): Send[] {
  return contents.map((text, index) => ({ to, number: first + index, contents: text }));
}

/** Plain letters to many, one after the other, as they lie in a bag. */
export function bag(people: number, each: number, first = 1): Send[] {
  return Array.from({ length: each }, (_, round) =>
    Array.from({ length: people }, (_, person) => ({
      to: `person ${person}`,
      number: first + round,
      contents: 'text',
    })),
  ).flat();
}

export async function post({ host }: Office, ...batches: readonly (readonly Send[])[]): Promise<void> {
  const context = host.nodes.get('sender')?.context;
  if (!context) throw new Error('no sender');
  await Promise.all(batches.map((batch) => context.write(send, batch, context.timer('test'))));
}

export function databaseOf({ host }: Office, service: string): Database {
  const database = host.nodes.get(service)?.database;
  if (!database) throw new Error(`no ${service}`);
  return database;
}

/** The numbers of the letters that a person has got, in the order in which they came. */
export async function kept(office: Office, to: string, receiver = 'receiver'): Promise<number[]> {
  const { rows } = await databaseOf(office, receiver).query<{ number: number }>(
    'select number from received where addressee = $1 order by place',
    [to],
  );
  return rows.map(({ number }) => number);
}

interface SetAside {
  readonly key: string;
  readonly status: string;
  readonly attempts: number;
  readonly type: string;
  readonly error: string;
}

export async function setAside(office: Office, receiver = 'receiver'): Promise<SetAside[]> {
  const { rows } = await databaseOf(office, receiver).query<SetAside>(
    'select key, status, attempts, type, error from dead_letters order by source, position',
  );
  return [...rows];
}

/** How many effects there are. */
export async function effects(office: Office, receiver = 'receiver'): Promise<number> {
  const { rows } = await databaseOf(office, receiver).query<{ effects: number }>(
    'select count(*)::int as effects from received',
  );
  return rows[0]?.effects ?? 0;
}

/** Every letter has had its effect, each cause one, and no message is left anywhere or set aside: now, and at rest. */
export async function expectEachOnce(office: Office, sent: readonly Send[], receiver = 'receiver'): Promise<void> {
  await eventually(async () => expect(await effects(office, receiver)).toBeGreaterThanOrEqual(sent.length));
  await atRest(office, receiver);
  const { rows } = await databaseOf(office, receiver).query<{ to: string; number: number; cause: string }>(
    'select addressee as to, number, cause from received',
  );
  const nameOf = ({ to, number }: { to: string; number: number }): string => `${to}/${number}`;
  expect(rows.map(nameOf).sort()).toEqual(sent.map(nameOf).sort());
  expect(new Set(rows.map(({ cause }) => cause)).size).toBe(sent.length);
  const open = (await setAside(office, receiver)).filter(({ status }) => status !== 'RETRIED');
  expect(open).toEqual([]);
}

/** How many messages are heard beyond a gap. */
export async function heardAhead(office: Office): Promise<number> {
  const { rows } = await databaseOf(office, 'receiver').query<{ ahead: number }>(
    'select count(*)::int as ahead from inbox',
  );
  return rows[0]?.ahead ?? 0;
}

/** Nothing is on its way to the receiver, as far as this process knows. */
async function atRest({ host }: Office, receiver: string): Promise<void> {
  await eventually(() => {
    const backlog = host.bus.backlog().filter(({ consumer }) => consumer === receiver);
    expect(backlog).not.toEqual([]);
    expect(backlog.map(({ positions }) => positions)).toEqual(backlog.map(() => 0));
  });
}
