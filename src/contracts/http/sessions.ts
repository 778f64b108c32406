import Type from 'typebox';
import { operation } from '../operation.ts';
import { closed } from '../schema.ts';
import { Credentials, Registration, SignedIn, User } from './identity.ts';

/**
 * Sessions of browsers: the tokens are in cookies that scripts cannot read. A request without `Authorization` and with these
 * cookies is the user's; where it changes anything it has to come from the shop's own pages, with the session's CSRF token in
 * `X-CSRF-Token` (docs/sessions.md). These four need no token, only the shop's own origin.
 */
const own = { service: 'gateway', access: 'public', method: 'POST', ratePerMinute: 600, rateBy: 'address' } as const;

/** `expiresIn`: seconds until the session is to be refreshed. `csrfToken`: also in the cookie that scripts may read. */
const Session = closed({ user: User, expiresIn: SignedIn.properties.expiresIn, csrfToken: Type.String() });

export const beginSession = operation({
  ...own,
  name: 'beginSession',
  summary: 'Log in, in a browser',
  path: '/v1/session/login',
  body: Credentials,
  answers: { 200: Session },
  problems: ['invalid_credentials', 'account_disabled', 'rate_limited', 'unavailable', 'cross_site_request'],
});

export const registerInSession = operation({
  ...own,
  name: 'registerInSession',
  summary: 'Register, in a browser',
  path: '/v1/session/register',
  body: Registration,
  answers: { 201: Session },
  problems: ['email_taken', 'unavailable', 'cross_site_request'],
});

/** Several tabs may refresh at once: within a few seconds a repeat is answered like the first. */
export const renewSession = operation({
  ...own,
  name: 'renewSession',
  summary: 'Renew the session of a browser',
  path: '/v1/session/refresh',
  body: Type.Optional(closed({})),
  answers: { 200: Session },
  problems: ['unauthenticated', 'invalid_credentials', 'token_expired', 'token_reused', 'cross_site_request'],
});

/** The cookies go, whether or not there was a session. */
export const leaveSession = operation({
  ...own,
  name: 'leaveSession',
  summary: 'Log out, in a browser',
  path: '/v1/session/logout',
  body: Type.Optional(closed({})),
  answers: { 204: Type.Null() },
  problems: ['cross_site_request'],
});
