/** Alipay writes money as yuan in a decimal text. Both ways go digit by digit: a float would lose a fen here and there. */

/** `1234n` fen is `12.34`. */
export function toYuan(fen: bigint): string {
  const digits = (fen < 0n ? -fen : fen).toString().padStart(3, '0');
  return `${fen < 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

/** `12.3`, `12.30` and `-0.01` are fen; undefined for what is no amount or has a part of a fen. */
export function fromYuan(text: unknown): bigint | undefined {
  const [, sign, yuan = '', fen = ''] =
    (typeof text === 'string' && /^([+-]?)(\d{1,15})(?:\.(\d{1,2}))?$/.exec(text)) || [];
  if (yuan === '') return undefined;
  const amount = BigInt(yuan) * 100n + BigInt(fen.padEnd(2, '0'));
  return sign === '-' ? -amount : amount;
}
