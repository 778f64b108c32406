import type { Provider } from '../provider.ts';
import { Api } from './api.ts';
import { readBill } from './bill.ts';
import { downloadBill } from './bill-download.ts';
import { acknowledgement, readCallback, refusal } from './callbacks.ts';
import { Charges } from './charges.ts';
import { check } from './check.ts';
import { Refunds } from './refunds.ts';
import type { WechatAccount } from './settings.ts';
import type { WechatMeans } from './transport.ts';

/**
 * WeChat Pay, APIv3, of a merchant of their own: Native (QR code) and JSAPI. Orders are found by our number alone.
 * https://pay.weixin.qq.com/doc/v3/merchant/4012791897
 */
export function wechatProvider(account: WechatAccount, means: WechatMeans): Provider {
  const api = new Api(account, means);
  const charges = new Charges(account, api, means.clock);
  const refunds = new Refunds(account, api);
  return {
    method: 'wechat',
    renewal: 'same number until closed',
    open: (charge, origin) => charges.open(charge, origin),
    query: (charge, origin) => charges.query(charge, origin),
    close: (charge, origin) => charges.close(charge, origin),
    refund: (refund, origin) => refunds.refund(refund, origin),
    queryRefund: (refund, origin) => refunds.queryRefund(refund, origin),
    readCallback: (raw) => readCallback(raw, api.keys, account),
    ...{ acknowledgement, refusal },
    fetchBill: (day, origin) => downloadBill(day, origin, api, account, means.clock.now()),
    readBill: (day, bytes) => readBill(day, bytes, account.merchantId),
    check: (origin) => check(origin, api, account, means.clock),
  };
}
