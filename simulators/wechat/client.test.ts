import { createHash } from 'node:crypto';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Aes, Formatter, Rsa, Wechatpay } from 'wechatpay-axios-plugin';
import { makeWechatKeys, type WechatKeys } from './keys.ts';
import { type TestMerchant, testMerchant } from './testing/merchant.ts';

interface Chain {
  post(data: object, config?: object): Promise<{ status: number; data: Record<string, string> }>;
  get(config?: object): Promise<{ status: number; data: Record<string, string> & { data?: unknown[] } }>;
}

/** The chain of the client as it is called here; its own types describe none of it. */
interface V3 {
  readonly pay: {
    readonly transactions: {
      readonly native: Chain;
      readonly jsapi: Chain;
      readonly outTradeNo: { readonly $out_trade_no$: Chain & { readonly close: Chain } };
    };
  };
  readonly refund: { readonly domestic: { readonly refunds: Chain & { readonly $out_refund_no$: Chain } } };
  readonly certificates: Chain;
}

let keys: WechatKeys;
let merchant: TestMerchant;
beforeAll(async () => {
  keys = await makeWechatKeys();
});
afterEach(() => merchant.stop());

/** Wrapped: whatever is asked of the chain is a function, `then` too, so that awaiting it would never end. */
async function client(signsWith: 'public key' | 'certificate'): Promise<{ readonly v3: V3 }> {
  merchant = await testMerchant(keys, { signsWith, refundAfterMs: null });
  const { simulator } = merchant;
  const { identity } = simulator;
  const certs =
    signsWith === 'public key'
      ? { [identity.publicKeyId]: simulator.environment.WECHAT_PUBLIC_KEY ?? '' }
      : { [identity.current.serial]: identity.current.pem };
  const made = new Wechatpay({
    ...{ mchid: simulator.merchant.merchantId, serial: simulator.merchant.certificateSerial, certs },
    ...{ privateKey: simulator.environment.WECHAT_PRIVATE_KEY ?? '', baseURL: simulator.url },
  }) as unknown as { readonly v3: V3 };
  return { v3: made.v3 };
}

/** The error that the client rejects with, as far as it is looked at here. */
interface ClientError {
  readonly code?: string;
  readonly response?: { readonly status: number; readonly data: { readonly code: string } };
}

const failure = (asked: Promise<unknown>): Promise<ClientError> =>
  asked.then(
    () => ({}),
    (error: ClientError) => error,
  );

