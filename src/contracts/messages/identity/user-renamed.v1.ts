import { message } from '../../message.ts';
import { UserRegistered } from './user-registered.v1.ts';

/**
 * A user goes by another name from now on. It has all that a registration has, so that who hears it first knows the user by it.
 */
export const UserRenamed = message('identity.user-renamed', 1, { key: 'userId', data: UserRegistered.data });
