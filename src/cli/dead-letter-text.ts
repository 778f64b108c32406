import type { DiscardRun, RetryRun } from '#contracts/http/gateway.ts';
import { type DeadLetter, type ShownDeadLetter, unreadableSource } from '#contracts/http/runtime.ts';
import { fromTimestamp, type Instant } from '#kernel/clock.ts';

/** How dead letters look in a terminal. All functions return whole lines. */

const idWidth = 40;
const heldShownMost = 10;

/** Two lines for each: what one tells them apart by, and below it whom it concerns and why. Fits into `width` columns from 80. */
export function lettersText(letters: readonly DeadLetter[], width: number, now: Instant): string {
  const rows = letters.flatMap(({ id, status, service, error, setAsideAt, message }) => [
    `${id.padEnd(idWidth)}  ${status.padEnd(9)}  ${ago(setAsideAt, now).padStart(4)}  ${typeIn(message.type, width - idWidth - 19)}`,
    `  ${service.padEnd(12)}  ${message.key.padEnd(idWidth)}  ${error ?? ''}`,
  ]);
  const head = [
    `${'ID'.padEnd(idWidth)}  ${'STATUS'.padEnd(9)}  ${'AGE'.padStart(4)}  MESSAGE`,
    `  ${'HEARD BY'.padEnd(12)}  ${'SUBJECT'.padEnd(idWidth)}  ERROR`,
  ];
  return lines([...head, ...rows].map((row) => cut(row, width)));
}

/** All that is known of one letter. */
export function letterText(letter: ShownDeadLetter, now: Instant): string {
  const { message } = letter;
  const facts: [string, string | null][] = [
    ['heard by', letter.service],
    ['message', `${message.type} v${message.version}, ${message.source}/${message.position}, said ${message.time}`],
    ['subject', message.key],
    ['caused by', message.causationId || null],
    ['trace', message.traceparent || null],
    ['set aside', `${letter.setAsideAt}, ${ago(letter.setAsideAt, now)} ago; attempts: ${letter.attempts}`],
    ['error', letter.error],
    ['next attempt', letter.nextAttemptAt],
    ['retried', letter.retriedBy && `${letter.retriedAt} by ${letter.retriedBy}`],
    ['settled', letter.settledAt && settledText(letter)],
    ['waits for', letter.heldBehind],
    ['holds', holdsText(letter)],
  ];
  const told = facts.flatMap(([name, fact]) => (fact ? [`  ${name.padEnd(12)}  ${printable(fact)}`] : []));
  return lines([`${letter.id}  ${letter.status}`, ...told, '', ...dataLines(letter)]);
}

/** What a run by filter retries or would retry. */
export function retryRunText(run: RetryRun, now: Instant): string {
  const lastMs = run.lastAt === null ? 0 : fromTimestamp(run.lastAt) - now;
  const within = lastMs > 1_000 ? `, the last one in ${span(lastMs)}` : '';
  if (run.dryRun)
    return lines([...groupLines(run), `${many(run)} would be tried again${within}; without --dry-run they are`]);
  return lines([...groupLines(run), `${many(run)} made due${within}`]);
}

export function discardRunText(run: DiscardRun): string {
  if (run.dryRun) return lines([...groupLines(run), `${many(run)} would be discarded; without --dry-run they are`]);
  return lines([...groupLines(run), `${many(run)} discarded`]);
}

function groupLines({ groups }: DiscardRun): string[] {
  const rows = groups.map(({ service, type, count }) => `${String(count).padStart(7)}  ${service.padEnd(12)}  ${type}`);
  return rows.length > 0 ? [`${'LETTERS'}  ${'HEARD BY'.padEnd(12)}  MESSAGE`, ...rows.map(printable), ''] : [];
}

function many({ count }: DiscardRun): string {
  return `${count} ${count === 1 ? 'letter' : 'letters'}`;
}

function settledText({ settledAt, settledBy, settledReason }: DeadLetter): string {
  return [settledAt, settledBy && `by ${settledBy}`, settledReason && `(${settledReason})`].filter(Boolean).join(' ');
}

function holdsText({ holding: { count, ids } }: ShownDeadLetter): string | null {
  if (count === 0) return null;
  const shown = ids.slice(0, heldShownMost);
  const more = count > shown.length ? `, and ${count - shown.length} more` : '';
  return `${count}: ${shown.join(', ')}${more}`;
}

function dataLines({ message: { source, data } }: DeadLetter): string[] {
  const json = JSON.stringify(data, null, 2).split('\n').map(printable);
  if (source !== unreadableSource) return json;
  const { base64 = '' } = data as { base64?: string };
  // As a text in quotes: what it is can often be read all the same.
  return [...json, '', JSON.stringify(Buffer.from(base64, 'base64').toString('utf8').slice(0, 1_000))].map(printable);
}

/** Without the service that says it where there is no room for that. */
function typeIn(type: string, room: number): string {
  return type.length <= room ? type : type.slice(type.indexOf('.') + 1);
}

function ago(timestamp: string, now: Instant): string {
  return span(Math.max(0, now - fromTimestamp(timestamp)));
}

/** `42s`, `12m`, `3h`, `9d`. */
function span(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 100) return `${seconds}s`;
  if (seconds < 6_000) return `${Math.round(seconds / 60)}m`;
  if (seconds < 172_800) return `${Math.round(seconds / 3_600)}h`;
  return `${Math.round(seconds / 86_400)}d`;
}

/** Strangers' texts do not get to move the cursor, or to ring the bell. */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, '·');
}

function cut(row: string, width: number): string {
  const characters = [...printable(row).trimEnd()];
  return characters.length <= width ? characters.join('') : `${characters.slice(0, width - 1).join('')}…`;
}

function lines(all: readonly string[]): string {
  return all.map((line) => `${line}\n`).join('');
}
