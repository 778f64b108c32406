import { type Asking, type Bill, BillUnavailable } from '../provider.ts';
import type { Api } from './api.ts';
import { digestOf, readBill } from './bill.ts';
import { canonical } from './codes.ts';
import { textOf } from './json.ts';
import type { WechatAccount } from './settings.ts';

/** A bill is there from ten in the morning of the next day, China's time. */
const readyAtHour = 10;

/**
 * The trade bill of a day: its address is asked for, and signed; the file is not, so that it has to have the digest which came
 * with the address before a line of it is believed.
 */
export async function downloadBill(
  day: string,
  origin: Asking,
  api: Api,
  account: WechatAccount,
  now: number,
): Promise<Bill> {
  const path = `/v3/bill/tradebill?bill_date=${checked(day)}&bill_type=ALL&tar_type=GZIP`;
  if (now < endOf(day)) throw new BillUnavailable('not yet', `the day ${day} is not over in China`);
  const answer = await api.ask({ method: 'GET', path }, origin);
  if (answer.kind === 'unknown') throw new BillUnavailable('unavailable', answer.reason);
  const code = canonical(answer.code);
  if (code === canonical('STATEMENT_CREATING')) throw new BillUnavailable('not yet', 'WeChat Pay is making the bill');
  if (code === canonical('NO_STATEMENT_EXIST')) {
    // Without a transaction there is no bill, and before ten there is none either.
    if (!isDue(day, now))
      throw new BillUnavailable('not yet', 'bills are made until ten in the morning of the next day');
    return { day, lines: nothing() };
  }
  if (answer.status !== 200) throw new BillUnavailable('unavailable', `${answer.status} ${answer.code}`);
  const [url, type] = [textOf(answer.fields, 'download_url'), textOf(answer.fields, 'hash_type')];
  const digest = textOf(answer.fields, 'hash_value')?.toLowerCase();
  if (!url || !URL.canParse(url) || type !== 'SHA1' || !digest)
    throw new BillUnavailable('unavailable', 'an answer without the bill');
  const bytes = await downloaded(new URL(url), origin, api);
  if ((await digestOf(bytes)) !== digest)
    throw new BillUnavailable('malformed', 'the file is not the one that was announced');
  return readBill(day, bytes, account.merchantId);
}

/** From our host, whatever host the address names: the request is signed, and its token opens the bill. */
async function downloaded(url: URL, origin: Asking, api: Api): Promise<Uint8Array> {
  if (!url.pathname.startsWith('/v3/billdownload/'))
    throw new BillUnavailable('unavailable', 'the bill is where no bills are');
  const raw = await api.transport.send({ method: 'GET', path: `${url.pathname}${url.search}` }, origin, 'bill');
  if (raw.kind === 'unknown') throw new BillUnavailable('unavailable', raw.reason);
  if (raw.status !== 200) throw new BillUnavailable('unavailable', `the download was answered with ${raw.status}`);
  return raw.body;
}

async function* nothing(): AsyncIterable<never> {}

const endOf = (day: string): number => Date.parse(`${day}T00:00:00+08:00`) + 86_400_000;

const isDue = (day: string, now: number): boolean => now >= endOf(day) + readyAtHour * 3_600_000;

function checked(day: string): string {
  if (!/^\d{4}-\d\d-\d\d$/.test(day)) throw new RangeError('not a day such as 2026-11-19');
  return day;
}
