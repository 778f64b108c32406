import { type KeyObject, sign } from 'node:crypto';

export const userId = 'usr_01976f00-0000-7000-8000-000000000001';

/** An access token as identity makes them; claims may be changed or taken out (undefined), `kid` and `header` too. */
export function signToken(key: KeyObject, nowMs: number, claims: Readonly<Record<string, unknown>>): string {
  const { kid = 'k1', header = {}, ...rest } = claims as { kid?: string; header?: Record<string, unknown> };
  const iat = Math.floor(nowMs / 1000);
  const payload = {
    iss: 'suanpan',
    aud: 'suanpan',
    sub: userId,
    sid: 'ses_1',
    roles: [],
    iat,
    exp: iat + 900,
    ...rest,
  };
  const head = { alg: 'EdDSA', typ: 'JWT', ...(kid === '' ? {} : { kid }), ...header };
  const signed = `${base64url(head)}.${base64url(payload)}`;
  return `${signed}.${sign(null, Buffer.from(signed), key).toString('base64url')}`;
}

function base64url(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
