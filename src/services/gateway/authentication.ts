import { createPublicKey } from 'node:crypto';
import { createVerifier } from 'fast-jwt';
import type { getJwks } from '#contracts/http/identity.ts';
import type { AnswerOf } from '#contracts/operation.ts';
import type { Clock, Instant } from '#kernel/clock.ts';
import { ProblemError, problem } from '#kernel/problem.ts';
import type { Authenticator } from '#runtime/http/access.ts';
import type { Cancel, Scheduler } from '#runtime/seams/scheduler.ts';
import type { Caller } from '#runtime/service.ts';
import type { Log } from '#runtime/telemetry/log.ts';
import { authorizationOf, type PublicUrl } from './sessions/guard.ts';

/** The `iss` and `aud` of the platform's access tokens. */
export const tokenIssuer = 'suanpan';
export const tokenAudience = 'suanpan';

export type Jwks = AnswerOf<typeof getJwks>['body'];

/** Clocks of two machines may differ this much before a token counts as from the future. */
const clockToleranceMs = 5_000;

export interface TokenAuthenticator extends Authenticator {
  /** Fetches the keys now and periodically. */
  start(): Promise<void>;
  stop(): void;
}

interface Options {
  /** Where browsers reach the shop. */
  readonly publicUrl: PublicUrl;
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly log: Log;
  /** Identity's public keys. */
  fetchKeys(): Promise<Jwks>;
  /** Between two fetches: regularly, and at the least when a token names a key that is not known. */
  readonly refreshEveryMs?: number;
  readonly refreshAtMostEveryMs?: number;
  readonly cachedTokensMax?: number;
}

interface Verified {
  readonly caller: Caller;
  readonly expiresAt: Instant;
}

const usualScheme = 'Bearer ';

type Verify = (token: string) => unknown;

/**
 * Verifies Bearer access tokens (RFC 6750): JWTs signed with EdDSA (RFC 8037) by one of identity's keys, named by `kid`. No
 * other algorithm is accepted and no key is taken from the token itself (RFC 8725 §3.1, §3.5, §3.10). A verified token is
 * remembered until it expires, which makes the next request with it cost a look-up instead of 110 µs.
 */
export function makeAuthenticator(options: Options): TokenAuthenticator {
  const { clock, cachedTokensMax = 20_000 } = options;
  const verified = new Map<string, Verified>();
  const keys = makeKeys(options, () => verified.clear());

  const verify = (token: string, key: Verify): Caller => {
    const { caller, expiresAt } = read(token, key, clock.now());
    // The map keeps the order of insertion: the oldest goes first.
    if (verified.size >= cachedTokensMax) for (const oldest of verified.keys()) if (verified.delete(oldest)) break;
    verified.set(token, { caller, expiresAt });
    return caller;
  };

  return {
    authenticate(authorization) {
      // What follows the usual beginning needs no second look at its characters where it is known.
      const sent = authorization.startsWith(usualScheme) ? authorization.slice(usualScheme.length) : '';
      const token = verified.has(sent) ? sent : bearerOf(authorization);
      const known = verified.get(token);
      if (known) {
        if (clock.now() < known.expiresAt) return known.caller;
        verified.delete(token);
        throw new ProblemError(problem('token_expired'));
      }
      const kid = keyIdOf(token);
      const key = keys.find(kid);
      if (key) return verify(token, key);
      return keys
        .refresh()
        .then(() => verify(token, keys.find(kid) ?? refuse('The token is signed with an unknown key.')));
    },
    ofBrowser: (request) => authorizationOf(request, options.publicUrl),
    start: keys.start,
    stop: keys.stop,
  };
}

function refuse(detail: string): never {
  throw new ProblemError(problem('unauthenticated', detail));
}

