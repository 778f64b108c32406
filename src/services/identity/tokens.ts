import { createHash, createPublicKey, generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
import { createSigner } from 'fast-jwt';
import type { Instant } from '#kernel/clock.ts';
import type { Random } from '#runtime/seams/random.ts';
import type { PublicJwk, SigningKey, User } from './domain.ts';

/** Who makes access tokens and for whom (RFC 7519 §4.1.1, §4.1.3). */
export const issuer = 'suanpan';
export const audience = 'suanpan';

/** The prefix lets secret scanners find a token that got into the wrong place. */
const refreshTokenPrefix = 'spr_';

/** 256 random bits. */
export function newRefreshToken(random: Random): string {
  const bytes = new Uint8Array(32);
  random.bytes(bytes);
  return refreshTokenPrefix + Buffer.from(bytes).toString('base64url');
}

/** SHA-256 in base64url. A token of 256 random bits needs no salt and no slow hash. */
export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

export interface AccessTokenClaims {
  readonly user: Pick<User, 'id' | 'roles'>;
  readonly sessionId: string;
  readonly now: Instant;
  readonly lifetimeMs: number;
}

/** A JWT signed with EdDSA (RFC 8037): `iss, aud, sub, sid, roles, iat, exp`, and `kid` in its header. */
export function signAccessToken(
  key: Pick<SigningKey, 'kid' | 'privateKey'>,
  { user, sessionId, now, lifetimeMs }: AccessTokenClaims,
): string {
  const issuedAt = Math.floor(now / 1000);
  return createSigner({ key: key.privateKey, algorithm: 'EdDSA', kid: key.kid })({
    iss: issuer,
    aud: audience,
    sub: user.id,
    sid: sessionId,
    roles: user.roles,
    iat: issuedAt,
    exp: issuedAt + Math.floor(lifetimeMs / 1000),
  });
}

/** An Ed25519 pair; `kid` is the JWK's thumbprint (RFC 7638, RFC 8037 §2), so that two keys never share one. */
export async function generateSigningKey(): Promise<Pick<SigningKey, 'kid' | 'publicKey' | 'privateKey'>> {
  const { privateKey } = await promisify(generateKeyPair)('ed25519');
  const { x = '' } = createPublicKey(privateKey).export({ format: 'jwk' });
  const kid = hashOf(JSON.stringify({ crv: 'Ed25519', kty: 'OKP', x }));
  const publicKey: PublicJwk = { kty: 'OKP', crv: 'Ed25519', x, kid, alg: 'EdDSA', use: 'sig' };
  return { kid, publicKey, privateKey: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString() };
}
