import type { TFunction } from 'i18next';
import type { CaseEntry } from '#contracts/http/operator.ts';
import type { Tone } from '../../../ui/badges.tsx';
import { formatMoney } from '../../../ui/format.ts';
import { formatMs } from '../../parts/time.tsx';
import type { Words } from '../../parts/words.ts';

type Row = Readonly<Record<string, unknown>>;
type Say = TFunction<['console', 'ui']>;

function rowOf({ raw }: CaseEntry): Row {
  return typeof raw === 'object' && raw !== null ? (raw as Row) : {};
}

function text(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

function money(row: Row, name: string): string {
  const { [name]: amount, currency } = row;
  if (typeof amount !== 'number' || typeof currency !== 'string') return '–';
  return formatMoney({ amount, currency });
}

/** What happened, in the reader's language: the platform tells it in codes and rows. */
export function titleOf(entry: CaseEntry, t: Say, words: Words): string {
  const row = rowOf(entry);
  switch (entry.kind) {
    case 'transition':
    case 'message':
      return words('message', entry.title);
    case 'call':
      return words('operation', entry.title);
    case 'act':
      return words('act', entry.title);
    case 'dead_letter':
      return t('case.deadLetter', { message: words('message', entry.title) });
    case 'attempt':
      return t('case.attempt', { number: text(row.number), method: words('method', text(row.method)) });
    case 'journal':
      return t('case.journal', { kind: words('journal', text(row.kind)) });
    case 'notification':
      return t('case.notice', { what: words('notice', entry.title) });
    case 'mail':
      return t('case.mail', { what: words('notice', entry.title) });
    case 'callback':
      return t('case.callback', { provider: words('method', text(row.provider)) });
    default:
      return words('record', entry.kind);
  }
}

export function summaryOf(entry: CaseEntry, t: Say, words: Words): string {
  const row = rowOf(entry);
  switch (entry.kind) {
    case 'transition':
    case 'message':
      return heardBy(entry, t, words);
    case 'call':
      return t('case.called', {
        from: words('service', entry.from ?? ''),
        to: words('service', entry.to?.[0] ?? entry.service),
        duration: formatMs(entry.durationMs ?? 0),
      });
    case 'dead_letter':
      return t('case.setAside', { service: words('service', entry.service), count: Number(row.attempts ?? 0) });
    case 'act':
      return [actorOf(row, words), text(row.reason)].filter(Boolean).join(' · ');
    default:
      return recordSummary(entry, t, words);
  }
}

function actorOf({ actorEmail, actor }: Row, words: Words): string {
  const id = text(actor);
  return text(actorEmail) || (id.startsWith('usr_') ? words('asker', 'operator') : words('service', id));
}

function heardBy({ to = [], raw, kind }: CaseEntry, t: Say, words: Words): string {
  const heard =
    to.length === 0
      ? t('case.heardByNobody')
      : t('case.heardBy', { services: to.map((service) => words('service', service)).join(t('comma')) });
  const { reason } = ((raw as { readonly data?: Row } | null)?.data ?? {}) as Row;
  const because = kind === 'transition' && typeof reason === 'string' ? `${words('orderReason', reason)} · ` : '';
  return `${because}${heard}`;
}

function recordSummary(entry: CaseEntry, t: Say, words: Words): string {
  const row = rowOf(entry);
  switch (entry.kind) {
    case 'order':
      return t('case.orderSums', {
        total: money(row, 'total'),
        paid: money(row, 'paid'),
        refunded: money(row, 'refunded'),
      });
    case 'payment':
      return t('case.paymentSums', {
        due: money(row, 'due'),
        captured: money(row, 'captured'),
        refunded: money(row, 'refunded'),
      });
    case 'attempt':
      return money(row, 'amount');
    case 'refund':
      return [money(row, 'amount'), words('orderReason', text(row.reason))].filter(Boolean).join(' · ');
    case 'reservation':
      return linesOf(row);
    case 'shipment':
      return row.carrier ? `${text(row.carrier)} ${text(row.tracking_number)}` : t('case.noCarrier');
    case 'notification':
    case 'mail':
      return [text(row.recipient), text(row.title)].filter(Boolean).join(' · ');
    case 'journal':
      return journalLines(row, words);
    case 'callback':
      return t('case.deliveries', { count: Number(row.deliveries ?? 1) });
    default:
      return entry.summary;
  }
}

function linesOf({ lines }: Row): string {
  if (!Array.isArray(lines)) return '';
  return lines.map(({ sku, quantity }: Row) => `${text(quantity)} × ${text(sku)}`).join(', ');
}

function journalLines({ accounts, amounts, currency }: Row, words: Words): string {
  if (!Array.isArray(accounts) || !Array.isArray(amounts) || typeof currency !== 'string') return '';
  return accounts
    .map((account: string, index) => {
      const [owner = '', house = '', method] = account.split(':');
      const plain = words('account', owner === 'buyer' ? owner : house);
      const name = method && owner !== 'buyer' ? `${plain} ${words('method', method)}` : plain;
      return `${name} ${formatMoney({ amount: Number(amounts[index] ?? 0), currency })}`;
    })
    .join(' · ');
}

const good = new Set(['SUCCEEDED', 'CONFIRMED', 'COMPLETED', 'DELIVERED', 'SENT', 'REDUCED', 'TAKEN', 'RETRIED']);
const bad = new Set(['FAILED', 'DECLINED', 'REFUSED', 'PARKED', 'LOST', 'REJECTED']);
const warn = new Set([
  'PENDING',
  'RETRYING',
  'HELD',
  'UNKNOWN',
  'CLOSING',
  'REQUIRES_ACTION',
  'REQUESTED',
  'DIFFERENT',
]);
const plain = new Set(['CANCELLED', 'CLOSED', 'RELEASED', 'RETURNED', 'KEPT', 'DISCARDED']);

/** Of a row's status, or of an HTTP status. */
export function toneOf(status: string): Tone {
  if (/^\d+$/.test(status)) return Number(status) >= 500 ? 'bad' : Number(status) >= 400 ? 'warn' : 'plain';
  if (good.has(status)) return 'good';
  if (bad.has(status)) return 'bad';
  if (warn.has(status)) return 'warn';
  return plain.has(status) ? 'plain' : 'info';
}
