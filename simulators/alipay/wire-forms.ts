/** Money and time as Alipay writes them. The simulator has its own reading of both, so as not to share the adapter's mistakes. */

/** Fen; undefined for what Alipay takes for no amount. `least` is 1 for what is paid. */
export function fenOf(text: unknown, least = 1n): bigint | undefined {
  if (typeof text !== 'string') return undefined;
  const [yuan = '', fen = '', ...more] = text.split('.');
  if (more.length > 0 || !/^(0|[1-9]\d{0,8})$/.test(yuan) || !/^\d{0,2}$/.test(fen) || text.endsWith('.'))
    return undefined;
  const amount = BigInt(yuan + fen.padEnd(2, '0'));
  return amount < least || amount > 10_000_000_000n ? undefined : amount;
}

export function yuanOf(fen: bigint): string {
  const [sign, amount] = fen < 0n ? ['-', -fen] : ['', fen];
  return `${sign}${amount / 100n}.${String(amount % 100n).padStart(2, '0')}`;
}

const beijing = new Intl.DateTimeFormat('sv-SE', {
  timeZone: 'Asia/Shanghai',
  dateStyle: 'short',
  timeStyle: 'medium',
});

/** `2026-11-20 03:36:59`, Beijing's. */
export function timeOf(instant: number): string {
  return beijing.format(instant);
}

export function dayOf(instant: number): string {
  return timeOf(instant).slice(0, 10);
}

/** Undefined for what is no time of Beijing's. */
export function instantOf(text: unknown): number | undefined {
  if (typeof text !== 'string' || !/^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/.test(text)) return undefined;
  const instant = Date.parse(`${text.replace(' ', 'T')}+08:00`);
  return Number.isNaN(instant) || timeOf(instant) !== text ? undefined : instant;
}

/** `90m`, `2h`, `1d` in milliseconds, from one minute to fifteen days. */
export function spanOf(text: unknown): number | undefined {
  const [, count, unit = ''] = (typeof text === 'string' && /^([1-9]\d{0,4})([mhd])$/.exec(text)) || [];
  const ms = Number(count) * ({ m: 60_000, h: 3_600_000, d: 86_400_000 }[unit] ?? Number.NaN);
  return ms <= 15 * 86_400_000 ? ms : undefined;
}
