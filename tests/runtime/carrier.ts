import { expect } from 'vitest';
import { type Message, nameOf } from '../../src/contracts/message.ts';
import type { Database } from '../../src/runtime/database/database.ts';
import type { Delivery } from '../../src/runtime/inbox/delivery.ts';
import type { Inbox } from '../../src/runtime/inbox/inbox.ts';
import { type MessageRow, messageColumns, messageOf } from '../../src/runtime/log/rows.ts';

/** A message as a subscription gets it: with the position of the one before. */
export interface Parcel {
  readonly message: Message;
  readonly previous: number;
}

/** What the receiver is to hear of the sender's log after a position, as the sender's process would publish it from there. */
export async function parcelsAfter(senders: Database, position: number): Promise<Parcel[]> {
  const sql = `select ${messageColumns} from log where position > $1 and type = 'sender.letter' order by position`;
  const { rows } = await senders.query<MessageRow>(sql, [position]);
  let previous = position;
  return rows.map((row) => {
    const parcel = { message: messageOf('sender', row), previous };
    previous = parcel.message.position;
    return parcel;
  });
}

/** One channel of a broker after another, as a consumer of one queue has them. */
export class Carrier {
  readonly #receive: Inbox['receive'];
  readonly #settled: (parcel: Parcel) => void;
  readonly #waiting = new Set<() => void>();
  #inHand: Handed[] = [];
  #generation = 0;
  /** How often the inbox gave messages back. */
  againTold = 0;

  constructor(receive: Inbox['receive'], settled: (parcel: Parcel) => void = () => undefined) {
    this.#receive = receive;
    this.#settled = settled;
  }

  /** Delivers them in this order. */
  hand(parcels: readonly Parcel[]): void {
    for (const parcel of parcels) {
      const handed = new Handed(this, parcel, this.#generation);
      this.#inHand.push(handed);
      this.#receive(parcel.message, handed);
    }
  }

  get inHand(): readonly Parcel[] {
    return this.#inHand.map(({ parcel }) => parcel);
  }

  /** The channel is gone: what was not acknowledged is the broker's again. */
  lose(): Parcel[] {
    this.#generation += 1;
    const parcels = this.inHand;
    this.#inHand = [];
    this.#wake();
    return [...parcels];
  }

  /** Resolves when nothing is in hand. */
  async empty(): Promise<void> {
    while (this.#inHand.length > 0) await new Promise<void>((resolve) => this.#waiting.add(resolve));
  }

  /** @internal Of a delivery. */
  isLost(generation: number): boolean {
    return generation !== this.#generation;
  }

  /** @internal Of a delivery. Acknowledged by way of a channel that is gone it is not acknowledged. */
  settle(handed: Handed): void {
    if (this.isLost(handed.generation)) return;
    if (!this.#inHand.includes(handed)) throw new Error(`${nameOf(handed.parcel.message)} was settled twice`);
    this.#inHand = this.#inHand.filter((other) => other !== handed);
    this.#settled(handed.parcel);
    if (this.#inHand.length === 0) this.#wake();
  }

  /** @internal Of a delivery. All that is in hand is handed over once more, or what came after it would overtake it. */
  again({ generation }: Handed): void {
    if (this.isLost(generation)) return;
    this.againTold += 1;
    this.#generation += 1;
    queueMicrotask(() => {
      const parcels = this.inHand;
      this.#inHand = [];
      this.hand(parcels);
    });
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}

class Handed implements Delivery {
  readonly parcel: Parcel;
  readonly generation: number;
  readonly #carrier: Carrier;

  constructor(carrier: Carrier, parcel: Parcel, generation: number) {
    this.#carrier = carrier;
    this.parcel = parcel;
    this.generation = generation;
  }

  get previous(): number {
    return this.parcel.previous;
  }

  get lost(): boolean {
    return this.#carrier.isLost(this.generation);
  }

  settled(): void {
    this.#carrier.settle(this);
  }

  again(): void {
    this.#carrier.again(this);
  }
}

/** In one statement, so that all of it is of one moment. */
const selectState = `
  select (select position from cursors where source = 'sender') as cursor,
    array(select position from inbox where source = 'sender' order by position) as ahead,
    array(select cause from received
      union all select source || '/' || position from dead_letters where status in ('RETRYING', 'HELD', 'PARKED')) as causes`;

interface StateRow {
  readonly cursor: bigint | null;
  readonly ahead: readonly bigint[];
  readonly causes: readonly string[];
}

/** The receiver's store at one moment. */
export interface State {
  readonly cursor: number;
  readonly ahead: readonly number[];
  /** Positions that had their effect or were set aside, each as often as that. */
  readonly heard: readonly number[];
}

export async function stateOf(receivers: Database): Promise<State> {
  const { rows } = await receivers.query<StateRow>(selectState);
  const [row] = rows;
  return {
    cursor: Number(row?.cursor ?? 0),
    ahead: (row?.ahead ?? []).map(Number),
    heard: (row?.causes ?? []).map((cause) => Number(cause.slice(cause.indexOf('/') + 1))).sort((a, b) => a - b),
  };
}

/** How exactly the cursor is known: one that a tail moves may be past what is of no interest, and short of what is beyond it. */
export type Exactness = 'exact' | 'moved by tails';

/** What must hold of the store whenever a transaction has ended; `wanted`: the positions of all that it is to hear. */
export function expectSound({ cursor, ahead, heard }: State, wanted: readonly number[], how: Exactness): void {
  expect(new Set(heard).size, 'a message had its effect twice').toBe(heard.length);
  const known = new Set(heard);
  expect(
    wanted.filter((position) => position <= cursor && !known.has(position)),
    'passed and not heard',
  ).toEqual([]);
  expect(
    ahead.filter((position) => position > cursor),
    'kept beyond the cursor',
  ).toEqual(heard.filter((position) => position > cursor));
  if (how === 'moved by tails') return;
  expect(ahead.filter((position) => position <= cursor)).toEqual([]);
  const next = wanted.find((position) => position > cursor);
  if (next !== undefined) expect(heard, 'the cursor stops short').not.toContain(next);
  if (cursor > 0) expect([...wanted, 0]).toContain(cursor);
}

/** Looks into the store whenever something is acknowledged: it must be there, and all sound. */
export class Witness {
  readonly #receivers: Database;
  readonly #looks: Promise<{ readonly state: State; readonly settled: readonly number[] }>[] = [];
  #settled: number[] = [];

  constructor(receivers: Database) {
    this.#receivers = receivers;
  }

  readonly settled = ({ message }: Parcel): void => {
    // One look for all that is acknowledged together.
    if (this.#settled.length === 0) queueMicrotask(() => this.#look());
    this.#settled.push(message.position);
  };

  async testify(wanted: readonly number[], how: Exactness): Promise<void> {
    for (const { state, settled } of await Promise.all(this.#looks.splice(0))) {
      const known = new Set(state.heard);
      expect(
        settled.filter((position) => !known.has(position)),
        'acknowledged and not committed',
      ).toEqual([]);
      expectSound(state, wanted, how);
    }
  }

  #look(): void {
    const settled = this.#settled;
    this.#settled = [];
    this.#looks.push(stateOf(this.#receivers).then((state) => ({ state, settled })));
  }
}
