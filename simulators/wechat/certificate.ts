import { type KeyObject, sign } from 'node:crypto';

/** Just enough of DER (X.690) to write a self-signed certificate (RFC 5280 §4.1); Node reads certificates and writes none. */
function tagged(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([tag]), lengthOf(content.length), content]);
}

function lengthOf(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length]);
  const hex = length.toString(16);
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
  return Buffer.concat([Buffer.from([0x80 | bytes.length]), bytes]);
}

const sequence = (...parts: readonly Uint8Array[]): Buffer => tagged(0x30, ...parts);
const oid = (hex: string): Buffer => tagged(0x06, Buffer.from(hex, 'hex'));
const sha256WithRsa = sequence(oid('2a864886f70d01010b'), tagged(0x05));

function name(common: string): Buffer {
  return sequence(tagged(0x31, sequence(oid('550403'), tagged(0x0c, Buffer.from(common)))));
}

function time(instant: number): Buffer {
  const digits = new Date(instant).toISOString().replace(/[-:T]/g, '').slice(0, 14);
  // GeneralizedTime from 2050 on (RFC 5280 §4.1.2.5).
  return Number(digits.slice(0, 4)) < 2050
    ? tagged(0x17, Buffer.from(`${digits.slice(2)}Z`))
    : tagged(0x18, Buffer.from(`${digits}Z`));
}

export interface CertificateOrder {
  readonly commonName: string;
  /** 40 hexadecimal digits, the first below 8. */
  readonly serial: string;
  readonly from: number;
  readonly until: number;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

/** A certificate signed with its own key, in PEM form. */
export function selfSigned({ commonName, serial, from, until, privateKey, publicKey }: CertificateOrder): string {
  const content = sequence(
    tagged(0xa0, tagged(0x02, Buffer.from([2]))),
    tagged(0x02, Buffer.from(serial, 'hex')),
    sha256WithRsa,
    name(commonName),
    sequence(time(from), time(until)),
    name(commonName),
    publicKey.export({ type: 'spki', format: 'der' }),
  );
  const signature = tagged(0x03, Buffer.from([0]), sign('RSA-SHA256', content, privateKey));
  const base64 = sequence(content, sha256WithRsa, signature).toString('base64');
  return `-----BEGIN CERTIFICATE-----\n${base64.replace(/.{64}/g, '$&\n').trimEnd()}\n-----END CERTIFICATE-----\n`;
}
