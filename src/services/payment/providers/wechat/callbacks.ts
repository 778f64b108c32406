import type { Callback, RawCallback, RefusedCallback, Reply } from '../provider.ts';
import { type Fields, fieldsOf, readObject, textOf } from './json.ts';
import { type PlatformKeys, unseal } from './platform-keys.ts';
import type { WechatAccount } from './settings.ts';
import { chargeState, refundState } from './states.ts';

export const acknowledgement: Reply = { status: 204, contentType: null, body: '' };
export const refusal: Reply = {
  status: 401,
  contentType: 'application/json',
  body: JSON.stringify({ code: 'FAIL', message: '失败' }),
};

/** WeChat Pay tries now and then whether a merchant looks at signatures: these have to be refused, and mean nothing else. */
const probe = 'WECHATPAY/SIGNTEST/';

const refused = (why: RefusedCallback['why'], detail: string): RefusedCallback => ({ kind: 'refused', why, detail });

/** Who sent it and when comes first; nothing is unsealed, let alone read, before that is known. */
export function readCallback(raw: RawCallback, keys: PlatformKeys, account: WechatAccount): Callback | RefusedCallback {
  const [timestamp, nonce] = [raw.headers['wechatpay-timestamp'], raw.headers['wechatpay-nonce']];
  const [serial, signature] = [raw.headers['wechatpay-serial'], raw.headers['wechatpay-signature']];
  if (!timestamp || !nonce || !serial || !signature)
    return refused('signature', 'headers of the signature are missing');
  if (signature.startsWith(probe))
    return refused('signature', 'WeChat Pay’s own test of whether signatures are verified');
  const verdict = keys.judge({ timestamp, nonce, serial, signature }, raw.body, raw.receivedAt);
  if (verdict === 'stale') return refused('stale', 'signed more than five minutes from now');
  if (verdict !== 'genuine') return refused('signature', verdict);
  const envelope = readObject(raw.body);
  const id = envelope && textOf(envelope, 'id');
  const type = envelope && textOf(envelope, 'event_type');
  if (!envelope || !id || !type) return refused('malformed', 'not a notification');
  return readContent({ id, type, content: opened(envelope, account) }, account);
}

function opened(envelope: Fields, { apiV3Key }: WechatAccount): Fields | undefined {
  const resource = fieldsOf(envelope.resource);
  const sealed = {
    algorithm: textOf(resource, 'algorithm') ?? '',
    ciphertext: textOf(resource, 'ciphertext') ?? '',
    nonce: textOf(resource, 'nonce') ?? '',
    associated_data: textOf(resource, 'associated_data'),
  };
  const content = unseal(sealed, apiV3Key);
  return content && readObject(content);
}

interface Event {
  readonly id: string;
  readonly type: string;
  readonly content: Fields | undefined;
}

function readContent({ id, type, content }: Event, account: WechatAccount): Callback | RefusedCallback {
  if (!content) return refused('malformed', 'our APIv3 key does not open it');
  const isPayment = type.startsWith('TRANSACTION.');
  const isRefund = type.startsWith('REFUND.');
  if (!isPayment && !isRefund) return { kind: 'other', id, type };
  if (content.mchid !== account.merchantId) return refused('merchant', 'of another merchant');
  // Of a refund the app is not told.
  if (isPayment && content.appid !== account.appId) return refused('merchant', 'of another app');
  const number = textOf(content, isPayment ? 'out_trade_no' : 'out_refund_no');
  if (!number) return refused('malformed', 'without a number');
  if (isRefund) {
    const state = refundState(content, 'refund_status');
    return { kind: 'refund', id, number, reference: textOf(content, 'refund_id') ?? null, state };
  }
  return { kind: 'charge', id, number, reference: null, state: chargeState(content) };
}
