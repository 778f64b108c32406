import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inProcessBus } from '../../src/runtime/bus/in-process.ts';
import { connect, type Database } from '../../src/runtime/database/database.ts';
import { receiverWith, sender } from '../conformance/post-office.ts';
import { eventually } from '../support/eventually.ts';
import { startTestHost, type TestHost } from '../support/host.ts';
import { ownerOf } from '../support/postgres.ts';
import { Carrier, type Exactness, expectSound, type Parcel, parcelsAfter, stateOf, Witness } from './carrier.ts';
import { post } from './post.ts';
import { nodeOf } from './tally.ts';

let source: TestHost;
/** Two instances of the receiver, which nothing reaches but the carriers. */
let hosts: readonly TestHost[];
let senders: Database;
let receivers: Database;

beforeAll(async () => {
  source = await startTestHost([sender]);
  const { prefix } = source;
  const start = () => startTestHost([receiverWith({ throwsAt: new Set() })], { prefix });
  hosts = [await start(), await start()];
  senders = connect(ownerOf(prefix, 'sender'));
  receivers = connect(ownerOf(prefix, 'receiver'));
});

afterAll(async () => {
  await Promise.all([senders.close(), receivers.close()]);
  for (const host of hosts) await host.stop();
  await source[Symbol.asyncDispose]();
});

const inboxOf = (host: number) => nodeOf(hosts[host] ?? source, 'receiver').inbox;

/** What happens to a queue and its consumers; `at` chooses among what there is. */
type Event =
  | { readonly what: 'say'; readonly letters: readonly boolean[] }
  | { readonly what: 'deliver'; readonly host: number; readonly count: number; readonly order: readonly number[] }
  | { readonly what: 'deliver again'; readonly host: number; readonly at: readonly number[] }
  | { readonly what: 'lose the channel'; readonly host: number; readonly at: number }
  | { readonly what: 'lose messages'; readonly count: number }
  | { readonly what: 'rest' }
  | { readonly what: 'tail'; readonly on: boolean };

const host = fc.nat(1);
const event: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ what: fc.constant('say' as const), letters: fc.array(fc.boolean(), { maxLength: 8 }) }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      what: fc.constant('deliver' as const),
      host,
      count: fc.integer({ min: 1, max: 12 }),
      order: fc.oneof(fc.constant([]), fc.array(fc.nat(99), { minLength: 12, maxLength: 12 })),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      what: fc.constant('deliver again' as const),
      host,
      at: fc.array(fc.nat(99), { maxLength: 5 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('lose the channel' as const), host, at: fc.nat(99) }) },
  {
    weight: 1,
    arbitrary: fc.record({ what: fc.constant('lose messages' as const), count: fc.integer({ min: 1, max: 3 }) }),
  },
  { weight: 2, arbitrary: fc.record({ what: fc.constant('rest' as const) }) },
);
const tails = fc.record({ what: fc.constant('tail' as const), on: fc.boolean() });

