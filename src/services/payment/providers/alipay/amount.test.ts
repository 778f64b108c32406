import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fenOf, yuanOf } from '../../../../../simulators/alipay/wire-forms.ts';
import { fromYuan, toYuan } from './amount.ts';

const anyFen = fc.bigInt({ min: 1n, max: 10_000_000_000n });

describe('money at Alipay', () => {
  test('goes there and back, and the simulator, which reads for itself, agrees', () => {
    fc.assert(
      fc.property(anyFen, (fen) => {
        expect(fromYuan(toYuan(fen))).toBe(fen);
        expect(fenOf(toYuan(fen))).toBe(fen);
        expect(fromYuan(yuanOf(-fen))).toBe(-fen);
      }),
    );
  });

  test.each([
    [1n, '0.01'],
    [10n, '0.10'],
    [115n, '1.15'],
    [10_000_000_000n, '100000000.00'],
    [-1n, '-0.01'],
    // 90071992547409.93 as a float is a fen short.
    [9_007_199_254_740_993n, '90071992547409.93'],
  ])('%d fen are %s yuan', (fen, yuan) => {
    expect(toYuan(fen)).toBe(yuan);
    expect(fromYuan(yuan)).toBe(fen);
  });

  test.each([
    ['88', 88_00n],
    ['88.8', 88_80n],
    ['+0.5', 50n],
  ])('%j is %d fen', (yuan, fen) => {
    expect(fromYuan(yuan)).toBe(fen);
  });

  test.each(['', '.5', '1.', '1.005', '1e3', ' 1', '1,000.00', 'NaN', '0x1', 12.34, null, undefined])(
    'is never read out of %j',
    (text) => {
      expect(fromYuan(text)).toBeUndefined();
    },
  );
});
