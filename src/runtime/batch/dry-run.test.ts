import { expect, it } from 'vitest';
import { problem } from '#kernel/problem.ts';
import type { Queries } from '../database/database.ts';
import type { Decider } from './decider.ts';
import { asked, dryRun } from './dry-run.ts';
import type { Table } from './workset.ts';

interface Jar {
  readonly name: string;
  readonly leaves: number;
}

const jar: Jar = { name: 'green', leaves: 2 };

/** Whoever writes breaks the test. */
const jars: Table<Jar> = {
  keyOf: ({ name }) => name,
  load: async (_, names) => [jar].filter(({ name }) => names.includes(name)),
};
const tables = { jars };
const means = { tables, queries: {} as Queries, moment: { now: 0, cause: 'dry-run' } };

const take: Decider<typeof tables, number> = {
  name: 'take',
  needs: () => ({ jars: ['green'] }),
  decide(state, leaves) {
    const found = state.jars.get('green');
    if (!found || found.leaves < leaves) return { refuse: problem('conflict', 'There is too little.') };
    return { put: { jars: [{ ...found, leaves: found.leaves - leaves }] } };
  },
};
const fill: Decider<typeof tables, Jar> = {
  name: 'fill',
  needs: ({ name }) => ({ jars: [name] }),
  decide: (_state, filled) => ({ put: { jars: [filled] } }),
};

it('says which rows would change, from what they are now to what all commands together leave', async () => {
  const commands = [asked(take, 1), asked(take, 1), asked(fill, { name: 'black', leaves: 5 })];
  expect(await dryRun(means, commands)).toEqual({
    refusal: undefined,
    changes: [
      { table: 'jars', key: 'green', before: jar, after: { name: 'green', leaves: 0 } },
      { table: 'jars', key: 'black', before: undefined, after: { name: 'black', leaves: 5 } },
    ],
    says: [],
  });
});

it('changes nothing where one of the commands is refused', async () => {
  expect(await dryRun(means, [asked(take, 1), asked(take, 2)])).toEqual({
    refusal: problem('conflict', 'There is too little.'),
    changes: [],
    says: [],
  });
});
