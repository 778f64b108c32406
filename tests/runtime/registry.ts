import Type from 'typebox';
import { expect } from 'vitest';
import { message, say } from '../../src/contracts/message.ts';
import { closed } from '../../src/contracts/schema.ts';
import { nothing } from '../../src/runtime/batch/decider.ts';
import type { Table, Tables } from '../../src/runtime/batch/workset.ts';
import { defineService, handle } from '../../src/runtime/service.ts';
import { eventually } from '../support/eventually.ts';
import type { TestHost } from '../support/host.ts';
import { uniqueName } from '../support/postgres.ts';
import { Marked, writeMark } from './tally.ts';

/** Who listens to the tally: a clerk notes each mark and says so, an archive files each note. A chain of three. */
const Noted = message('clerk.noted', 1, {
  key: 'tally',
  data: closed({ tally: Type.String(), id: Type.String() }),
});

interface Note {
  readonly id: string;
  readonly tally: string;
  readonly cause: string;
}

const notes: Table<Note> = {
  keyOf: ({ id }) => id,
  load: async (queries, ids) =>
    (await queries.query<Note>('select id, tally, cause from notes where id = any($1)', [ids])).rows,
  // The table refuses ids that end with `bad`: a fault that only the database sees.
  insert: (transaction, rows) =>
    transaction.query('insert into notes (id, tally, cause) select * from unnest($1::text[], $2::text[], $3::text[])', [
      rows.map(({ id }) => id),
      rows.map(({ tally }) => tally),
      rows.map(({ cause }) => cause),
    ]),
};

const filed: Table<Pick<Note, 'id' | 'cause'>> = {
  keyOf: ({ id }) => id,
  insert: (transaction, rows) =>
    transaction.query('insert into filed (id, cause) select * from unnest($1::text[], $2::text[])', [
      rows.map(({ id }) => id),
      rows.map(({ cause }) => cause),
    ]),
};

const clerkTables = { notes } satisfies Tables;
const archiveTables = { filed } satisfies Tables;

export const clerk = defineService({
  name: 'clerk',
  tables: clerkTables,
  migrations: new URL('./migrations/clerk/', import.meta.url),
  answers: [],
  hears: [
    handle<typeof Marked, typeof clerkTables>(Marked, {
      needs: ({ data }) => ({ notes: [data.id] }),
      decide: (state, { data }, { cause }) =>
        state.notes.get(data.id) ? nothing : { put: { notes: [{ ...data, cause }] }, say: [say(Noted, data)] },
    }),
  ],
  says: [Noted],
});

export const archive = defineService({
  name: 'archive',
  tables: archiveTables,
  migrations: new URL('./migrations/archive/', import.meta.url),
  answers: [],
  hears: [
    handle<typeof Noted, typeof archiveTables>(Noted, {
      needs: () => ({}),
      decide: (_state, { data: { id } }, { cause }) => ({ put: { filed: [{ id, cause }] } }),
    }),
  ],
  says: [],
});

/** Marks until every writer takes it that nobody else writes, and goes by what it knows. */
export async function untilAlone(on: TestHost): Promise<void> {
  const tally = uniqueName('alone');
  for (let number = 0; [...on.host.nodes.values()].some(({ writer }) => !writer.knowledge); number += 1) {
    if (number > 500) throw new Error('the writers do not come to know anything');
    await writeMark(on, { id: `${tally}/${number}`, tally }).catch(() => undefined);
    await eventually(() => expect(on.host.bus.backlog().every(({ positions }) => positions === 0)).toBe(true));
  }
}
