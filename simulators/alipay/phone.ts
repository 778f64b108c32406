import type { Order, Trade } from './books.ts';
import type { Texts } from './phone-texts.ts';
import { timeOf, yuanOf } from './wire-forms.ts';

/** What the phone shows of one order. */
export interface Shown {
  readonly order: Order;
  readonly trade: Trade | undefined;
  /** The buyer has just tried, and the bank has refused. */
  readonly declined: boolean;
  /** Where the browser came from, with what Alipay tells it on the way back. */
  readonly backUrl: string | undefined;
}

const style = `
:root { color-scheme: light dark; --ink: #1c2024; --soft: #60646c; --paper: #fff; --ground: #f0f2f5; --line: #d9dce1;
  --act: #1f5fbf; --note: #fff4d6; --note-ink: #5b4300; }
@media (prefers-color-scheme: dark) { :root { --ink: #edeef0; --soft: #a9adb5; --paper: #1d2025; --ground: #121417;
  --line: #363a40; --act: #78a9f5; --note: #3d3212; --note-ink: #ffe6a3; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; background: var(--ground); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif; }
header { background: var(--note); color: var(--note-ink); padding: .75rem 1rem; text-align: center; font-size: .9rem; }
main { max-width: 26rem; margin: 1.25rem auto; padding: 0 1rem; }
.card { background: var(--paper); border: 1px solid var(--line); border-radius: .75rem; padding: 1.25rem; }
h1 { font-size: 1.05rem; margin: 0 0 .75rem; color: var(--soft); font-weight: 500; text-align: center; }
.amount { font-size: 2.4rem; font-weight: 650; text-align: center; margin: .25rem 0 1rem; font-variant-numeric: tabular-nums; }
.state { text-align: center; font-weight: 600; margin: 0 0 1rem; }
dl { display: grid; grid-template-columns: auto 1fr; gap: .4rem 1rem; margin: 0 0 1.25rem; font-size: .92rem; }
dt { color: var(--soft); } dd { margin: 0; text-align: right; overflow-wrap: anywhere; }
button, a.button { display: block; width: 100%; min-height: 3rem; margin: .6rem 0 0; padding: .6rem 1rem; border-radius: .6rem;
  border: 1px solid var(--line); background: transparent; color: inherit; font: inherit; cursor: pointer; text-align: center;
  text-decoration: none; }
button.first { background: var(--act); border-color: var(--act); color: var(--paper); font-weight: 600; }
ul { list-style: none; margin: 0; padding: 0; } li + li { border-top: 1px solid var(--line); }
li a { display: flex; justify-content: space-between; gap: 1rem; padding: .9rem 0; color: inherit; text-decoration: none; }
li b { white-space: nowrap; font-variant-numeric: tabular-nums; }
nav { text-align: center; margin: 1rem 0; font-size: .9rem; } nav a { color: var(--soft); margin: 0 .4rem; }`;

export function orderPage({ order, trade, declined, backUrl }: Shown, texts: Texts): string {
  const back = backUrl ? `<a class="button" href="${escaped(backUrl)}">${texts.back}</a>` : '';
  const acts =
    trade?.status === 'WAIT_BUYER_PAY'
      ? [actOf(order, texts, 'pay', 'first'), actOf(order, texts, 'decline'), actOf(order, texts, 'close')].join('')
      : back;
  return page(
    texts,
    `<h1>${escaped(stateOf(trade, texts))}</h1>
<p class="amount">¥ ${yuanOf(order.amount)}</p>
${declined ? `<p class="state" role="status">${texts.declined}</p>` : ''}
<dl><dt>${texts.to}</dt><dd>${escaped(order.subject)}</dd>
<dt>${texts.number}</dt><dd>${escaped(order.number)}</dd>
<dt>${texts.until}</dt><dd>${timeOf(order.payUntil)} UTC+8</dd></dl>
${acts}`,
    `code=${encodeURIComponent(order.token)}`,
  );
}

export function listPage(orders: readonly Order[], texts: Texts): string {
  const items = orders.map(
    ({ token, subject, amount }) =>
      `<li><a href="?code=${encodeURIComponent(token)}&amp;lang=${texts.lang}"><span>${escaped(subject)}</span>` +
      `<b>¥ ${yuanOf(amount)}</b></a></li>`,
  );
  const body = items.length > 0 ? `<ul>${items.join('')}</ul>` : `<p class="state">${texts.none}</p>`;
  return page(texts, `<h1>${texts.waiting}</h1>${body}`, '');
}

/** For a code that is no more, and for an order whose signature or content Alipay would refuse. */
export function messagePage(texts: Texts, message: string): string {
  return page(texts, `<p class="state">${escaped(message)}</p>`, '');
}

function page(texts: Texts, content: string, query: string): string {
  const languages = [
    ['zh-CN', '简体'],
    ['zh-TW', '繁體'],
    ['en', 'English'],
  ].map(([lang, name]) => `<a href="/_simulator/phone?${query}&amp;lang=${lang}" hreflang="${lang}">${name}</a>`);
  return `<!doctype html>
<html lang="${texts.lang}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex"><title>${texts.title}</title><style>${style}</style></head>
<body><header>${texts.notice}</header><main><section class="card">${content}</section>
<nav><a href="/_simulator/phone?lang=${texts.lang}">${texts.all}</a></nav><nav>${languages.join('')}</nav></main></body></html>`;
}

function actOf(order: Order, texts: Texts, act: 'pay' | 'decline' | 'close', look = ''): string {
  const label = act === 'pay' ? `${texts.pay} ¥ ${yuanOf(order.amount)}` : texts[act];
  return `<form method="post" action="/_simulator/phone"><input type="hidden" name="code" value="${escaped(order.token)}">
<input type="hidden" name="lang" value="${texts.lang}"><button class="${look}" name="act" value="${act}">${label}</button></form>`;
}

function stateOf(trade: Trade | undefined, texts: Texts): string {
  if (!trade) return texts.gone;
  if (trade.status === 'TRADE_CLOSED') return trade.paidAt === undefined ? texts.closed : texts.refunded;
  return trade.status === 'WAIT_BUYER_PAY' ? texts.waiting : texts.paid;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
