import Type from 'typebox';
import { idPattern } from '#kernel/ids.ts';
import { operation } from '../operation.ts';
import { closed, list, Page, text } from '../schema.ts';
import { Password, User } from './identity.ts';
import { ShippingAddress } from './ordering.ts';

/** What a user may change about themselves: name, password, addresses. */
const own = { service: 'identity', access: 'user' } as const;

export const renameMe = operation({
  ...own,
  name: 'renameMe',
  summary: 'Change one’s own name',
  method: 'PATCH',
  path: '/v1/me',
  body: closed({ name: text(1, 100) }),
  answers: { 200: User },
});

/** Ends all other sessions of the user. Wrong guesses count as those at log-in do. */
export const changePassword = operation({
  ...own,
  name: 'changePassword',
  summary: 'Change one’s own password',
  method: 'PUT',
  path: '/v1/me/password',
  body: closed({ currentPassword: text(1, 128), newPassword: Password }),
  answers: { 204: Type.Null() },
  problems: ['invalid_credentials', 'rate_limited'],
});

const AddressId = Type.String({ pattern: idPattern('address') });
const ofAddress = closed({ id: AddressId });

/** `address` is what orders take as `shippingAddress`. One of them is the default, as soon as there are any. */
export const SavedAddress = closed({ id: AddressId, address: ShippingAddress, isDefault: Type.Boolean() });
export type SavedAddress = Type.Static<typeof SavedAddress>;

/** `isDefault: true` makes it the default instead of the one before. */
const body = closed({ address: ShippingAddress, isDefault: Type.Optional(Type.Boolean()) });

export const listAddresses = operation({
  ...own,
  name: 'listAddresses',
  summary: 'The address book: the default first, then newest first',
  method: 'GET',
  path: '/v1/me/addresses',
  query: closed(Page),
  answers: { 200: list(SavedAddress) },
});

/** At most 50 (`address_book_full`). The first is the default. */
export const addAddress = operation({
  ...own,
  name: 'addAddress',
  summary: 'Add an address',
  method: 'POST',
  path: '/v1/me/addresses',
  body,
  answers: { 201: SavedAddress },
  problems: ['address_book_full'],
});

/** The default stays the default until another becomes it. */
export const replaceAddress = operation({
  ...own,
  name: 'replaceAddress',
  summary: 'Change an address',
  method: 'PUT',
  path: '/v1/me/addresses/{id}',
  params: ofAddress,
  body,
  answers: { 200: SavedAddress },
  problems: ['not_found'],
});

/** Where it was the default, the newest that is left becomes it. */
export const removeAddress = operation({
  ...own,
  name: 'removeAddress',
  summary: 'Remove an address',
  method: 'DELETE',
  path: '/v1/me/addresses/{id}',
  params: ofAddress,
  answers: { 204: Type.Null() },
  problems: ['not_found'],
});