describe.each(['public key', 'certificate'] as const)(
  'wechatpay-axios-plugin, unmodified, with the %s',
  (signsWith) => {
    test('opens, queries and closes', async () => {
      const { v3 } = await client(signsWith);
      const opened = await v3.pay.transactions.native.post(merchant.order());
      expect(opened.data.code_url).toMatch(/^weixin:\/\/wxpay\/bizpayurl\?pr=/);
      const prepaid = await v3.pay.transactions.jsapi.post(
        merchant.order({ out_trade_no: 'a0t1_Order_2', payer: { openid: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o' } }),
      );
      expect(prepaid.data.prepay_id).toMatch(/^wx/);
      const config = { params: { mchid: merchant.simulator.merchant.merchantId }, out_trade_no: 'a0t1_Order_1' };
      expect((await v3.pay.transactions.outTradeNo.$out_trade_no$.get(config)).data.trade_state).toBe('NOTPAY');
      const { mchid } = config.params;
      const closed = await v3.pay.transactions.outTradeNo.$out_trade_no$.close.post(
        { mchid },
        { out_trade_no: 'a0t1_Order_1' },
      );
      expect(closed.status).toBe(204);
      expect((await v3.pay.transactions.outTradeNo.$out_trade_no$.get(config)).data.trade_state).toBe('CLOSED');
    });

    test('verifies and opens the callback of a payment, refunds it, and those of the refund', async () => {
      const { v3 } = await client(signsWith);
      await v3.pay.transactions.native.post(merchant.order());
      merchant.simulator.control.pay('a0t1_Order_1');
      await merchant.simulator.callbacks.idle();
      const paid = opened(0);
      expect(paid).toMatchObject({
        trade_state: 'SUCCESS',
        amount: { total: 100, currency: 'CNY' },
        trade_type: 'NATIVE',
      });
      const refund = { transaction_id: paid.transaction_id, out_refund_no: 'r0f1', notify_url: merchant.notifyUrl };
      const asked = await v3.refund.domestic.refunds.post({
        ...refund,
        amount: { refund: 30, total: 100, currency: 'CNY' },
      });
      expect(asked.data.status).toBe('PROCESSING');
      merchant.simulator.control.settleRefunds();
      await merchant.simulator.callbacks.idle();
      expect(opened(1)).toMatchObject({
        refund_status: 'SUCCESS',
        out_refund_no: 'r0f1',
        amount: { refund: 30, total: 100 },
      });
      const told = await v3.refund.domestic.refunds.$out_refund_no$.get({ out_refund_no: 'r0f1' });
      expect(told.data.status).toBe('SUCCESS');
    });

    test('reads the bill', async () => {
      const { v3 } = await client(signsWith);
      await v3.pay.transactions.native.post(merchant.order());
      merchant.simulator.control.pay('a0t1_Order_1');
      const day = merchant.simulator.control.today();
      const text = merchant.simulator.control.billFile(day);
      const { rows, summary } = Formatter.castCsvBill(text) as { rows: Record<string, string>[]; summary: object };
      expect(rows).toHaveLength(1);
      expect(rows[0]).toMatchObject({
        商户订单号: 'a0t1_Order_1',
        交易状态: 'SUCCESS',
        订单金额: '1.00',
        手续费: '0.01000',
      });
      expect(summary).toMatchObject({ 总交易单数: '1.0', 订单总金额: '1.00' });
    });

    test('is told errors in WeChat Pay’s words', async () => {
      const { v3 } = await client(signsWith);
      const nobodys = { params: { mchid: merchant.simulator.merchant.merchantId }, out_trade_no: 'nobodys_1' };
      const error = await failure(v3.pay.transactions.outTradeNo.$out_trade_no$.get(nobodys));
      expect(error.response).toMatchObject({ status: 404, data: { code: 'ORDER_NOT_EXIST' } });
    });

    test.each([
      ['unsigned', 'EV3_RES_HEADERS_INCOMPLATE'],
      ['forged', 'EV3_RES_HEADER_SIGNATURE_DIGEST'],
      ['old', 'EV3_RES_HEADER_TIMESTAMP_OFFSET'],
    ] as const)('sees that an answer is %s', async (how, code) => {
      const { v3 } = await client(signsWith);
      merchant.simulator.control.failNext({ how, applied: true });
      expect((await failure(v3.pay.transactions.native.post(merchant.order()))).code).toBe(code);
    });

    test('believes a refusal that nobody signed: the trap that an adapter has to know', async () => {
      const { v3 } = await client(signsWith);
      merchant.simulator.control.failNext({ how: 'unsigned', applied: true });
      const error = await failure(v3.pay.transactions.native.post(merchant.order({ description: '' })));
      expect(error.response).toMatchObject({ status: 400, data: { code: 'PARAM_ERROR' } });
    });

    test('opens the platform certificates', async () => {
      const { v3 } = await client(signsWith);
      const { data } = await v3.certificates.get();
      const [entry] = data.data as [{ serial_no: string; encrypt_certificate: Record<string, string> }];
      const { ciphertext = '', nonce = '', associated_data = '' } = entry.encrypt_certificate;
      const pem = Aes.AesGcm.decrypt(ciphertext, merchant.simulator.merchant.apiV3Key, nonce, associated_data);
      expect(pem).toBe(merchant.simulator.identity.current.pem);
      expect(createHash('sha256').update(pem).digest('hex')).toHaveLength(64);
    });

    /** A callback, verified and opened by the client's own helpers. */
    function opened(index: number): Record<string, unknown> {
      const received = merchant.received[index];
      if (!received) throw new Error('no callback');
      const { headers } = received;
      const body = received.body.toString('utf8');
      const { identity, merchant: shop } = merchant.simulator;
      const text = (name: string): string => String(headers[name]);
      const key = Rsa.from(
        signsWith === 'public key' ? (merchant.simulator.environment.WECHAT_PUBLIC_KEY ?? '') : identity.current.pem,
        Rsa.KEY_TYPE_PUBLIC,
      );
      const lines = Formatter.response(text('wechatpay-timestamp'), text('wechatpay-nonce'), body);
      expect(Rsa.verify(lines, text('wechatpay-signature'), key as never)).toBe(true);
      const { resource } = JSON.parse(body) as { resource: Record<string, string> };
      const { ciphertext = '', nonce = '', associated_data = '' } = resource;
      return JSON.parse(Aes.AesGcm.decrypt(ciphertext, shop.apiV3Key, nonce, associated_data)) as Record<
        string,
        unknown
      >;
    }
  },
);
