import { createHmac } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Caller } from '../../service.ts';
import { makeTokenSigner, makeTokenVerifier, type Passport } from './token.ts';

const secret = 'known to all processes of the platform';
const startedAt = 1_790_000_000_500;
const ann: Caller = { kind: 'user', id: 'usr_ann', sessionId: 'ses_1', roles: ['operator'] };
const passport: Passport = { from: 'gateway', service: 'wallet', caller: ann };
let now = startedAt;
const clock = { now: () => now };
const services = new Set(['wallet', 'payment']);

beforeEach(() => {
  now = startedAt;
});

const signer = () => makeTokenSigner({ secret, clock });
const verifier = () => makeTokenVerifier({ secret, clock, services });
const refused = expect.objectContaining({ problem: expect.objectContaining({ code: 'unauthenticated' }) });

function verdict(token: string, verify = verifier()): unknown {
  try {
    return verify(`Bearer ${token}`);
  } catch (error) {
    return error;
  }
}

const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** As anybody can make one who knows the secret, or another one. */
function forged(claims: object, header: object = {}, key = secret, algorithm = 'sha256'): string {
  const signed = `${encoded({ alg: 'HS256', typ: 'JWT', ...header })}.${encoded(claims)}`;
  return `${signed}.${createHmac(algorithm, key).update(signed).digest('base64url')}`;
}

const iat = Math.floor(startedAt / 1000);
const claims = { iss: 'gateway', aud: 'wallet', iat, exp: iat + 60, caller: ann };

describe('a token between services', () => {
  test.each<[string, Caller]>([
    ['a user with all rights', ann],
    ['a user without a session', { kind: 'user', id: 'usr_bob', roles: [] }],
    ['nobody', { kind: 'anonymous', id: 'anonymous', roles: [] }],
    ['the service itself', { kind: 'service', id: 'gateway', roles: [] }],
  ])('carries %s', (_, caller) => {
    expect(verdict(signer()({ ...passport, caller }))).toEqual({ ...passport, caller });
  });

  test('is a JWT as others would make it, which lasts a minute', () => {
    expect(verdict(forged(claims))).toEqual(passport);
    const [header = '', body = ''] = signer()(passport).split('.');
    expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toEqual({ alg: 'HS256', typ: 'JWT' });
    expect(JSON.parse(Buffer.from(body, 'base64url').toString())).toEqual(claims);
  });

  test.each<[string, () => string]>([
    ['nothing', () => ''],
    ['no token', () => 'abc'],
    ['no signature', () => forged(claims).replace(/[^.]+$/, '')],
    ['alg none', () => `${encoded({ alg: 'none', typ: 'JWT' })}.${encoded(claims)}.`],
    ['alg none under a signature', () => forged(claims, { alg: 'none' })],
    ['another algorithm of the family', () => forged(claims, { alg: 'HS512' }, secret, 'sha512')],
    ['another secret', () => forged(claims, {}, 'another secret')],
    ['a critical extension', () => forged(claims, { crit: ['exp'] })],
    [
      'other claims under the same signature',
      () => forged(claims).replace(/\.[^.]+\./, `.${encoded({ ...claims, aud: 'payment' })}.`),
    ],
    ['a service that is not here', () => forged({ ...claims, aud: 'ordering' })],
    ['several services', () => forged({ ...claims, aud: ['wallet', 'payment'] })],
    ['no service', () => forged({ ...claims, aud: undefined })],
    ['no calling service', () => forged({ ...claims, iss: undefined })],
    ['an empty calling service', () => forged({ ...claims, iss: '' })],
    ['no time of issue', () => forged({ ...claims, iat: undefined })],
    ['no expiry', () => forged({ ...claims, exp: undefined })],
    ['a longer life', () => forged({ ...claims, exp: iat + 61 })],
    ['an expiry in the past', () => forged({ ...claims, iat: iat - 65, exp: iat - 5 })],
    ['an issue in the future', () => forged({ ...claims, iat: iat + 6, exp: iat + 66 })],
    ['times that are texts', () => forged({ ...claims, iat: String(iat), exp: String(iat + 60) })],
    ['no caller', () => forged({ ...claims, caller: undefined })],
    ['a caller of no kind', () => forged({ ...claims, caller: { ...ann, kind: 'root' } })],
    ['a caller without a name', () => forged({ ...claims, caller: { ...ann, id: '' } })],
    [
      'another service in whose name',
      () => forged({ ...claims, caller: { kind: 'service', id: 'payment', roles: [] } }),
    ],
    ['roles that are none', () => forged({ ...claims, caller: { ...ann, roles: 'admin' } })],
    ['roles that are no texts', () => forged({ ...claims, caller: { ...ann, roles: [1] } })],
    ['more than it may be long', () => forged({ ...claims, filler: 'a'.repeat(5_000) })],
  ])('is refused: %s', (_, make) => {
    expect(verdict(make())).toEqual(refused);
  });

  test.each([undefined, '', 'Basic YTpi', 'bearer'])('is refused where the header is %j', (authorization) => {
    expect(() => verifier()(authorization)).toThrow(refused);
  });

  test('is refused once it has expired, also where it was known, but for what clocks may differ', () => {
    const verify = verifier();
    const token = signer()(passport);
    expect(verdict(token, verify)).toEqual(passport);
    now = (iat + 64) * 1000;
    expect(verdict(token, verify)).toEqual(passport);
    now = (iat + 65) * 1000;
    expect(verdict(token, verify)).toEqual(refused);
    expect(verdict(token, verify)).toEqual(refused);
  });

  test('is understood by a machine whose clock is behind', () => {
    const token = signer()(passport);
    now -= 4_000;
    expect(verdict(token)).toEqual(passport);
  });
});

describe('a signer', () => {
  test('sends the same token for some time, and a fresh one well before it expires', () => {
    const sign = signer();
    const first = sign(passport);
    now += 19_999;
    expect(sign({ ...passport, caller: { ...ann } })).toBe(first);
    now += 1;
    const second = sign(passport);
    expect(second).not.toBe(first);
    now -= 60_000;
    expect(sign(passport)).not.toBe(second);
  });

  test.each<[string, Partial<Passport>]>([
    ['another calling service', { from: 'ordering' }],
    ['another called service', { service: 'payment' }],
    ['another user', { caller: { ...ann, id: 'usr_bob' } }],
    ['another session', { caller: { ...ann, sessionId: 'ses_2' } }],
    ['other rights', { caller: { ...ann, roles: [] } }],
    ['another kind', { caller: { ...ann, kind: 'anonymous' } }],
  ])('makes another token for %s', (_, change) => {
    const sign = signer();
    expect(sign({ ...passport, ...change })).not.toBe(sign(passport));
  });

  test('and a verifier remember no more than they may', () => {
    const sign = makeTokenSigner({ secret, clock, rememberedMax: 2 });
    const verify = makeTokenVerifier({ secret, clock, services, rememberedMax: 2 });
    const of = (id: string) => sign({ ...passport, caller: { ...ann, id } });
    const first = of('usr_1');
    verdict(first, verify);
    for (const id of ['usr_2', 'usr_3', 'usr_4']) verdict(of(id), verify);
    now += 1_000;
    expect(of('usr_1')).not.toBe(first);
    expect(verdict(first, verify)).toMatchObject({ caller: { id: 'usr_1' } });
  });
});
