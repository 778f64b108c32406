import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

/** What is inside a JWT's header or claims. */
export function decodedPart(token: string, part: 'header' | 'claims'): Record<string, unknown> {
  const text = token.split('.')[part === 'header' ? 0 : 1] ?? '';
  return JSON.parse(Buffer.from(text, 'base64url').toString());
}

/** A token turned into an administrator's by every means that is known (RFC 8725 §2), by what was done to it. */
export function forgeriesOf(token: string, publishedKey: string): Readonly<Record<string, string>> {
  const [header = '', claims = '', signature = ''] = token.split('.');
  const { kid } = decodedPart(token, 'header');
  const administrator = encoded({ ...decodedPart(token, 'claims'), roles: ['admin'] });
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const jwk = publicKey.export({ format: 'jwk' });
  return {
    'other claims under the same signature': `${header}.${administrator}.${signature}`,
    'no signature': `${header}.${claims}.`,
    'alg none': `${encoded({ alg: 'none', typ: 'JWT', kid })}.${administrator}.`,
    'the published key taken for a secret': hmac({ alg: 'HS256', typ: 'JWT', kid }, administrator, publishedKey),
    'a foreign key under our name': signed({ alg: 'EdDSA', typ: 'JWT', kid }, administrator, privateKey),
    'a foreign key under its own name': signed({ alg: 'EdDSA', typ: 'JWT', kid: 'mine' }, administrator, privateKey),
    'a foreign key that it brings along': signed({ alg: 'EdDSA', typ: 'JWT', kid, jwk }, administrator, privateKey),
  };
}

function encoded(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}

function signed(header: object, claims: string, key: KeyObject): string {
  const text = `${encoded(header)}.${claims}`;
  return `${text}.${sign(null, Buffer.from(text), key).toString('base64url')}`;
}

function hmac(header: object, claims: string, secret: string): string {
  const text = `${encoded(header)}.${claims}`;
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
}
