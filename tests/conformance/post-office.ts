import Type from 'typebox';
import { message, say } from '../../src/contracts/message.ts';
import { closed } from '../../src/contracts/schema.ts';
import { type Decider, nothing } from '../../src/runtime/batch/decider.ts';
import type { Table, Tables } from '../../src/runtime/batch/workset.ts';
import { defineService, handle } from '../../src/runtime/service.ts';

/** Two services as small as services can be: one says letters, one keeps what it heard, in the order it heard it. */
export const Letter = message('sender.letter', 1, {
  key: 'to',
  data: closed({ to: Type.String(), number: Type.Integer(), contents: Type.String() }),
});

/** What nobody listens to. */
const Advert = message('sender.advert', 1, {
  key: 'to',
  data: closed({ to: Type.String(), number: Type.Integer(), contents: Type.String() }),
});

interface Kept {
  readonly id: string;
  readonly to: string;
  readonly number: number;
  readonly cause: string;
}

const sent: Table<Kept> = {
  keyOf: ({ id }) => id,
  insert: (transaction, rows) =>
    transaction.query('insert into sent (id) select * from unnest($1::text[])', [rows.map(({ id }) => id)]),
};

const received: Table<Kept> = {
  keyOf: ({ id }) => id,
  insert: (transaction, rows) =>
    transaction.query(
      'insert into received (addressee, number, cause) select * from unnest($1::text[], $2::int[], $3::text[]) as r (a, n, c) order by n',
      [rows.map(({ to }) => to), rows.map(({ number }) => number), rows.map(({ cause }) => cause)],
    ),
};

const senderTables = { sent } satisfies Tables;
const receiverTables = { received } satisfies Tables;

export interface Send {
  readonly to: string;
  readonly number: number;
  /** What the receiver shall do: nothing else, throw as often as a test allows, or violate a constraint; or an `advert`. */
  readonly contents: string;
}

export const send: Decider<typeof senderTables, readonly Send[], number> = {
  name: 'send',
  needs: () => ({}),
  decide: (_state, letters) => ({
    say: letters.map((letter) => say(letter.contents === 'advert' ? Advert : Letter, { ...letter })),
    answer: letters.length,
  }),
};

export const sender = defineService({
  name: 'sender',
  tables: senderTables,
  migrations: new URL('./migrations/sender/', import.meta.url),
  answers: [],
  hears: [],
  says: [Letter, Advert],
});

/** What a test tells the receiver to trip over. */
export interface Stumbles {
  /** Letters with these contents make the handler throw. */
  readonly throwsAt: Set<string>;
}

export function receiverWith(stumbles: Stumbles, name = 'receiver') {
  return defineService({
    name,
    tables: receiverTables,
    migrations: new URL('./migrations/receiver/', import.meta.url),
    answers: [],
    hears: [
      handle<typeof Letter, typeof receiverTables>(Letter, {
        needs: () => ({}),
        decide: (_state, { data }, { cause }) => {
          if (stumbles.throwsAt.has(data.contents)) throw new Error(`cannot read ${data.contents}`);
          if (data.contents === 'blank') return nothing;
          // The table refuses negative numbers: a fault that only the database sees.
          const number = data.contents === 'forbidden' ? -data.number : data.number;
          return { put: { received: [{ id: `${data.to}/${data.number}`, to: data.to, number, cause }] } };
        },
      }),
    ],
    says: [],
  });
}
