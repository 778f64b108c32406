import type { Instant } from '#kernel/clock.ts';
import type { Context, Origin } from '#runtime/service.ts';
import type { ProviderMethod } from '../domain/methods.ts';
import { reconciliationIdOf } from '../domain/reconciliation.ts';
import {
  type BeginReading,
  beginReading,
  endReading,
  failReading,
  type ReadLine,
  takeLines,
} from '../domain/reconciling.ts';
import { providersOf } from '../providers/methods.ts';
import { type Bill, type BillLine, BillUnavailable } from '../providers/provider.ts';
import { recording } from '../settle.ts';

/** So many lines go into one commit, beside the trade of the moment. */
const linesPerCommit = 200;
const retry = { firstMs: 10 * 60_000, mostMs: 2 * 3_600_000 };

export interface BillAsked extends Omit<BeginReading, 'action'> {
  readonly action?: BeginReading['action'];
  /** The file that a person has downloaded; undefined: the provider is asked. */
  readonly file?: Uint8Array;
  /** Until when the provider is waited for. */
  readonly deadline: Instant;
}

/**
 * Reads a bill, line by line, and keeps its lines; read again they are the same ones. Resolves with whether it came to its end:
 * not where somebody else has begun to read it since. Throws BillUnavailable where there is no bill, or not all of it.
 */
export async function readBill(context: Context, asked: BillAsked, origin: Origin): Promise<boolean> {
  const { provider: method, day, action, file } = asked;
  const provider = providersOf(context)[method];
  if (!provider) throw new BillUnavailable('unavailable', `${method} is not set up here`);
  // A file is looked through first: half a bill of a wrong day shall not be kept.
  if (file) for await (const _line of provider.readBill(day, file).lines);
  const command = { provider: method, day, ...(action && { action }) };
  const { answer } = await context.write(beginReading, command, recording(origin, context));
  const [id, reading] = [reconciliationIdOf(method, day), answer?.reading ?? 0];
  try {
    const bill = file ? provider.readBill(day, file) : await provider.fetchBill(day, { deadline: asked.deadline });
    const lines = await keep(context, { id, reading }, bill, origin);
    if (lines === undefined) return false;
    const ended = { id, reading, source: file ? ('UPLOADED' as const) : ('FETCHED' as const), lines };
    return (await context.write(endReading, ended, recording(origin, context))).answer?.isOurs ?? false;
  } catch (error) {
    const { why, detail } = told(error);
    const tries = Math.min(reading - 1, 8);
    const retryAfterMs = Math.min(retry.mostMs, retry.firstMs * 2 ** tries);
    await context.write(failReading, { id, reading, why, detail, retryAfterMs }, recording(origin, context));
    throw error;
  }
}

function told(error: unknown): { why: string; detail: string } {
  if (error instanceof BillUnavailable) return { why: error.why, detail: error.message.slice(0, 500) };
  return { why: 'unavailable', detail: 'something went wrong here; the log says what' };
}

/** How many lines there were; undefined where somebody else reads the bill by now. */
async function keep(
  context: Context,
  { id, reading }: { readonly id: string; readonly reading: number },
  { lines }: Bill,
  origin: Origin,
): Promise<number | undefined> {
  const occurrences = new Map<string, number>();
  let waiting: ReadLine[] = [];
  let count = 0;
  const flush = async (): Promise<boolean> => {
    const command = { id, reading, lines: waiting };
    waiting = [];
    return (await context.write(takeLines, command, recording(origin, context))).answer?.isOurs ?? false;
  };
  for await (const line of lines) {
    const name = `${line.kind}/${line.number ?? `~${line.transaction}`}`;
    const occurrence = (occurrences.get(name) ?? 0) + 1;
    occurrences.set(name, occurrence);
    waiting.push(keptLine(`${id}/${name}/${occurrence}`, line, occurrence));
    count += 1;
    if (waiting.length >= linesPerCommit && !(await flush())) return undefined;
  }
  if (waiting.length > 0 && !(await flush())) return undefined;
  return count;
}

function keptLine(
  id: string,
  { kind, number, transaction, amount, fee, at, raw }: BillLine,
  occurrence: number,
): ReadLine {
  return {
    ...{
      id: clean(id),
      kind,
      number: number === null ? null : clean(number),
      transaction: clean(transaction),
      at,
      occurrence,
    },
    ...{
      amount: amount.amount,
      currency: amount.currency,
      fee: fee.amount,
      feeCurrency: fee.currency,
      raw: clean(raw),
    },
  };
}

/** PostgreSQL keeps no NUL. */
const clean = (text: string): string => text.replaceAll('\0', '\ufffd').toWellFormed();

/** The provider that is named, where it is set up. */
export function isSetUp(context: Context, provider: ProviderMethod): boolean {
  return providersOf(context)[provider] !== undefined;
}
