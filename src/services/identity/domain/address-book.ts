import type { ShippingAddress } from '#contracts/http/ordering.ts';
import type { Instant } from '#kernel/clock.ts';
import { problem } from '#kernel/problem.ts';
import type { Decider } from '#runtime/batch/decider.ts';
import type { Table } from '#runtime/batch/workset.ts';

/** A user's addresses, newest first; one row, so that there is always just one default. */
export interface AddressBook {
  readonly userId: string;
  readonly entries: readonly AddressEntry[];
  /** The entry that is used unless another is chosen; null where there are none. */
  readonly defaultId: string | null;
  readonly updatedAt: Instant;
  readonly cause: string;
}

export interface AddressEntry {
  readonly id: string;
  readonly address: ShippingAddress;
}

type Books = { readonly addressBooks: Table<AddressBook> };

const entriesMax = 50;

interface Written {
  readonly userId: string;
  readonly entry: AddressEntry;
  readonly isDefault: boolean;
}

/** The first is the default, and one that is to be. */
export const addAddress: Decider<Books, Written, AddressBook> = {
  name: 'addAddress',
  needs: ({ userId }) => ({ addressBooks: [userId] }),
  decide(state, { userId, entry, isDefault }, { now, cause }) {
    const { entries = [], defaultId = null } = state.addressBooks.get(userId) ?? {};
    if (entries.length >= entriesMax) {
      return { refuse: problem('address_book_full', `An address book has ${entriesMax} addresses.`) };
    }
    const book = {
      ...{ userId, updatedAt: now, cause },
      entries: [entry, ...entries],
      defaultId: isDefault ? entry.id : (defaultId ?? entry.id),
    };
    return { put: { addressBooks: [book] }, answer: book };
  },
};

/** Keeps its place; the default stays it until another one is. */
export const replaceAddress: Decider<Books, Written, AddressBook> = {
  name: 'replaceAddress',
  needs: ({ userId }) => ({ addressBooks: [userId] }),
  decide(state, { userId, entry, isDefault }, { now, cause }) {
    const before = state.addressBooks.get(userId);
    if (!before?.entries.some(({ id }) => id === entry.id)) {
      return { refuse: problem('not_found', 'There is no such address.') };
    }
    const entries = before.entries.map((one) => (one.id === entry.id ? entry : one));
    const defaultId = isDefault ? entry.id : before.defaultId;
    const book = { ...before, entries, defaultId, updatedAt: now, cause };
    return { put: { addressBooks: [book] }, answer: book };
  },
};

/** The newest that is left takes over as the default. */
export const removeAddress: Decider<Books, { readonly userId: string; readonly id: string }> = {
  name: 'removeAddress',
  needs: ({ userId }) => ({ addressBooks: [userId] }),
  decide(state, { userId, id }, { now, cause }) {
    const before = state.addressBooks.get(userId);
    const entries = before?.entries.filter((one) => one.id !== id) ?? [];
    if (!before || entries.length === before.entries.length) {
      return { refuse: problem('not_found', 'There is no such address.') };
    }
    const defaultId = before.defaultId === id ? (entries[0]?.id ?? null) : before.defaultId;
    return { put: { addressBooks: [{ ...before, entries, defaultId, updatedAt: now, cause }] } };
  },
};
