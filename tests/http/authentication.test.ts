import { createHmac, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { adjustStock } from './fake-contracts.ts';
import { type FakeShop, openFakeShop, orderId } from './fake-shop.ts';
import { signToken, userId } from './fake-tokens.ts';

let shop: FakeShop;
const other = generateKeyPairSync('ed25519');

beforeAll(async () => {
  shop = await openFakeShop();
});
beforeEach(() => {
  shop.jwks = [{ kid: 'k1', x: String(shop.publicKey.export({ format: 'jwk' }).x) }];
});
afterAll(() => shop.close());

const ask = async (authorization: string | undefined, path = `/v1/orders/${orderId}`, method = 'GET') => {
  const answer = await fetch(`${shop.baseUrl}${path}`, { method, headers: authorization ? { authorization } : {} });
  const text = await answer.text();
  const code = text === '' ? undefined : (JSON.parse(text) as { code?: string }).code;
  return { status: answer.status, code, challenge: answer.headers.get('www-authenticate') };
};
const seconds = (): number => Math.floor(shop.time.now() / 1000);
const base64url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const claims = () => ({ iss: 'suanpan', aud: 'suanpan', sub: userId, roles: [], iat: seconds(), exp: seconds() + 60 });
const unsigned = (header: object): string => `${base64url(header)}.${base64url(claims())}.`;

/** A token signed with the public key as if it were a shared secret: what a verifier believes that takes `alg` from the token. */
function signedWithPublicKey(): string {
  const signed = `${base64url({ alg: 'HS256', kid: 'k1' })}.${base64url(claims())}`;
  const secret = createPublicKey(shop.privateKey).export({ type: 'spki', format: 'pem' });
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

describe('a good token', () => {
  it('is let in, and again from memory', async () => {
    const token = shop.token();
    expect(await ask(`Bearer ${token}`)).toMatchObject({ status: 200 });
    expect(await ask(`bearer ${token}`)).toMatchObject({ status: 200 });
  });

  it('ends when it expires by our clock, also while it is remembered', async () => {
    const token = shop.token({ exp: seconds() + 600 });
    expect(await ask(`Bearer ${token}`)).toMatchObject({ status: 200 });
    shop.time.move(601_000);
    const expired = { status: 401, code: 'token_expired', challenge: 'Bearer error="invalid_token"' };
    expect(await ask(`Bearer ${token}`)).toEqual(expired);
    expect(await ask(`Bearer ${token}`)).toEqual(expired);
  });

  it('may be signed with a key that came after the last look', async () => {
    shop.jwks = [...shop.jwks, { kid: 'k2', x: String(other.publicKey.export({ format: 'jwk' }).x) }];
    shop.time.move(10_000);
    expect(await ask(`Bearer ${signToken(other.privateKey, shop.time.now(), { kid: 'k2' })}`)).toMatchObject({
      status: 200,
    });
  });

  it('is worth nothing once its key is withdrawn', async () => {
    shop.jwks = [...shop.jwks, { kid: 'k3', x: String(other.publicKey.export({ format: 'jwk' }).x) }];
    shop.time.move(10_000);
    const token = signToken(other.privateKey, shop.time.now(), { kid: 'k3' });
    expect(await ask(`Bearer ${token}`)).toMatchObject({ status: 200 });
    shop.jwks = shop.jwks.slice(0, 1);
    shop.time.move(10_000);
    // An unknown key makes the gateway look again.
    await ask(`Bearer ${shop.token({ kid: 'k9' })}`);
    expect(await ask(`Bearer ${token}`)).toMatchObject({ status: 401 });
  });
});

describe('a token that is not one of ours is refused', () => {
  it.each<[string, () => string]>([
    ['no token', () => ''],
    ['another scheme', () => 'Basic YTpi'],
    ['nonsense', () => 'Bearer nonsense'],
    ['three parts of nonsense', () => 'Bearer a.b.c'],
    ['a header that is null', () => `Bearer ${base64url(null)}.${base64url({})}.c`],
    ['alg none', () => `Bearer ${unsigned({ alg: 'none', kid: 'k1' })}`],
    ['alg none with a signature', () => `Bearer ${unsigned({ alg: 'none', kid: 'k1' })}c2ln`],
    ['HS256 with the public key', () => `Bearer ${signedWithPublicKey()}`],
    ['another key under our kid', () => `Bearer ${signToken(other.privateKey, shop.time.now(), {})}`],
    [
      'another key, sent along',
      () =>
        `Bearer ${signToken(other.privateKey, shop.time.now(), { header: { jwk: other.publicKey.export({ format: 'jwk' }) } })}`,
    ],
    [
      'a jku',
      () =>
        `Bearer ${signToken(other.privateKey, shop.time.now(), { header: { jku: 'http://127.0.0.1:1/jwks', x5u: 'http://127.0.0.1:1/' } })}`,
    ],
    ['an unknown kid', () => `Bearer ${shop.token({ kid: '../../etc/passwd' })}`],
    ['no kid', () => `Bearer ${shop.token({ kid: '' })}`],
    ['a critical header', () => `Bearer ${shop.token({ header: { crit: ['b64'], b64: true } })}`],
    ['a foreign issuer', () => `Bearer ${shop.token({ iss: 'elsewhere' })}`],
    ['no issuer', () => `Bearer ${shop.token({ iss: undefined })}`],
    ['a foreign audience', () => `Bearer ${shop.token({ aud: 'elsewhere' })}`],
    ['nbf in the future', () => `Bearer ${shop.token({ nbf: seconds() + 60 })}`],
    ['iat in the future', () => `Bearer ${shop.token({ iat: seconds() + 60 })}`],
    ['no expiry', () => `Bearer ${shop.token({ exp: undefined })}`],
    ['an expiry in words', () => `Bearer ${shop.token({ exp: 'never' })}`],
    ['no user', () => `Bearer ${shop.token({ sub: undefined })}`],
    ['something else for a user', () => `Bearer ${shop.token({ sub: 'admin' })}`],
    ['no roles', () => `Bearer ${shop.token({ roles: 'admin' })}`],
    [
      'a changed payload',
      () => {
        const [head, , signature] = shop.token().split('.');
        return `Bearer ${head}.${base64url({ ...claims(), roles: ['admin'] })}.${signature}`;
      },
    ],
    ['two tokens', () => `Bearer ${shop.token()}, Bearer ${shop.token()}`],
    ['5,000 characters', () => `Bearer ${'a'.repeat(4_998)}.b.c`],
  ])('%s', async (_, authorization) => {
    expect(await ask(authorization())).toEqual({ status: 401, code: 'unauthenticated', challenge: 'Bearer' });
  });

  it('an expired one is told so', async () => {
    expect(await ask(`Bearer ${shop.token({ exp: seconds() - 1 })}`)).toMatchObject({
      status: 401,
      code: 'token_expired',
    });
  });
});

describe('who may do what', () => {
  const stock = ['/v1/admin/stock/tea/adjustments', 'POST'] as const;
  const roles = ['/v1/admin/roles', 'POST'] as const;
  const anybody = ['/v1/diagram', 'GET'] as const;
  const user = [`/v1/orders/${orderId}`, 'GET'] as const;

  it.each<[string, string[] | undefined, readonly [string, string], number]>([
    ['nobody', undefined, user, 401],
    ['nobody', undefined, stock, 401],
    ['a shopper', [], user, 200],
    ['a shopper', [], stock, 403],
    ['a shopper', [], roles, 403],
    ['an operator', ['operator'], stock, 200],
    ['an operator', ['operator'], roles, 403],
    ['an administrator', ['admin'], stock, 200],
    ['an administrator', ['admin'], roles, 204],
    ['somebody with another role', ['Admin', 'operators'], stock, 403],
  ])('%s with roles %j at %j: %i', async (_, held, [path, method], status) => {
    const authorization = held === undefined ? undefined : `Bearer ${shop.token({ roles: held })}`;
    const answer = await ask(authorization, path, method);
    expect(answer.status).toBe(status);
    if (status === 403) expect(answer.code).toBe('forbidden');
  });

  it('what is for anybody is done with a stale or foreign token too', async () => {
    const answer = async (authorization: string) => {
      const response = await fetch(`${shop.baseUrl}${anybody[0]}`, { headers: { authorization } });
      return response.status;
    };
    expect(await answer(`Bearer ${shop.token({ exp: seconds() - 10 })}`)).toBe(200);
    expect(await answer('nonsense')).toBe(200);
  });

  it('is asked before the body is read', async () => {
    const answer = await fetch(`${shop.baseUrl}/v1/orders`, { method: 'POST', body: 'not json' });
    expect(answer.status).toBe(401);
    expect(adjustStock.access).toBe('operator');
  });
});
