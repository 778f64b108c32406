import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';

const bitsLeast = 2048;
const inline = /^(-----BEGIN|[A-Za-z0-9+/=\s]{300,}$)/;

/** From a PEM text, from the bare base64 that Alipay's key tool shows, or from a file with either; the messages hold no key. */
export function privateKeyFrom(given: string): KeyObject {
  const text = textOf(given);
  if (/BEGIN CERTIFICATE/.test(text)) throw new Error('expected the private key of the app; this is a certificate');
  if (/BEGIN PUBLIC KEY/.test(text)) throw new Error('expected the private key of the app; this is a public key');
  if (/ENCRYPTED/.test(text)) throw new Error('expected a private key that no password protects');
  return checked(
    firstOf([
      () => createPrivateKey(text),
      () => createPrivateKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'pkcs8' }),
      () => createPrivateKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'pkcs1' }),
    ]),
    'expected the private key of the app, RSA, as PEM or as the key tool shows it, or the path of a file with it',
  );
}

export function publicKeyFrom(given: string): KeyObject {
  const text = textOf(given);
  // Node would take the public half of a private key without a word.
  if (/PRIVATE KEY/.test(text)) throw new Error('expected the public key of Alipay; this is a private key');
  if (/BEGIN CERTIFICATE/.test(text)) {
    throw new Error(
      'expected the public key of Alipay; this is a certificate. Set the app to 公钥 rather than 公钥证书',
    );
  }
  return checked(
    firstOf([
      () => createPublicKey(text),
      () => createPublicKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'spki' }),
    ]),
    'expected the public key of Alipay (支付宝公钥), as PEM or as its page shows it, or the path of a file with it',
  );
}

function textOf(given: string): string {
  const value = given.trim();
  if (inline.test(value)) return value;
  try {
    return readFileSync(value, 'utf8').trim();
  } catch (error) {
    const { code } = error as { code?: string };
    // Neither the path nor the value: what was meant as a key may look like a path.
    throw new Error(`expected a key or the path of a file that can be read (${code ?? 'it cannot'})`);
  }
}

function firstOf(tries: readonly (() => KeyObject)[]): KeyObject | undefined {
  for (const attempt of tries) {
    try {
      return attempt();
    } catch {
      // The next form.
    }
  }
  return undefined;
}

function checked(key: KeyObject | undefined, expected: string): KeyObject {
  if (key?.asymmetricKeyType !== 'rsa') throw new Error(expected);
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (bits < bitsLeast) throw new Error(`expected a key of ${bitsLeast} bits or more; this one has ${bits}`);
  return key;
}
