import { createSigner, createVerifier } from 'fast-jwt';
import type { Clock, Instant } from '#kernel/clock.ts';
import { refuse } from '#kernel/problem.ts';
import type { Caller } from '../../service.ts';

/** A token is good for this long. */
const lifetimeMs = 60_000;
/** So long the same one is sent again; it then still has more than half of its life before it. */
const reusedForMs = 20_000;
/** Clocks of two machines may differ this much. */
const clockToleranceMs = 5_000;
const tokenLengthMax = 4_096;

/** Who calls whom, and on whose behalf. */
export interface Passport {
  /** The calling service. */
  readonly from: string;
  /** The called one. */
  readonly service: string;
  /** A user or nobody, as the gateway has found out; else the calling service itself. */
  readonly caller: Caller;
}

interface Options {
  /** Shared by all processes of the platform. */
  readonly secret: string;
  readonly clock: Clock;
  /** Of the tokens that are remembered the oldest go first. */
  readonly rememberedMax?: number;
}

/**
 * Signs the short-lived tokens under which services call each other: JWTs with HMAC-SHA256 (RFC 7519; RFC 7518 §3.2), `iss`
 * the calling service, `aud` the called one, `caller` on whose behalf.
 */
export function makeTokenSigner({ secret, clock, rememberedMax = 10_000 }: Options): (passport: Passport) => string {
  const sign = createSigner({ key: Buffer.from(secret), algorithm: 'HS256' });
  const signed = new Map<string, { readonly token: string; readonly until: Instant }>();
  return ({ from, service, caller }) => {
    const key = `${from}\n${service}\n${caller.kind}\n${caller.id}\n${caller.sessionId}\n${caller.roles.join()}`;
    const now = clock.now();
    const known = signed.get(key);
    // A clock that was turned back must not keep a token for longer than it lasts.
    if (known && now < known.until && known.until - now <= reusedForMs) return known.token;
    const { kind, id, sessionId, roles } = caller;
    const iat = Math.floor(now / 1000);
    const exp = iat + lifetimeMs / 1000;
    const token = sign({ iss: from, aud: service, iat, exp, caller: { kind, id, sessionId, roles } });
    remember(signed, key, { token, until: now + reusedForMs }, rememberedMax);
    return token;
  };
}

/**
 * Verifies such tokens, for the services that are answered here. No other algorithm is accepted (RFC 8725 §3.1) and none that
 * lasts longer than a minute. A verified one is remembered until it expires.
 *
 * @throws ProblemError `unauthenticated`
 */
export function makeTokenVerifier(
  options: Options & { readonly services: ReadonlySet<string> },
): (authorization: string | undefined) => Passport {
  const { secret, clock, services, rememberedMax = 10_000 } = options;
  const verify = createVerifier({
    key: Buffer.from(secret),
    algorithms: ['HS256'],
    requiredClaims: ['iss', 'aud', 'iat', 'exp'],
    // By our own clock, which tests move, instead of the machine's.
    ignoreExpiration: true,
    ignoreNotBefore: true,
  });
  const verified = new Map<string, { readonly passport: Passport; readonly expiresAt: Instant }>();
  return (authorization) => {
    const token = bearerOf(authorization);
    const now = clock.now();
    let known = verified.get(token);
    if (!known) {
      known = read(token, verify, services, now);
      remember(verified, token, known, rememberedMax);
    }
    if (now >= known.expiresAt + clockToleranceMs) {
      verified.delete(token);
      refuse('unauthenticated', 'The token has expired.');
    }
    return known.passport;
  };
}

function bearerOf(authorization: string | undefined): string {
  if (authorization === undefined || authorization.length > tokenLengthMax) refuse('unauthenticated');
  return authorization.startsWith('Bearer ') ? authorization.slice(7) : refuse('unauthenticated');
}

function read(token: string, verify: (token: string) => unknown, services: ReadonlySet<string>, now: Instant) {
  let claims: Readonly<Record<string, unknown>>;
  try {
    claims = verify(token) as Readonly<Record<string, unknown>>;
  } catch {
    refuse('unauthenticated', 'The token is not one of ours.');
  }
  const { iss, aud, iat, exp } = claims;
  if (typeof iss !== 'string' || iss === '') refuse('unauthenticated', 'The token names no calling service.');
  if (typeof aud !== 'string' || !services.has(aud)) refuse('unauthenticated', 'The token is for another service.');
  if (typeof iat !== 'number' || typeof exp !== 'number' || exp - iat > lifetimeMs / 1000) {
    refuse('unauthenticated', 'The token lasts too long.');
  }
  if (iat * 1000 > now + clockToleranceMs) refuse('unauthenticated', 'The token is not valid yet.');
  const caller = callerOf(claims.caller, iss) ?? refuse('unauthenticated', 'The token names no caller.');
  return { passport: { from: iss, service: aud, caller }, expiresAt: exp * 1000 };
}

function callerOf(claim: unknown, from: string): Caller | undefined {
  if (typeof claim !== 'object' || claim === null) return undefined;
  const { kind, id, sessionId, roles } = claim as Readonly<Record<string, unknown>>;
  if (typeof id !== 'string' || id === '') return undefined;
  if (kind !== 'anonymous' && kind !== 'user' && !(kind === 'service' && id === from)) return undefined;
  if (!Array.isArray(roles) || !roles.every((role) => typeof role === 'string')) return undefined;
  const session = typeof sessionId === 'string' ? { sessionId } : {};
  return Object.freeze({ kind, id, roles: Object.freeze([...roles]), ...session });
}

/** A map keeps the order of insertion: the oldest goes first. */
function remember<Value>(kept: Map<string, Value>, key: string, value: Value, most: number): void {
  kept.delete(key);
  if (kept.size >= most) for (const oldest of kept.keys()) if (kept.delete(oldest)) break;
  kept.set(key, value);
}
