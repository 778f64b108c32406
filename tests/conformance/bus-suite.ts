import { describe, expect, it } from 'vitest';
import type { Service } from '../../src/runtime/service.ts';
import { eventually } from '../support/eventually.ts';
import type { TestHost } from '../support/host.ts';
import { kept, letters, post, setAside } from './office.ts';
import { receiverWith, type Stumbles, sender } from './post-office.ts';

type Options = { readonly prefix: string };
type Start = (services: readonly Service[], options?: Options) => Promise<TestHost>;
/** Opens an office whose receiver stumbles in these ways. */
type Run = (stumbles?: Partial<Stumbles>, options?: Options) => Promise<TestHost>;

/** What every bus must do, whatever stands between log and inbox. */
export function busConformance(name: string, start: Start): void {
  const run: Run = (stumbles = {}, options) =>
    start([sender, receiverWith({ throwsAt: new Set(), ...stumbles })], options);
  describe(`the ${name} bus`, () => {
    itDelivers(run);
    itSetsAside(run);
  });
}

function itDelivers(run: Run): void {
  it('delivers the messages of a subject in the order in which they were said', async () => {
    await using office = await run();
    const many = Array.from({ length: 200 }, () => 'text');
    await post(office, letters('ann', many), letters('bob', many));
    await eventually(async () => expect(await kept(office, 'bob')).toHaveLength(200));
    await eventually(async () => expect(await kept(office, 'ann')).toEqual(many.map((_, index) => index + 1)));
  });

  it('goes on where the cursor stands after a stop: nothing lost, nothing twice', async () => {
    const first = await run();
    const { prefix } = first;
    await post(first, letters('ann', ['a', 'b', 'c']));
    await first.stop();
    const again = await run({}, { prefix });
    await post(again, [{ to: 'ann', number: 4, contents: 'd' }]);
    await eventually(async () => expect(await kept(again, 'ann')).toEqual([1, 2, 3, 4]));
    await again.stop();
    const last = await run({}, { prefix });
    await post(last, [{ to: 'ann', number: 5, contents: 'e' }]);
    await eventually(async () => expect(await kept(last, 'ann')).toEqual([1, 2, 3, 4, 5]));
    await last.stop();
    await first[Symbol.asyncDispose]();
  });

  it('has no backlog at rest', async () => {
    await using office = await run();
    await post(office, letters('ann', ['a', 'blank', 'c']));
    await eventually(async () => expect(await kept(office, 'ann')).toEqual([1, 3]));
    await eventually(() =>
      expect(office.host.bus.backlog()).toEqual([{ consumer: 'receiver', source: 'sender', positions: 0 }]),
    );
  });
}

function itSetsAside(run: Run): void {
  it('retries what fails with backoff, holds the later ones of its subject, and lets all others pass', async () => {
    const throwsAt = new Set(['riddle']);
    await using office = await run({ throwsAt });
    await post(office, letters('ann', ['riddle', 'plain', 'plain']), letters('bob', ['plain', 'plain']));
    await eventually(async () => expect(await kept(office, 'bob')).toEqual([1, 2]));
    await eventually(async () =>
      expect((await setAside(office)).map(({ status }) => status)).toEqual(['RETRYING', 'HELD', 'HELD']),
    );
    expect(await kept(office, 'ann')).toEqual([]);
    throwsAt.clear();
    office.time.move(60_000);
    await eventually(async () => expect(await kept(office, 'ann')).toEqual([1, 2, 3]));
    expect((await setAside(office)).map(({ status }) => status)).toEqual(['RETRIED', 'RETRIED', 'RETRIED']);
  });

  it('parks a message after its last attempt', async () => {
    const throwsAt = new Set(['poison']);
    await using office = await run({ throwsAt });
    await post(office, letters('ann', ['poison', 'plain']));
    for (const attempts of [1, 2, 3]) {
      await eventually(async () => expect((await setAside(office))[0]).toMatchObject({ status: 'RETRYING', attempts }));
      office.time.move(60_000);
    }
    await eventually(async () => expect((await setAside(office))[0]).toMatchObject({ status: 'PARKED', attempts: 4 }));
    expect(await kept(office, 'ann')).toEqual([]);
  });

  it('splits a batch that the database refuses until the bad message stands alone', async () => {
    await using office = await run();
    const contents = Array.from({ length: 64 }, (_, index) => (index === 40 ? 'forbidden' : 'text'));
    await post(
      office,
      contents.map((text, index) => ({ to: `person ${index}`, number: 1, contents: text })),
    );
    await eventually(async () =>
      expect(await setAside(office)).toMatchObject([{ key: 'person 40', status: 'RETRYING' }]),
    );
    await eventually(async () => {
      const kepts = await Promise.all(contents.map((_, index) => kept(office, `person ${index}`)));
      expect(kepts.filter((numbers) => numbers.length === 1)).toHaveLength(63);
    });
  });
}
