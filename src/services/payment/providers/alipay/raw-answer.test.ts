import { createSign } from 'node:crypto';
import { createRequire } from 'node:module';
import { describe, expect, test } from 'vitest';
import { keepingSockets } from '#runtime/http/sockets.ts';
import { alipayKeys, appKeys } from '../../../../../simulators/alipay/testing/stage.ts';
import { membersOf, parsed } from './raw-answer.ts';

const open = '{"code":"10000","trade_status":"WAIT_BUYER_PAY"}';
const paid = '{"code":"10000","trade_status":"TRADE_SUCCESS"}';

describe('the characters of an answer', () => {
  test.each([
    ['in the usual order', `{"a_response":${open},"sign":"x"}`],
    ['with the signature first', `{"sign":"x","a_response":${open}}`],
    ['with space and line ends', `\n{ "a_response"\n:\r\n\t${open} ,\n "sign" : "x" }\n`],
    ['with a certificate’s number', `{"a_response":${open},"alipay_cert_sn":"5f","sign":"x"}`],
  ])('are found %s', (_how, raw) => {
    const members = membersOf(raw);
    expect(members?.get('a_response')).toBe(open);
    expect(parsed(members?.get('sign') ?? '')).toBe('x');
  });

  test.each([
    '{"code":"10000","msg":"a \\"sign\\": } ] , { \\\\","sign":"inside"}',
    '{"code":"10000","list":[{"a":[1,2,{"b":"]"}]}],"empty":{},"n":-1.5e3,"t":true}',
    '{"url":"https:\\/\\/qr.example\\/x?a=1&b=2"}',
  ])('are kept as they are: %s', (content) => {
    expect(membersOf(`{"a_response":${content},"sign":"x"}`)?.get('a_response')).toBe(content);
  });

  test.each([
    ['a member twice', `{"a_response":${open},"sign":"x","a_response":${paid}}`],
    ['a member twice, once in disguise', `{"a_response":${open},"sign":"x","\\u0061_response":${paid}}`],
    ['something behind', `{"a_response":${open},"sign":"x"}{}`],
    ['half of it', `{"a_response":${open.slice(0, 20)}`],
    ['a text', 'Bad Gateway'],
    ['nothing', ''],
    ['a list', '[]'],
  ])('are not looked for in %s', (_what, raw) => {
    expect(membersOf(raw)).toBeUndefined();
  });

  test('can be two to the client: it verifies the one and returns the other', () => {
    const { AlipaySdk } = keepingSockets(
      () => createRequire(import.meta.url)('alipay-sdk') as typeof import('alipay-sdk'),
    );
    const sdk = new AlipaySdk({
      appId: 'app',
      privateKey: appKeys.privateKey.export({ type: 'pkcs1', format: 'pem' }).toString(),
      alipayPublicKey: alipayKeys.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    });
    const sign = createSign('RSA-SHA256').update(open).sign(alipayKeys.privateKey, 'base64');
    const forged = `{"a_response":${open},"sign":"${sign}","a_response":${paid}}`;
    expect(() => sdk.checkResponseSign(forged, 'a_response', sign, '')).not.toThrow();
    expect(JSON.parse(forged).a_response.trade_status).toBe('TRADE_SUCCESS');
    expect(membersOf(forged)).toBeUndefined();
  });
});
