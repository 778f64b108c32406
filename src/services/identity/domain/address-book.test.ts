import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Ask, ask, Rehearsal } from '#runtime/batch/testing/rehearsal.ts';
import type { IdentityTables } from '../domain.ts';
import { tables } from '../store.ts';
import { addAddress, removeAddress, replaceAddress } from './address-book.ts';

const userId = 'usr_lin';
const address = {
  ...{ name: 'Lin', phone: '1', line1: '1 West Lake Road', city: 'Hangzhou' },
  ...{ region: 'Zhejiang', postalCode: '310000', country: 'CN' },
};
const add = (id: string, isDefault = false): Ask<IdentityTables> =>
  ask(addAddress, { userId, entry: { id, address }, isDefault }) as never;
const replace = (id: string, isDefault: boolean): Ask<IdentityTables> =>
  ask(replaceAddress, { userId, entry: { id, address: { ...address, name: 'Wang' } }, isDefault }) as never;
const remove = (id: string): Ask<IdentityTables> => ask(removeAddress, { userId, id }) as never;

test('whatever is added, changed and removed, there is one default as long as there is anything, and never more than fifty', async () => {
  const id = fc.nat({ max: 60 }).map((index) => `adr_${index}`);
  const act = fc.oneof(
    { weight: 6, arbitrary: fc.boolean().map((isDefault) => ({ isDefault, what: 'add' as const, id: '' })) },
    { weight: 2, arbitrary: fc.record({ id, isDefault: fc.boolean(), what: fc.constant('replace' as const) }) },
    { weight: 2, arbitrary: fc.record({ id, isDefault: fc.boolean(), what: fc.constant('remove' as const) }) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(act, { maxLength: 80 }), async (acts) => {
      const house = new Rehearsal<IdentityTables>(tables);
      for (const [index, { what, id: given, isDefault }] of acts.entries()) {
        const asked = {
          add: () => add(`adr_${index}`, isDefault),
          replace: () => replace(given, isDefault),
          remove: () => remove(given),
        };
        const [decision] = await house.batch([asked[what]()], { now: index, cause: `request/${index}` });
        const book = house.rows('addressBooks')[0];
        const ids = book?.entries.map((entry) => entry.id) ?? [];
        expect(new Set(ids).size).toBe(ids.length);
        expect(ids.length).toBeLessThanOrEqual(50);
        expect(ids.length === 0 ? (book?.defaultId ?? null) : ids.includes(book?.defaultId ?? '')).toBe(
          ids.length === 0 ? null : true,
        );
        if (decision?.refuse) expect(['not_found', 'address_book_full']).toContain(decision.refuse.code);
        else if (what !== 'remove' && isDefault) expect(book?.defaultId).toBe(what === 'add' ? `adr_${index}` : given);
      }
    }),
    { numRuns: 60 },
  );
});
