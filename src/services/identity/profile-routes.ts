import {
  addAddress as addOperation,
  changePassword as changePasswordOperation,
  listAddresses,
  removeAddress as removeOperation,
  renameMe,
  replaceAddress as replaceOperation,
  type SavedAddress,
} from '#contracts/http/profile.ts';
import { refuse } from '#kernel/problem.ts';
import { decodeCursor, encodeCursor, refuseCursor } from '#runtime/http/paging.ts';
import { answer, type Context as ContextOf, type Request } from '#runtime/service.ts';
import { changePassword, endSessions, renameUser } from './domain/account.ts';
import {
  type AddressBook,
  type AddressEntry,
  addAddress,
  removeAddress,
  replaceAddress,
} from './domain/address-book.ts';
import { hashPassword, isPassword } from './passwords.ts';
import { scopesOf, signedInUser, viewOf } from './routes.ts';
import type { identitySettings } from './settings.ts';
import { findAddressBook, listLiveSessions } from './store.ts';

type Context = ContextOf<typeof identitySettings>;

const pageLimit = 50;
const sessionsAtOnce = 1_000;

/** What users change about themselves. */
export const profileRoutes = [
  answer(renameMe, async (request, context: Context) => {
    const user = await signedInUser(request, context);
    const name = request.body.name.trim();
    if (name === '') refuse('validation_failed', undefined, [{ pointer: '/name', detail: 'must not be blank' }]);
    await context.write(renameUser, { email: user.email, name }, request);
    return { status: 200 as const, body: viewOf({ ...user, name }) };
  }),

  answer(changePasswordOperation, async (request, context: Context) => {
    const user = await signedInUser(request, context);
    const { currentPassword, newPassword } = request.body;
    const isRight = await isPassword(currentPassword, user.passwordHash);
    const { answer: verdict } = await context.write(
      changePassword,
      {
        email: user.email,
        scopes: scopesOf(user.email, request.address),
        isRight,
        checkedHash: user.passwordHash,
        // Of a wrong guess nothing is kept: it need not cost a hash.
        passwordHash: isRight ? await hashPassword(newPassword) : user.passwordHash,
      },
      request,
    );
    if (verdict !== 'changed') refuse('invalid_credentials', 'The present password is wrong.', [wrongPassword]);
    await endOtherSessions(request, context);
    return { status: 204 as const, body: null };
  }),

  answer(listAddresses, async (request, context: Context) => {
    const book = await findAddressBook(context.database, request.caller.id);
    const { limit = pageLimit, cursor } = request.query;
    const [before] = decodeCursor(cursor, 1) ?? [];
    const all = book ? inOrder(book) : [];
    const start = before === undefined ? 0 : all.findIndex(({ id }) => id === before) + 1;
    if (before !== undefined && start === 0) refuseCursor();
    const data = all.slice(start, start + limit);
    const last = all.length > start + limit ? data.at(-1) : undefined;
    return { status: 200 as const, body: { data, nextCursor: last ? encodeCursor([last.id]) : null } };
  }),

  answer(addOperation, async (request, context: Context) => {
    const { address, isDefault = false } = request.body;
    const entry = { id: context.ids.next('address'), address };
    const { answer: book } = await context.write(addAddress, { userId: request.caller.id, entry, isDefault }, request);
    return { status: 201 as const, body: savedIn(book, entry) };
  }),

  answer(replaceOperation, async (request, context: Context) => {
    const { address, isDefault = false } = request.body;
    const entry = { id: request.params.id, address };
    const command = { userId: request.caller.id, entry, isDefault };
    const { answer: book } = await context.write(replaceAddress, command, request);
    return { status: 200 as const, body: savedIn(book, entry) };
  }),

  answer(removeOperation, async (request, context: Context) => {
    await context.write(removeAddress, { userId: request.caller.id, id: request.params.id }, request);
    return { status: 204 as const, body: null };
  }),
];

const wrongPassword = { pointer: '/currentPassword', detail: 'is wrong' };

/** Read after the change: whoever has the former password gets in no more. */
async function endOtherSessions(request: Request, context: Context): Promise<void> {
  const { id: userId, sessionId: current } = request.caller;
  let before: string | undefined;
  do {
    const now = context.clock.now();
    const live = await listLiveSessions(context.database, { userId, now, before, limit: sessionsAtOnce });
    const sessionIds = live.map(({ id }) => id).filter((id) => id !== current);
    if (sessionIds.length > 0) await context.write(endSessions, { sessionIds, userId }, request);
    before = live.length === sessionsAtOnce ? live.at(-1)?.id : undefined;
  } while (before !== undefined);
}

/** The default first. */
function inOrder(book: AddressBook): SavedAddress[] {
  const saved = book.entries.map((entry) => savedIn(book, entry));
  return [...saved.filter(({ isDefault }) => isDefault), ...saved.filter(({ isDefault }) => !isDefault)];
}

function savedIn(book: AddressBook | undefined, { id, address }: AddressEntry): SavedAddress {
  return { id, address, isDefault: book?.defaultId === id };
}
