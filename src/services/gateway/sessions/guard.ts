import { createHmac, timingSafeEqual } from 'node:crypto';
import { refuse } from '#kernel/problem.ts';
import type { BrowserRequest } from '#runtime/http/access.ts';
import { readCookies } from './cookies.ts';

type Headers = BrowserRequest['headers'];

/** Where browsers reach the shop; undefined where nobody said: then every host that they name is believed to be it. */
export type PublicUrl = string | undefined;

const safeMethods: readonly string[] = ['GET', 'HEAD', 'OPTIONS'];

/**
 * What a browser's session stands for, as an `Authorization`; undefined where there is none. Another site can have a browser send
 * the cookies (SameSite is the browser's promise, and a neighbouring host is the same site), but it can neither read them nor name
 * another origin: what changes anything has to come from the shop's own pages and to carry the session's token
 * (OWASP CSRF Prevention Cheat Sheet, "Signed Double-Submit Cookie" and "Verifying Origin With Standard Headers").
 */
export function authorizationOf({ method, headers }: BrowserRequest, publicUrl: PublicUrl): string | undefined {
  const { session } = readCookies(headers.cookie, isHttps(publicUrl));
  if (session === undefined) return undefined;
  if (!safeMethods.includes(method)) {
    requireOwnOrigin(headers, publicUrl);
    requireToken(headers, session);
  }
  return `Bearer ${session}`;
}

/** Bound to the session by its access token, which no other site and no other session knows. */
export function csrfTokenOf(accessToken: string): string {
  return createHmac('sha256', accessToken).update('suanpan csrf').digest('base64url');
}

function requireToken(headers: Headers, accessToken: string): void {
  const sent = headers['x-csrf-token'];
  if (typeof sent !== 'string') refuse('csrf_token_invalid', 'Send the CSRF token of the session in X-CSRF-Token.');
  const [given, right] = [Buffer.from(sent), Buffer.from(csrfTokenOf(accessToken))];
  if (given.length !== right.length || !timingSafeEqual(given, right)) {
    refuse('csrf_token_invalid', 'The CSRF token in X-CSRF-Token is not that of the session.');
  }
}

/** Browsers say where a request comes from, and let no script say anything else. One that says nothing is refused. */
export function requireOwnOrigin(headers: Headers, publicUrl: PublicUrl): void {
  const { origin, 'sec-fetch-site': site } = headers;
  const isOwn = origin === undefined ? site === 'same-origin' : origin === ownOrigin(origin, headers, publicUrl);
  if (!isOwn || (site !== undefined && site !== 'same-origin')) refuse('cross_site_request');
}

function ownOrigin(origin: string | readonly string[], { host }: Headers, publicUrl: PublicUrl): string {
  if (publicUrl !== undefined) return new URL(publicUrl).origin;
  // TLS ends before us: the scheme is known to the browser alone.
  const scheme = typeof origin === 'string' && origin.startsWith('https://') ? 'https' : 'http';
  return `${scheme}://${host}`;
}

/** Whether cookies are for https alone: by the shop's address, else by where the browser says that its page is. */
export function isOverHttps({ origin }: Headers, publicUrl: PublicUrl): boolean {
  if (publicUrl !== undefined) return isHttps(publicUrl);
  return typeof origin === 'string' && origin.startsWith('https://');
}

function isHttps(publicUrl: PublicUrl): boolean {
  return publicUrl?.startsWith('https://') ?? false;
}