function bearerOf(authorization: string): string {
  const token = /^Bearer +([A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+)$/i.exec(authorization)?.[1];
  return token !== undefined && token.length <= 4096 ? token : refuse('Authorization must be: Bearer <access token>.');
}

/** The key that a token says it is signed with. The verifier refuses `crit`; all else in the header but `alg` is ignored. */
function keyIdOf(token: string): string {
  let header: unknown;
  try {
    header = JSON.parse(Buffer.from(token.slice(0, token.indexOf('.')), 'base64url').toString('utf8'));
  } catch {
    refuse('The token is malformed.');
  }
  if (typeof header !== 'object' || header === null) refuse('The token is malformed.');
  const { kid, alg } = header as Readonly<Record<string, unknown>>;
  if (alg !== 'EdDSA') refuse('The token is not signed with EdDSA.');
  return typeof kid === 'string' && kid !== '' ? kid : refuse('The token names no key.');
}

function read(token: string, key: Verify, now: Instant): Verified {
  let claims: Readonly<Record<string, unknown>>;
  try {
    claims = key(token) as Readonly<Record<string, unknown>>;
  } catch {
    refuse('The token is not one of ours.');
  }
  const { sub, sid, roles, exp, iat, nbf } = claims;
  if (typeof exp !== 'number' || typeof iat !== 'number') refuse('The token has no time of issue or expiry.');
  if (nbf !== undefined && typeof nbf !== 'number') refuse('The token is malformed.');
  if (typeof sub !== 'string' || !sub.startsWith('usr_')) refuse('The token names no user.');
  if (!Array.isArray(roles) || !roles.every((role) => typeof role === 'string')) refuse('The token names no roles.');
  if (Math.max(iat, nbf ?? 0) * 1000 > now + clockToleranceMs) refuse('The token is not valid yet.');
  if (exp * 1000 <= now) throw new ProblemError(problem('token_expired'));
  const session = typeof sid === 'string' ? { sessionId: sid } : {};
  const caller: Caller = Object.freeze({ kind: 'user', id: sub, roles: Object.freeze([...roles]), ...session });
  return { caller, expiresAt: exp * 1000 };
}

interface Keys {
  find(kid: string): Verify | undefined;
  /** Fetches anew, unless that was done a moment ago. */
  refresh(): Promise<void>;
  start(): Promise<void>;
  stop(): void;
}

function makeKeys(options: Options, onRemoval: () => void): Keys {
  const { clock, scheduler, log, refreshEveryMs = 300_000, refreshAtMostEveryMs = 5_000 } = options;
  let keys: ReadonlyMap<string, Verify> = new Map();
  let fetchedAt = Number.NEGATIVE_INFINITY;
  let fetching: Promise<void> | undefined;
  let cancel: Cancel | undefined;
  let isStopped = false;

  const fetch = async (): Promise<void> => {
    fetchedAt = clock.now();
    try {
      const fetched = new Map((await options.fetchKeys()).keys.map((jwk) => [jwk.kid, verifierOf(jwk)] as const));
      // A key that is gone was withdrawn: what it had signed is looked at again.
      if ([...keys.keys()].some((kid) => !fetched.has(kid))) onRemoval();
      keys = fetched;
    } catch (error) {
      log.warn({ err: error }, 'the keys of access tokens could not be fetched; the present ones stay in use');
    } finally {
      fetching = undefined;
    }
  };
  const refresh = async (): Promise<void> => {
    const recent = keys.size > 0 && clock.now() - fetchedAt < refreshAtMostEveryMs;
    if (!fetching && recent) return;
    fetching ??= fetch();
    await fetching;
    if (keys.size === 0) throw new ProblemError(problem('unavailable', 'Access tokens cannot be checked now.'));
  };
  const repeat = (): void => {
    if (isStopped) return;
    cancel = scheduler.after(refreshEveryMs, () => {
      fetching ??= fetch();
      fetching.then(repeat);
    });
  };
  return {
    find: (kid) => keys.get(kid),
    refresh,
    async start() {
      fetching ??= fetch();
      await fetching;
      repeat();
    },
    stop() {
      isStopped = true;
      cancel?.();
      cancel = undefined;
    },
  };
}

/** Times are checked by our own clock, which tests move, not by the machine's. */
function verifierOf(jwk: Jwks['keys'][number]): Verify {
  const key = createPublicKey({ key: { kty: jwk.kty, crv: jwk.crv, x: jwk.x }, format: 'jwk' });
  return createVerifier({
    key: key.export({ type: 'spki', format: 'pem' }).toString(),
    algorithms: ['EdDSA'],
    allowedIss: tokenIssuer,
    allowedAud: tokenAudience,
    requiredClaims: ['iss', 'aud', 'sub', 'iat', 'exp'],
    ignoreExpiration: true,
    ignoreNotBefore: true,
  });
}
