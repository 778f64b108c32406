import Type from 'typebox';
import { operation } from '../operation.ts';
import { closed, list, Page, SessionId, Timestamp, text, UserId } from '../schema.ts';

const Email = Type.String({ format: 'email', maxLength: 254 });

export const User = closed({
  id: UserId,
  email: Type.String(),
  name: Type.String(),
  roles: Type.Array(Type.String()),
});

/** Lengths in characters (NIST SP 800-63B §5.1.1.2); no rule about what they must be made of. */
export const Password = text(8, 128);

const RefreshToken = Type.String({ minLength: 1, maxLength: 256 });

/** `expiresIn`: seconds until the access token expires. */
export const SignedIn = closed({
  user: User,
  accessToken: Type.String(),
  refreshToken: Type.String(),
  expiresIn: Type.Integer({ minimum: 1 }),
});

/** What opens an account, and what opens a session. */
export const Registration = closed({ email: Email, password: Password, name: text(1, 100) });
export const Credentials = closed({ email: Email, password: text(1, 128) });

export const register = operation({
  service: 'identity',
  name: 'register',
  summary: 'Register, and be signed in',
  method: 'POST',
  path: '/v1/auth/register',
  access: 'public',
  body: Registration,
  answers: { 201: SignedIn },
  problems: ['email_taken', 'unavailable'],
  ratePerMinute: 600,
  rateBy: 'address',
});

/**
 * A wrong password and an unknown e-mail address are the same answer, in the same time; `account_disabled` needs the right one.
 */
export const logIn = operation({
  service: 'identity',
  name: 'logIn',
  summary: 'Log in with e-mail and password',
  method: 'POST',
  path: '/v1/auth/login',
  access: 'public',
  body: Credentials,
  answers: { 200: SignedIn },
  problems: ['invalid_credentials', 'account_disabled', 'rate_limited', 'unavailable'],
  ratePerMinute: 600,
  rateBy: 'address',
});

/**
 * Changes a refresh token for a new pair; each can be used once. A token that comes a second time was stolen, or its
 * owner's copy was: the whole session ends (`token_reused`, RFC 9700 §4.14.2).
 */
export const refreshSession = operation({
  service: 'identity',
  name: 'refreshSession',
  summary: 'Exchange a refresh token for new tokens',
  method: 'POST',
  path: '/v1/auth/refresh',
  access: 'public',
  body: closed({ refreshToken: RefreshToken }),
  answers: { 200: SignedIn },
  problems: ['invalid_credentials', 'token_expired', 'token_reused'],
  ratePerMinute: 600,
  rateBy: 'address',
});

/**
 * As `refreshSession`, for a browser whose tabs share one refresh token: within a few seconds a token may come again, and gets
 * another pair of the same session (ADR 24).
 */
export const refreshWebSession = operation({
  service: 'identity',
  name: 'refreshWebSession',
  summary: 'Exchange the refresh token of a browser',
  method: 'POST',
  path: '/internal/identity/web-sessions/refresh',
  access: 'service',
  body: closed({ refreshToken: RefreshToken }),
  answers: { 200: SignedIn },
  problems: ['invalid_credentials', 'token_expired', 'token_reused'],
});

/**
 * Ends the session of the refresh token, or that of the access token where no refresh token is given; ending it twice is no
 * error.
 */
export const logOut = operation({
  service: 'identity',
  name: 'logOut',
  summary: 'End the session',
  method: 'POST',
  path: '/v1/auth/logout',
  access: 'public',
  body: closed({ refreshToken: Type.Optional(RefreshToken) }),
  answers: { 204: Type.Null() },
  problems: ['unauthenticated'],
});

/** So that who looks at a demo need not look them up. Their passwords are no secret; `roles` are empty for a shopper. */
export const listDemoAccounts = operation({
  service: 'identity',
  name: 'listDemoAccounts',
  summary: 'Whom the demo lets in; nobody where this is none',
  method: 'GET',
  path: '/v1/auth/demo-accounts',
  access: 'public',
  answers: {
    200: closed({
      data: Type.Array(
        closed({
          email: Type.String(),
          password: Type.String(),
          name: Type.String(),
          roles: Type.Array(Type.String()),
        }),
      ),
    }),
  },
  ratePerMinute: 600,
  rateBy: 'address',
});

export const getMe = operation({
  service: 'identity',
  name: 'getMe',
  summary: 'Who is signed in',
  method: 'GET',
  path: '/v1/me',
  access: 'user',
  answers: { 200: User },
});

export const listSessions = operation({
  service: 'identity',
  name: 'listSessions',
  summary: 'The sessions in which the user is signed in, newest first',
  method: 'GET',
  path: '/v1/me/sessions',
  access: 'user',
  query: closed(Page),
  answers: {
    200: list(
      closed({
        id: SessionId,
        createdAt: Timestamp,
        lastUsedAt: Timestamp,
        expiresAt: Timestamp,
        userAgent: Type.Union([Type.String(), Type.Null()]),
        address: Type.String(),
        current: Type.Boolean(),
      }),
    ),
  },
});

/** Its refresh token is void at once; its access token until it expires, except for the operations of identity. */
export const endSession = operation({
  service: 'identity',
  name: 'endSession',
  summary: 'End one of one’s own sessions',
  method: 'DELETE',
  path: '/v1/me/sessions/{id}',
  access: 'user',
  params: closed({ id: SessionId }),
  answers: { 204: Type.Null() },
  problems: ['not_found'],
});

/** The keys that access tokens are signed with (RFC 7517): those in use, those to come, those whose tokens are still valid. */
export const getJwks = operation({
  service: 'identity',
  name: 'getJwks',
  summary: 'Public keys of access tokens',
  method: 'GET',
  path: '/.well-known/jwks.json',
  access: 'public',
  answers: {
    200: closed({
      keys: Type.Array(
        closed({
          kty: Type.Literal('OKP'),
          crv: Type.Literal('Ed25519'),
          x: Type.String(),
          kid: Type.String(),
          alg: Type.Literal('EdDSA'),
          use: Type.Literal('sig'),
        }),
      ),
    }),
  },
});
