import { expect, test } from 'vitest';
import { checkedText } from './payment-text.ts';

test('says of each method whether it is offered, and what is wrong with it', () => {
  const text = checkedText(
    [
      { method: 'wechat', state: 'off', findings: [] },
      {
        ...{ method: 'alipay', state: 'checked' },
        findings: [
          { what: 'the clock', ok: true, advice: null },
          { what: 'the key', ok: false, advice: 'upload the public key of the app' },
        ],
      },
    ],
    ['slow'],
  );
  expect(text.split('\n')).toEqual([
    'WeChat Pay: not set up, not offered',
    'Alipay:',
    '  ok     the clock',
    '  WRONG  the key',
    '         upload the public key of the app',
    'warning: slow',
    '',
  ]);
});
