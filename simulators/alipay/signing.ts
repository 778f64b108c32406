import { createSign, createVerify, type KeyObject } from 'node:crypto';

export type Parameters = Readonly<Record<string, string>>;

/** RSA2: RSASSA-PKCS1-v1_5 with SHA-256, in base64 (https://opendocs.alipay.com/common/02kf5q). */
export function signatureOf(content: string, key: KeyObject): string {
  return createSign('RSA-SHA256').update(content, 'utf8').sign(key, 'base64');
}

export function isSignatureOf(content: string, signature: string, key: KeyObject): boolean {
  const isBase64 = Buffer.from(signature, 'base64').toString('base64') === signature;
  return isBase64 && createVerify('RSA-SHA256').update(content, 'utf8').verify(key, signature, 'base64');
}

/** Sorted `name=value` by `&`, less the names left out. */
export function contentOf(parameters: Parameters, without: readonly string[]): string {
  return Object.keys(parameters)
    .filter((name) => !without.includes(name))
    .sort()
    .map((name) => `${name}=${parameters[name]}`)
    .join('&');
}

/** A notification as it is sent: signed over all but `sign` and `sign_type`. */
export function signedForm(parameters: Parameters, key: KeyObject): URLSearchParams {
  const sign = signatureOf(contentOf(parameters, ['sign', 'sign_type']), key);
  return new URLSearchParams({ ...parameters, sign, sign_type: 'RSA2' });
}
