import { Aes, Formatter, Rsa } from 'wechatpay-axios-plugin';
import { seededRandom } from '#runtime/seams/random.ts';
import { Identity, makeWechatKeys } from '../../../../../../simulators/wechat/keys.ts';

/** Signatures and ciphertexts that the client makes by itself, so that neither our adapter nor our simulator is its own judge. */

const keys = await makeWechatKeys();
const signedAtMs = Date.parse('2026-11-18T12:00:00+08:00');
const { pem, serial } = new Identity(keys, seededRandom(1), signedAtMs).current;
const [certified] = keys.certificates;
if (!certified) throw new Error('a platform has a certificate');

const body = '{"id":"EV-1","resource_type":"encrypt-resource","event_type":"TRANSACTION.SUCCESS","summary":"支付成功"}';
const stamped = { timestamp: String(signedAtMs / 1_000), nonce: 'EcZ9Cmy4Xyx1i6RlJQzLcCyEqDa26NBz' };

/** A notification, the certificate whose key signs it, and the signature. */
export const notification = {
  certificate: pem,
  body,
  signed: {
    ...stamped,
    serial,
    signature: Rsa.sign(Formatter.response(stamped.timestamp, stamped.nonce, body), certified.privateKey),
  },
};

const [key, nonce] = ['0123456789abcdef0123456789abcdef', '0123456789ab'];

/** Ciphertexts of AES-256-GCM; the first of nothing at all. */
export const sealed = [
  { text: '', associatedData: '' },
  { text: 'hello', associatedData: 'world' },
  { text: '茶', associatedData: 'transaction' },
].map((vector) => ({
  ...{ ...vector, key, nonce },
  ciphertext: Aes.AesGcm.encrypt(vector.text, key, nonce, vector.associatedData),
}));

/** An entry of an answer of `GET /v3/certificates`. */
export const sealedCertificate = {
  ...{ key, serial },
  sealed: {
    ...{ algorithm: 'AEAD_AES_256_GCM', associated_data: 'certificate', nonce },
    ciphertext: Aes.AesGcm.encrypt(pem, key, nonce, 'certificate'),
  },
};

const message = `GET\n/v3/certificates\n${stamped.timestamp}\n${stamped.nonce}\n\n`;

/** A request as the merchant signs it. */
export const signing = {
  privateKey: keys.merchant.privateKey,
  message,
  signature: Rsa.sign(message, keys.merchant.privateKey),
};
