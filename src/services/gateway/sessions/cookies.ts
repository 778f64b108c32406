/** The cookies of a browser's session: the access token, the refresh token, and the CSRF token that scripts may read. */
export type CookieName = 'session' | 'refresh' | 'csrf';

export type Cookies = { readonly [Name in CookieName]?: string };

/** A cookie is sent no further than it is needed. */
const paths: Readonly<Record<CookieName, string>> = { session: '/', refresh: '/v1/session', csrf: '/' };

/**
 * Over https a prefix has the browser refuse what a neighbouring host or plain http would set in its place (RFC 6265bis §4.1.3);
 * `__Host-` wants the path `/`.
 */
const securePrefixes: Readonly<Record<CookieName, string>> = {
  session: '__Host-',
  refresh: '__Secure-',
  csrf: '__Host-',
};

/** As long as browsers keep any cookie (RFC 6265bis §5.5): the tokens themselves say when they end. */
const lifetimeSeconds = 400 * 24 * 3600;

const names = ['session', 'refresh', 'csrf'] as const satisfies readonly CookieName[];

const nameOf = (name: CookieName, isSecure: boolean): string =>
  `${isSecure ? securePrefixes[name] : ''}suanpan_${name}`;

/** What a browser sent. Where all of the shop is on https, only what was set there counts. */
export function readCookies(header: string | readonly string[] | undefined, isSecure: boolean): Cookies {
  if (typeof header !== 'string' || !header.includes('suanpan_')) return {};
  const sent = parsed(header);
  const sentAs = (name: CookieName): string | undefined =>
    sent.get(nameOf(name, true)) ?? (isSecure ? undefined : sent.get(nameOf(name, false)));
  return Object.fromEntries(names.map((name) => [name, sentAs(name)] as const).filter(([, value]) => value));
}

/** Our own values need no quotes and no escapes. Of two of one name the first is for the longer path (RFC 6265 §5.4). */
function parsed(header: string): ReadonlyMap<string, string> {
  const pairs = header.split(';').map((pair) => /^ *([^= ]+)=([\w.-]*) *$/.exec(pair));
  return new Map(pairs.flatMap((pair) => (pair ? [[pair[1] ?? '', pair[2] ?? ''] as const] : [])).reverse());
}

/** `Set-Cookie` headers: these values, for the path of each. */
export function writeCookies(values: Readonly<Record<CookieName, string>>, isSecure: boolean): string[] {
  return names.map((name) => written(name, values[name], isSecure, lifetimeSeconds));
}

/** `Set-Cookie` headers that remove all of them, whichever way they were set. */
export function removeCookies(isSecure: boolean): string[] {
  const ways = isSecure ? [true] : [true, false];
  return ways.flatMap((way) => names.map((name) => written(name, '', way, 0)));
}

function written(name: CookieName, value: string, isSecure: boolean, maxAge: number): string {
  const attributes = [`Path=${paths[name]}`, `Max-Age=${maxAge}`, 'SameSite=Strict'];
  if (name !== 'csrf') attributes.push('HttpOnly');
  if (isSecure) attributes.push('Secure');
  return [`${nameOf(name, isSecure)}=${value}`, ...attributes].join('; ');
}
