import type { Buyer } from '../load/shop.ts';

/** The user's id, as the access token says it (RFC 7519 §4.1.2). */
export function idOf({ authorization }: Buyer): string {
  const [, payload = ''] = /Bearer [^.]+\.([^.]+)/.exec(authorization) ?? [];
  const { sub } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { sub?: string };
  if (sub === undefined) throw new Error('a token without a subject');
  return sub;
}
