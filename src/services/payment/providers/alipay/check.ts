import { createPublicKey } from 'node:crypto';
import type { Instant } from '#kernel/clock.ts';
import type { Asking, Finding } from '../provider.ts';
import { toBeijing } from './beijing.ts';
import type { Gateway, Look } from './gateway.ts';
import { type AlipaySettings, isLoopback } from './merchant.ts';

interface Moment {
  readonly origin: Asking;
  readonly now: Instant;
}

const aheadMostMs = 300_000;
const dayMs = 86_400_000;

/** Asks for a trade and a bill that need not be there. */
export async function checkSetup(settings: AlipaySettings, gateway: Gateway, moment: Moment): Promise<Finding[]> {
  const query = await gateway.look('alipay.trade.query', { out_trade_no: 'suanpan_check' }, moment.origin);
  const content = { bill_type: 'trade', bill_date: toBeijing(moment.now - 2 * dayMs).slice(0, 10) };
  const bill = await gateway.look('alipay.data.dataservice.bill.downloadurl.query', content, moment.origin);
  return [keysOf(settings), notifyUrlOf(settings), answerOf(query), permissionOf(bill), clockOf(query)];
}

/** The two public keys are beside each other on Alipay's page, and the wrong one is taken often. */
function keysOf({ privateKey, alipayPublicKey }: AlipaySettings): Finding {
  const own = createPublicKey(privateKey.export({ type: 'pkcs8', format: 'pem' })).export({
    type: 'spki',
    format: 'der',
  });
  const same = own.equals(alipayPublicKey.export({ type: 'spki', format: 'der' }));
  return finding(
    'Alipay public key',
    same
      ? 'This is the public key of your own app. Take 支付宝公钥 from the app’s page at open.alipay.com, not 应用公钥.'
      : null,
  );
}

function notifyUrlOf({ notifyUrl }: AlipaySettings): Finding {
  const { protocol, search } = new URL(notifyUrl);
  const isLocal = isLoopback(notifyUrl);
  const wrong = search !== '' || (protocol !== 'https:' && !isLocal);
  return finding('Notify URL', wrong ? 'It has to be https, without a query, and be reached from the internet.' : null);
}

function answerOf({ answer, unsigned }: Look): Finding {
  const what = 'App, private key and signature of Alipay';
  if (answer.kind === 'ok' || answer.kind === 'waiting') return finding(what, null);
  if (answer.kind === 'refused') {
    return finding(what, answer.code === 'ACQ.TRADE_NOT_EXIST' ? null : adviceOn(answer.code, answer.detail));
  }
  if (unsigned && unsigned !== 'ACQ.TRADE_NOT_EXIST') return finding(what, adviceOn(unsigned, ''));
  if (answer.reason.includes('a wrong signature')) {
    return finding(
      what,
      'Alipay answers, and its answer does not fit ALIPAY_PUBLIC_KEY. Take 支付宝公钥 from the app’s page.',
    );
  }
  return finding(
    what,
    `No answer from Alipay (${answer.reason}). Is ALIPAY_GATEWAY right, and may this machine reach it?`,
  );
}

function adviceOn(code: string, detail: string): string {
  const known: Readonly<Record<string, string>> = {
    'isv.invalid-signature':
      'Alipay does not know our signature: upload the public key that belongs to ALIPAY_PRIVATE_KEY to the app (应用公钥, RSA2).',
    'isv.invalid-app-id':
      'Alipay does not know ALIPAY_APP_ID. Is the gateway that of the sandbox, and the app not, or the reverse?',
    'isv.missing-signature-key': 'The app has no public key yet: upload the one that belongs to ALIPAY_PRIVATE_KEY.',
    'isv.insufficient-isv-permissions':
      'The app may not do this: sign up for 当面付 or 电脑网站支付 and put the app online.',
  };
  return known[code] ?? `Alipay refuses: ${code} ${detail}`.trim();
}

function permissionOf({ answer }: Look): Finding {
  const what = 'Permission to fetch bills';
  if (answer.kind !== 'refused' || /bill_not_exist/i.test(answer.code)) {
    return finding(what, answer.kind === 'unknown' ? 'Could not be asked.' : null);
  }
  return finding(what, adviceOn(answer.code, answer.detail));
}

function clockOf({ aheadMs }: Look): Finding {
  const wrong = aheadMs !== undefined && Math.abs(aheadMs) > aheadMostMs;
  return finding(
    'Clock',
    wrong
      ? `It is ${Math.round(Math.abs(aheadMs) / 1_000)} s ${aheadMs > 0 ? 'ahead of' : 'behind'} Alipay’s. Set it.`
      : null,
  );
}

function finding(what: string, advice: string | null): Finding {
  return { what, ok: advice === null, advice };
}
