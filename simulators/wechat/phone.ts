import type { ServerResponse } from 'node:http';
import { timeText } from './answers.ts';
import type { Order } from './books.ts';
import type { Control } from './control.ts';
import { type Language, languageOf, type PhoneState, type PhoneTexts, phoneTexts } from './phone-texts.ts';
import type { Incoming } from './wire.ts';

/**
 * The buyer's phone: `GET /_simulator/phone?code=weixin://…` (or `prepay_id=`, or `number=`) shows what there is to pay; the
 * buttons are forms. Without an order, all that wait.
 */
export function answerPhone(control: Control, request: Incoming, response: ServerResponse): void {
  const { searchParams } = new URL(request.path, 'http://simulator');
  const given = request.method === 'POST' ? new URLSearchParams(request.body.toString('utf8')) : searchParams;
  const language = languageOf(given.get('lang'), request.headers['accept-language'] ?? '');
  const name = given.get('code') ?? given.get('prepay_id') ?? given.get('number');
  const order = name === null ? undefined : control.orderOf(name);
  if (request.method === 'POST' && order) {
    const act = given.get('act');
    if (act === 'pay') control.pay(order.number);
    if (act === 'decline') control.decline(order.number);
    const left = act === 'leave' ? '&left=1' : '';
    // A page that is loaded again shall not pay again.
    response.writeHead(303, { Location: `${linkTo(order, language)}${left}` }).end();
    return;
  }
  const texts = phoneTexts[language];
  const content =
    name === null
      ? listOf(control, texts, language)
      : pageOf(control, order, texts, language, given.get('left') !== null);
  response
    .writeHead(200, {
      'Content-Type': 'text/html; charset=utf-8',
      'Cache-Control': 'no-store',
      'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'",
    })
    .end(documentOf(language, texts, content));
}

const linkTo = (order: Order, language: Language): string =>
  `/_simulator/phone?number=${encodeURIComponent(order.number)}&lang=${language}`;

function stateOf(control: Control, order: Order | undefined, left: boolean): PhoneState {
  if (!order) return 'unknown';
  switch (order.state) {
    case 'SUCCESS':
      return 'paid';
    case 'REFUND':
      return 'refunded';
    case 'PAYERROR':
      return 'declined';
    case 'CLOSED':
      return 'closed';
    case 'NOTPAY':
      if (!control.books.isPayable(order, control.now())) return 'expired';
      return left ? 'left' : 'open';
  }
}

function listOf({ books }: Control, texts: PhoneTexts, language: Language): string {
  const waiting = [...books.orders.values()]
    .filter(({ state }) => state === 'NOTPAY')
    .reverse()
    .slice(0, 20);
  const items = waiting.map(
    (order) =>
      `<li><a href="${escaped(linkTo(order, language))}"><span>${escaped(order.description)}</span><b>${amountOf(order)}</b></a></li>`,
  );
  const list = items.length === 0 ? `<p>${escaped(texts.nobody)}</p>` : `<ul>${items.join('')}</ul>`;
  return `<h1>${escaped(texts.waiting)}</h1>${list}`;
}

function pageOf(
  control: Control,
  order: Order | undefined,
  texts: PhoneTexts,
  language: Language,
  left: boolean,
): string {
  const state = stateOf(control, order, left);
  const { title, text } = texts.states[state];
  const head = `<h1 class="${state}">${escaped(title)}</h1>${text === '' ? '' : `<p>${escaped(text)}</p>`}`;
  const all = `<p><a href="/_simulator/phone?lang=${language}">${escaped(texts.back)}</a></p>`;
  if (!order) return `${head}${all}`;
  const rows = [
    [texts.to, control.merchantId],
    [texts.order, order.number],
    ...(state === 'open' || state === 'left'
      ? [[texts.payBefore, timeText(order.expiresAt).slice(0, 19).replace('T', ' ')]]
      : []),
  ].map(([name = '', value = '']) => `<dt>${escaped(name)}</dt><dd>${escaped(value)}</dd>`);
  const bill = `<p class="amount">${amountOf(order)}</p><p class="what">${escaped(order.description)}</p><dl>${rows.join('')}</dl>`;
  const again = `<p><a href="${escaped(linkTo(order, language))}">${escaped(texts.again)}</a></p>`;
  const below = state === 'open' ? buttonsOf(order, texts, language) : `${state === 'left' ? again : ''}${all}`;
  return `${head}${bill}${below}`;
}

function buttonsOf(order: Order, texts: PhoneTexts, language: Language): string {
  const button = (act: string, label: string): string => `<button name="act" value="${act}">${escaped(label)}</button>`;
  const hidden = (name: string, value: string): string =>
    `<input type="hidden" name="${name}" value="${escaped(value)}">`;
  const fields = hidden('number', order.number) + hidden('lang', language);
  const buttons = button('pay', texts.pay) + button('decline', texts.decline) + button('leave', texts.leave);
  return `<form method="post" action="/_simulator/phone">${fields}${buttons}</form>`;
}

function amountOf({ total }: Order): string {
  return `¥${total / 100n}.${String(total % 100n).padStart(2, '0')}`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

const style = `
:root { color-scheme: light dark; --ink: #1c2024; --paper: #fff; --quiet: #656d76; --line: #d8dee4; --ground: #eef1f4; --main: #17663a; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --paper: #161b22; --quiet: #9da7b1; --line: #30363d; --ground: #0d1117; --main: #2f9e5f; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, "PingFang SC", "Noto Sans CJK SC", sans-serif; }
.notice { background: #fff3c4; color: #4a3b00; padding: .6rem 1rem; text-align: center; font-size: .9rem; }
main { max-width: 26rem; margin: 1.5rem auto; padding: 1.5rem; background: var(--paper); border: 1px solid var(--line); border-radius: 1rem; }
@media (max-width: 30rem) { main { margin: 0; border: 0; border-radius: 0; min-height: calc(100vh - 2.7rem); } }
h1 { font-size: 1.2rem; margin: 0 0 .25rem; text-align: center; }
h1.paid { color: var(--main); } h1.declined { color: #c0362c; }
p { text-align: center; color: var(--quiet); margin: .4rem 0; }
.amount { font-size: 2.6rem; font-weight: 600; color: var(--ink); font-variant-numeric: tabular-nums; margin: 1rem 0 0; }
.what { overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: auto 1fr; gap: .4rem 1rem; margin: 1.2rem 0; padding: 1rem 0; border-block: 1px solid var(--line); font-size: .9rem; }
dt { color: var(--quiet); } dd { margin: 0; text-align: right; overflow-wrap: anywhere; }
button { display: block; width: 100%; min-height: 3rem; margin-top: .75rem; border: 1px solid var(--line); border-radius: .6rem; background: transparent; color: var(--ink); font: inherit; cursor: pointer; }
button[value=pay] { background: var(--main); border-color: var(--main); color: #fff; font-weight: 600; }
button:focus-visible, a:focus-visible { outline: 3px solid #4c8dff; outline-offset: 2px; }
ul { list-style: none; margin: 1rem 0 0; padding: 0; }
li a { display: flex; justify-content: space-between; gap: 1rem; padding: .9rem 0; border-top: 1px solid var(--line); color: inherit; text-decoration: none; }
li span { overflow-wrap: anywhere; }
main p a { color: var(--main); }
`;

function documentOf(language: Language, texts: PhoneTexts, content: string): string {
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(texts.title)}</title>
<style>${style}</style>
</head>
<body>
<div class="notice" role="note">${escaped(texts.notice)}</div>
<main>${content}</main>
</body>
</html>
`;
}
