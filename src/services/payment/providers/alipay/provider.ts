import type { Asking, Charge, ChargeName, ChargeState, Opened, Provider, RefundName } from '../provider.ts';
import { toYuan } from './amount.ts';
import { closed, openingOf, queried, refunded, refundQueried } from './answers.ts';
import { toBeijing } from './beijing.ts';
import { fetchBill, readBill } from './bill.ts';
import { readNotification } from './callback.ts';
import { checkSetup } from './check.ts';
import { type Fields, type Gateway, type Means, makeGateway, textOf, unknown } from './gateway.ts';
import type { AlipaySettings } from './merchant.ts';

/** From 0.01 to 100,000,000 yuan. */
const mostFen = 10_000_000_000n;
const minuteMs = 60_000;

/**
 * Alipay by its open gateway: codes to scan (alipay.trade.precreate) and a page to go to (alipay.trade.page.pay). It finds a
 * charge by our number; `reference` stays null. alipay.trade.cancel is not used: of a trade that is paid it gives the money
 * back, past our books.
 */
export function alipayProvider(settings: AlipaySettings, means: Means): Provider {
  // Without the key the client only warns, and takes every signature for a good one.
  if (!settings.alipayPublicKey) throw new Error('Alipay needs the public key of Alipay');
  const gateway = makeGateway(settings, means);
  const now = () => means.clock.now();
  const query = async (charge: ChargeName, origin: Asking): Promise<ChargeState> =>
    queried(await gateway.ask('alipay.trade.query', { out_trade_no: charge.number }, origin), charge, now());

  return {
    method: 'alipay',
    renewal: 'new number',
    async open(charge, origin) {
      const impossible = refusalOf(charge, now());
      if (impossible) return { kind: 'refused', ...impossible };
      return charge.flow === 'page' ? openPage(gateway, charge) : openCode(gateway, charge, origin, query);
    },
    query,
    async close(charge, origin) {
      const answer = await gateway.ask('alipay.trade.close', { out_trade_no: charge.number }, origin);
      const state = closed(answer, charge, now());
      return state === 'look' ? await query(charge, origin) : state;
    },
    async refund(refund, origin) {
      if (refund.amount.currency !== 'CNY') return { kind: 'failed', code: 'CURRENCY', detail: 'Alipay pays in yuan' };
      const reason = plain(refund.reason, 80);
      const content = {
        ...{ ...nameOf(refund), refund_amount: toYuan(refund.amount.amount) },
        ...(reason === '' ? {} : { refund_reason: reason }),
      };
      return refunded(await gateway.ask('alipay.trade.refund', content, origin), refund);
    },
    async queryRefund(refund, origin) {
      const content = { ...nameOf(refund), query_options: ['gmt_refund_pay'] };
      return refundQueried(await gateway.ask('alipay.trade.fastpay.refund.query', content, origin), refund, now());
    },
    readCallback: (raw) => readNotification(raw, gateway.client, settings),
    acknowledgement: { status: 200, contentType: 'text/plain', body: 'success' },
    refusal: { status: 400, contentType: 'text/plain', body: 'fail' },
    fetchBill: (day, origin) => fetchBill(day, { gateway, origin, now: now() }),
    readBill,
    check: (origin) => checkSetup(settings, gateway, { origin, now: now() }),
  };
}

const nameOf = ({ number, charge }: RefundName): Fields => ({ out_trade_no: charge.number, out_request_no: number });

/** What need not be asked: Alipay would say no, and after the page's address was handed out nobody would hear it. */
function refusalOf({ amount, flow, expiresAt }: Charge, now: number): { code: string; detail: string } | undefined {
  if (flow !== 'qr' && flow !== 'page') return { code: 'FLOW', detail: `Alipay has no ${flow}` };
  if (amount.currency !== 'CNY') return { code: 'CURRENCY', detail: `Alipay takes yuan, not ${amount.currency}` };
  if (amount.amount < 1n || amount.amount > mostFen)
    return { code: 'AMOUNT', detail: 'not from 0.01 to 100,000,000 yuan' };
  return expiresAt <= now ? { code: 'EXPIRED', detail: 'no time is left to pay' } : undefined;
}

async function openCode(
  gateway: Gateway,
  charge: Charge,
  origin: Asking,
  query: (charge: ChargeName, origin: Asking) => Promise<ChargeState>,
): Promise<Opened> {
  // The same for each try under one number: other particulars would be another trade to Alipay.
  const minutes = Math.max(1, Math.floor((charge.expiresAt - charge.openedAt) / minuteMs));
  const content = { ...contentOf(charge), qr_code_timeout_express: `${minutes}m` };
  const answer = await gateway.ask('alipay.trade.precreate', content, origin);
  const opening = openingOf(answer);
  if (opening === 'taken') return taken(await query(charge, origin));
  if (typeof opening === 'object') return { kind: 'refused', ...opening };
  if (answer.kind === 'unknown') return answer;
  const code = answer.kind === 'ok' ? textOf(answer.fields, 'qr_code') : undefined;
  const same = answer.kind === 'ok' && textOf(answer.fields, 'out_trade_no') === charge.number;
  if (!code || !same)
    return unknown('alipay.trade.precreate', answer.kind === 'refused' ? answer.code : 'no code to scan');
  const action = { type: 'qr_code', content: code, expiresAt: charge.expiresAt } as const;
  return { kind: 'opened', reference: null, action };
}

/** The number has a trade already; while it is open somebody may hold its code, and we do not. */
function taken(state: ChargeState): Opened {
  if (state.kind === 'open') return unknown('alipay.trade.precreate', 'opened before with other particulars');
  return state.kind === 'unknown' ? state : { kind: 'state', state };
}

/** Nobody is asked: the buyer's browser carries the signed order to Alipay, and only there a trade begins. */
function openPage(gateway: Gateway, charge: Charge): Opened {
  const content = { ...contentOf(charge), product_code: 'FAST_INSTANT_TRADE_PAY' };
  const url = gateway.page('alipay.trade.page.pay', content, charge.returnUrl);
  return { kind: 'opened', reference: null, action: { type: 'redirect', url } };
}

function contentOf(charge: Charge): Fields {
  return {
    out_trade_no: charge.number,
    total_amount: toYuan(charge.amount.amount),
    subject: plain(charge.description, 128) || charge.number,
    time_expire: toBeijing(charge.expiresAt),
  };
}

/** Texts at Alipay have no `/`, `=`, `&`, and no more than so many characters. */
function plain(text: string, most: number): string {
  const safe = text
    .replace(/[/=&\p{Cc}]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return [...safe].slice(0, most).join('');
}