/** One queue of a broker that does its worst, and two hosts that consume it. */
class Queue {
  readonly #witness = new Witness(receivers);
  readonly #carriers = [0, 1].map((index) => {
    const inbox = inboxOf(index);
    return new Carrier((message, delivery) => inbox.receive(message, delivery), this.#witness.settled);
  });
  readonly #how: Exactness;
  #published: Parcel[] = [];
  #ready: Parcel[] = [];
  #stopTail: (() => Promise<void>) | undefined;
  #last = 0;
  #said = 0;

  constructor(how: Exactness) {
    this.#how = how;
  }

  async begin(): Promise<void> {
    // All that was said before is heard.
    this.#last = (await stateOf(receivers)).cursor;
  }

  async happen(happens: Event): Promise<void> {
    switch (happens.what) {
      case 'say':
        return this.#say(happens.letters);
      case 'deliver': {
        const taken = this.#ready.splice(0, happens.count);
        return this.#hand(happens.host, shuffled(taken, happens.order));
      }
      case 'deliver again':
        return this.#hand(happens.host, chosen(this.#published, happens.at));
      case 'lose the channel': {
        const returned = this.#carriers[happens.host]?.lose() ?? [];
        this.#ready.splice(happens.at % (this.#ready.length + 1), 0, ...returned);
        return;
      }
      case 'lose messages':
        this.#ready.splice(0, happens.count);
        return;
      case 'rest':
        return this.rest();
      case 'tail':
        return happens.on ? this.#startTail() : this.#endTail();
    }
  }

  async rest(): Promise<void> {
    await Promise.all(this.#carriers.map((carrier) => carrier.empty()));
    const wanted = await this.#wanted();
    await this.#witness.testify(wanted, this.#how);
    expectSound(await stateOf(receivers), wanted, this.#how);
  }

  /**
   * Whatever is left is delivered, and what was lost is published again from where the consumer has heard all. Where there is a
   * tail it has heard everything before.
   */
  async end(): Promise<void> {
    const last = (await this.#wanted()).at(-1) ?? 0;
    if (this.#stopTail)
      await eventually(async () => expect((await stateOf(receivers)).cursor).toBeGreaterThanOrEqual(last));
    await this.#endTail();
    this.#hand(0, this.#ready.splice(0));
    await this.rest();
    this.#hand(1, await parcelsAfter(senders, await inboxOf(1).heard('sender')));
    await this.rest();
    const wanted = await this.#wanted();
    const { cursor, ahead, heard } = await stateOf(receivers);
    expect(heard).toEqual(wanted);
    expect(ahead).toEqual([]);
    expect(cursor).toBeGreaterThanOrEqual(wanted.at(-1) ?? 0);
  }

  async #say(letters: readonly boolean[]): Promise<void> {
    if (letters.length === 0) return;
    const contents = letters.map((isLetter) => (isLetter ? 'text' : 'advert'));
    const numbered = contents.map((text, index) => ({ number: this.#said + index + 1, contents: text }));
    this.#said += letters.length;
    await post(
      source,
      numbered.map((letter) => ({ ...letter, to: `person ${letter.number % 3}` })),
    );
    const parcels = await parcelsAfter(senders, this.#last);
    this.#last = parcels.at(-1)?.message.position ?? this.#last;
    this.#published.push(...parcels);
    this.#ready.push(...parcels);
  }

  #hand(index: number, parcels: readonly Parcel[]): void {
    this.#carriers[index]?.hand(parcels);
  }

  async #wanted(): Promise<number[]> {
    return (await parcelsAfter(senders, 0)).map(({ message }) => message.position);
  }

  async #startTail(): Promise<void> {
    if (this.#stopTail) return;
    const { time } = source;
    const { log, publications, context } = nodeOf(source, 'sender');
    const bus = inProcessBus({ scheduler: time, random: context.random, log: context.log });
    bus.publish({ log, publications, audience: [], heard: () => Promise.resolve(0) });
    bus.subscribe({
      consumer: 'receiver',
      source: 'sender',
      types: new Set(['sender.letter']),
      inbox: inboxOf(0),
      goesAlong: false,
    });
    await bus.start();
    this.#stopTail = () => bus.stop();
  }

  async #endTail(): Promise<void> {
    await this.#stopTail?.();
    this.#stopTail = undefined;
    // What a tail delivered is settled, or dropped, when its writer has nothing left.
    await nodeOf(hosts[0] ?? source, 'receiver').writer.drain();
  }
}

function shuffled(parcels: readonly Parcel[], order: readonly number[]): Parcel[] {
  return parcels
    .map((parcel, index) => ({ parcel, place: order[index] ?? index }))
    .sort((one, other) => one.place - other.place)
    .map(({ parcel }) => parcel);
}

function chosen(parcels: readonly Parcel[], at: readonly number[]): Parcel[] {
  return at.flatMap((index) => parcels[index % parcels.length] ?? []);
}

async function run(events: readonly Event[], how: Exactness): Promise<void> {
  const queue = new Queue(how);
  await queue.begin();
  for (const each of events) await queue.happen(each);
  await queue.end();
}

describe('whatever a broker does to a queue that two hosts consume', () => {
  test('each message has its effect once, and the cursor is where the first gap begins whenever something is acknowledged', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(event, { minLength: 4, maxLength: 24 }), (events) => run(events, 'exact')),
      { numRuns: 25 },
    );
  });

  test('a tail that takes over hears the rest: what was lost, and not what the broker brought beyond it', async () => {
    const five = { what: 'say', letters: [true, true, false, true, true, true] } as const;
    const lose = { what: 'lose messages', count: 1 } as const;
    const deliver = { what: 'deliver', host: 1, count: 1, order: [] } as const;
    const broker: readonly Event[] = [five, lose, deliver, lose, deliver, { what: 'rest' }];
    await run([...broker, { what: 'tail', on: true }], 'moved by tails');
    await run([...broker, { what: 'tail', on: true }, five, { what: 'tail', on: false }, ...broker], 'moved by tails');
  });

  test('and with a tail on the same store, now and then or all the time: nothing lost, nothing doubled', async () => {
    const events = fc.array(fc.oneof({ weight: 5, arbitrary: event }, { weight: 2, arbitrary: tails }), {
      minLength: 4,
      maxLength: 24,
    });
    await fc.assert(
      fc.asyncProperty(events, (each) => run(each, 'moved by tails')),
      { numRuns: 25 },
    );
  });
});
