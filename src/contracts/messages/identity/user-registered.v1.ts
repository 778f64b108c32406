import Type from 'typebox';
import { message } from '../../message.ts';
import { closed, Language, UserId } from '../../schema.ts';

/** A user registered; `language` is what the request preferred. */
export const UserRegistered = message('identity.user-registered', 1, {
  key: 'userId',
  data: closed({
    userId: UserId,
    email: Type.String(),
    name: Type.String(),
    language: Language,
  }),
});
