import type { Clock } from '#kernel/clock.ts';
import type { Asking, Finding } from '../provider.ts';
import type { Api } from './api.ts';
import { canonical, meaningOf } from './codes.ts';
import type { WechatAccount } from './settings.ts';
import { type RawAnswer, readAnswer } from './transport.ts';

/** Half of what WeChat Pay allows. */
const clockOffMostMs = 150_000;
const certificateSoonMs = 7 * 86_400_000;
/** No order has this number: asking for it harms nobody. */
const nobodysNumber = 'SuanpanPaymentCheck';

const advices: Readonly<Record<string, string>> = {
  SIGNERROR:
    'WECHAT_PRIVATE_KEY and WECHAT_MERCHANT_SERIAL are not of one certificate, or not of WECHAT_MERCHANT_ID: take all three from the merchant platform, account centre, API security',
  NOAUTH: 'the merchant number may not use this: see the merchant platform, product centre',
  MCHNOTEXIST: 'WECHAT_MERCHANT_ID is no merchant number of WeChat Pay',
};

/** Asks for an order that is not there: the right answer shows that each knows the other. */
export async function check(
  origin: Asking,
  api: Api,
  account: WechatAccount,
  clock: Clock,
): Promise<readonly Finding[]> {
  const findings: Finding[] = [await certificates(origin, api, account)];
  const path = `/v3/pay/transactions/out-trade-no/${nobodysNumber}?mchid=${account.merchantId}`;
  const raw = await api.transport.send({ method: 'GET', path }, origin);
  const what = 'WeChat Pay answers';
  if (raw.kind === 'unknown') {
    const advice = `${raw.reason}: look at the network, and at WECHAT_API_URL (${account.apiUrl})`;
    return [...findings, { what, ok: false, advice }];
  }
  findings.push({ what, ok: true, advice: null }, identity(raw), answers(raw, api, account, clock), time(raw, clock));
  for (const [serial, { validUntil }] of api.keys.certificates) {
    const ok = validUntil - clock.now() > certificateSoonMs || api.keys.certificates.size > 1;
    const advice = ok ? null : 'it ends within a week, and WeChat Pay has given no other: look again tomorrow';
    findings.push({ what: `platform certificate ${serial}`, ok, advice });
  }
  return findings;
}

async function certificates(origin: Asking, api: Api, { platformKey }: WechatAccount): Promise<Finding> {
  const what = 'APIv3 key and platform certificates';
  const failure = await api.renew(origin);
  if (!failure) return { what, ok: true, advice: null };
  // A merchant who began with the public key has no certificates: then a callback is the first that tries the APIv3 key.
  if (platformKey) return { what: `public key ${platformKey.id}`, ok: true, advice: null };
  const advice = `${failure.reason}: look at WECHAT_API_V3_KEY; a merchant who has a public key sets WECHAT_PUBLIC_KEY and WECHAT_PUBLIC_KEY_ID`;
  return { what, ok: false, advice };
}

function identity(raw: RawAnswer): Finding {
  const { status, code, message } = readAnswer(raw);
  const ok = meaningOf(status, code) === 'not there';
  const advice = advices[canonical(code)] ?? `expected that there is no such order, got ${status} ${code} ${message}`;
  return { what: 'merchant number, certificate serial and private key', ok, advice: ok ? null : advice };
}

function answers(raw: RawAnswer, api: Api, { platformKey }: WechatAccount, clock: Clock): Finding {
  const what = 'signatures of WeChat Pay';
  if (!raw.signed) return { what, ok: false, advice: 'the answer is not signed: see what else is found here' };
  const verdict = api.keys.judge(raw.signed, raw.body, clock.now());
  // Time has a finding of its own.
  const ok = verdict === 'genuine' || verdict === 'stale';
  const advice = platformKey
    ? `${verdict} (${raw.signed.serial}): WECHAT_PUBLIC_KEY_ID and WECHAT_PUBLIC_KEY have to be of one key`
    : `${verdict} (${raw.signed.serial}): set WECHAT_PUBLIC_KEY_ID and WECHAT_PUBLIC_KEY from the merchant platform`;
  return { what, ok, advice: ok ? null : advice };
}

function time(raw: RawAnswer, clock: Clock): Finding {
  const theirs = Number(raw.signed?.timestamp ?? Number.NaN) * 1_000;
  const offMs = Math.abs(theirs - clock.now());
  const ok = !(offMs > clockOffMostMs);
  return {
    what: 'clock',
    ok,
    advice: ok ? null : `the clock is ${Math.round(offMs / 1_000)} s off WeChat Pay’s: set it by NTP`,
  };
}
