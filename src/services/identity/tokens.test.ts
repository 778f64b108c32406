import { calculateJwkThumbprint, importJWK, jwtVerify } from 'jose';
import { describe, expect, test } from 'vitest';
import { seededRandom } from '#runtime/seams/random.ts';
import { audience, generateSigningKey, hashOf, issuer, newRefreshToken, signAccessToken } from './tokens.ts';

const user = { id: 'usr_1', roles: ['admin'] };
const now = 1_800_000_000_500;

describe('an access token', () => {
  test('is a JWT which the published key verifies, with the claims that are promised', async () => {
    const key = await generateSigningKey();
    const token = signAccessToken(key, { user, sessionId: 'ses_1', now, lifetimeMs: 900_000 });
    const published = await importJWK(key.publicKey, 'EdDSA');
    const { payload, protectedHeader } = await jwtVerify(token, published, {
      issuer,
      audience,
      algorithms: ['EdDSA'],
      currentDate: new Date(now),
    });
    expect(protectedHeader).toMatchObject({ alg: 'EdDSA', kid: key.kid });
    expect(payload).toEqual({
      iss: 'suanpan',
      aud: 'suanpan',
      sub: 'usr_1',
      sid: 'ses_1',
      roles: ['admin'],
      iat: 1_800_000_000,
      exp: 1_800_000_900,
    });
  });

  test('is not verified by another key', async () => {
    const [own, other] = await Promise.all([generateSigningKey(), generateSigningKey()]);
    const token = signAccessToken(own, { user, sessionId: 'ses_1', now, lifetimeMs: 900_000 });
    const published = await importJWK(other.publicKey, 'EdDSA');
    await expect(jwtVerify(token, published, { currentDate: new Date(now) })).rejects.toThrow('signature');
  });

  test('expires', async () => {
    const key = await generateSigningKey();
    const token = signAccessToken(key, { user, sessionId: 'ses_1', now, lifetimeMs: 900_000 });
    const published = await importJWK(key.publicKey, 'EdDSA');
    await expect(jwtVerify(token, published, { currentDate: new Date(now + 901_000) })).rejects.toThrow('exp');
  });
});

describe('a key', () => {
  test('is named by its thumbprint, so that no two share a name', async () => {
    const { kid, publicKey, privateKey } = await generateSigningKey();
    expect(kid).toBe(await calculateJwkThumbprint({ kty: publicKey.kty, crv: publicKey.crv, x: publicKey.x }));
    expect(publicKey).toMatchObject({ kid, alg: 'EdDSA', use: 'sig' });
    expect(Object.keys(publicKey)).not.toContain('d');
    expect(privateKey).toContain('PRIVATE KEY');
  });
});

describe('a refresh token', () => {
  test('is 256 bits from the random source, and known by its hash alone', () => {
    const random = seededRandom(7);
    const [one, two] = [newRefreshToken(random), newRefreshToken(random)];
    expect(one).toMatch(/^spr_[A-Za-z0-9_-]{43}$/);
    expect(one).not.toBe(two);
    expect(hashOf(one)).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(hashOf(one)).not.toContain(one.slice(4, 20));
  });
});
