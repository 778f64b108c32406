import type { Instant } from '#kernel/clock.ts';
import { type Asking, type Bill, type BillLine, BillUnavailable } from '../provider.ts';
import { startOfDay } from './beijing.ts';
import { detailsOf, isDetails } from './bill-details.ts';
import { type Gateway, textOf } from './gateway.ts';
import { entriesOf, isZip, ZipError } from './zip.ts';

const hourMs = 3_600_000;
/** Bills are there by nine in the morning of the next day; past noon, none means that nothing happened. */
const thereAfterMs = 36 * hourMs;
const method = 'alipay.data.dataservice.bill.downloadurl.query';

export async function fetchBill(
  day: string,
  { gateway, origin, now }: { readonly gateway: Gateway; readonly origin: Asking; readonly now: Instant },
): Promise<Bill> {
  const start = startOfDay(day);
  if (start === undefined) throw new RangeError(`not a day: ${day}`);
  if (now < start + 24 * hourMs) throw new BillUnavailable('not yet', `the day ${day} is not over in China`);
  const answer = await gateway.ask(method, { bill_type: 'trade', bill_date: day }, origin);
  if (answer.kind === 'refused' && /bill_not_exist/i.test(answer.code)) {
    if (now < start + thereAfterMs) throw new BillUnavailable('not yet', `no bill of ${day} yet`);
    return { day, lines: nothing };
  }
  if (answer.kind === 'refused') {
    throw new BillUnavailable('unavailable', `the bill of ${day} was refused: ${answer.code} ${answer.detail}`);
  }
  const url = answer.kind === 'ok' ? textOf(answer.fields, 'bill_download_url') : undefined;
  if (!url) throw new BillUnavailable('unavailable', `no bill of ${day}: ${reasonOf(answer)}`);
  try {
    // The address is good for half a minute only, so nothing comes between.
    return readBill(day, await gateway.download(sealed(url, gateway.isSealed), origin));
  } catch (error) {
    // Without the address: who has it has the bill.
    const why = error instanceof Error ? error.message.replace(/https?:\S*/g, '…') : '';
    throw new BillUnavailable('unavailable', `the bill of ${day} did not arrive: ${why}`);
  }
}

/** Alipay's pages show the address with plain http, on which anybody between could write a bill of their own. */
const sealed = (url: string, isSealed: boolean): string => (isSealed ? url.replace(/^http:/i, 'https:') : url);

const reasonOf = (answer: { readonly kind: string; readonly reason?: string }): string => answer.reason ?? answer.kind;

/** The archive as it is downloaded, or the file with the details out of it. Throws while it is read where it is not whole. */
export function readBill(day: string, bytes: Uint8Array): Bill {
  return { day, lines: { [Symbol.asyncIterator]: () => linesOf(day, bytes)[Symbol.asyncIterator]() } };
}

async function* linesOf(day: string, bytes: Uint8Array): AsyncIterable<BillLine> {
  try {
    yield* linesIn(day, bytes);
  } catch (error) {
    throw error instanceof ZipError ? new BillUnavailable('malformed', error.message, { cause: error }) : error;
  }
}

async function* linesIn(day: string, bytes: Uint8Array): AsyncIterable<BillLine> {
  if (!isZip(bytes)) return yield* detailsOf(day, one(bytes));
  let found = false;
  for (const entry of entriesOf(bytes)) {
    // Beside the details, which may be in several files, there is a summary by shops.
    if (!(await isDetails(entry.unpack()))) continue;
    found = true;
    yield* detailsOf(day, entry.unpack());
  }
  if (!found) throw new BillUnavailable('malformed', `no details of ${day} are in the archive`);
}

async function* one(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
}

const nothing: AsyncIterable<BillLine> = {
  async *[Symbol.asyncIterator]() {
    // There is nothing on this bill.
  },
};
