import { UserRegistered } from '#contracts/messages/identity/user-registered.v1.ts';
import { UserRenamed } from '#contracts/messages/identity/user-renamed.v1.ts';
import { defineService } from '#runtime/service.ts';
import { openAccounts } from './accounts.ts';
import { rotateKeys } from './keys.ts';
import { profileRoutes } from './profile-routes.ts';
import { forgetStale } from './retention.ts';
import { routes } from './routes.ts';
import { identitySettings } from './settings.ts';
import { tables } from './store.ts';
import { userRoutes } from './users.ts';

export { demoAccounts } from './accounts.ts';

/** Users, passwords, sessions and tokens. */
export const identity = defineService({
  name: 'identity',
  tables,
  migrations: new URL('./migrations/', import.meta.url),
  settings: identitySettings,
  answers: [...routes, ...profileRoutes, ...userRoutes],
  hears: [],
  says: [UserRegistered, UserRenamed],
  jobs: [{ name: 'rotate-keys', everyMs: 60_000, on: 'one', run: rotateKeys }, forgetStale],
  async begin(context) {
    await rotateKeys(context);
    await openAccounts(context);
  },
});
