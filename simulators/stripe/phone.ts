import type { IncomingMessage } from 'node:http';
import { type Card, cardByNumber, cards } from './cards.ts';
import type { Pages } from './control-http.ts';
import { inMajorUnits } from './currencies.ts';
import { Fault } from './faults.ts';
import { type Intent, nobody } from './objects.ts';
import { authenticate, confirm } from './payments.ts';
import { type Texts, textsFor } from './phone-texts.ts';
import type { World } from './world.ts';

const path = '/_simulator/phone';

/** Where a buyer gives a card, as on a page of the shop with Stripe's form in it. Works without scripts. */
export function phonePages(world: World): Pages {
  const shown = new Map<string, Card>();
  const intentBy = (secret: string | null): Intent | undefined =>
    [...world.intents.values()].find(({ client_secret }) => client_secret === secret);

  function act(intent: Intent, form: URLSearchParams): void {
    const card = shown.get(intent.id) ?? cardByNumber('4000000000003220');
    try {
      if (form.get('act') === 'approve') authenticate(world, intent, card, true);
      if (form.get('act') === 'reject') authenticate(world, intent, card, false);
      if (form.get('act') !== 'pay') return;
      const given = cardByNumber(form.get('number') ?? '');
      shown.set(intent.id, given);
      confirm(world, intent, given, nobody);
    } catch (error) {
      // What the buyer is to know of it stands in the PaymentIntent, and the page shows that.
      if (!(error instanceof Fault)) throw error;
    }
  }

  return async (request, url, body, response) => {
    if (url.pathname !== path) return false;
    const form = request.method === 'POST' ? new URLSearchParams(body) : url.searchParams;
    const words = textsFor(form.get('lang'), languagesOf(request));
    const intent = intentBy(form.get('client_secret'));
    if (request.method === 'POST') {
      if (intent) act(intent, form);
      const kept = ['client_secret', 'lang', 'return_url'].flatMap((name) =>
        form.get(name) ? [[name, form.get(name) ?? '']] : [],
      );
      const closed = form.get('act') === 'close' ? [['closed', '1']] : [];
      const query = new URLSearchParams([...kept, ...closed] as [string, string][]);
      response.writeHead(303, { location: `${path}?${query}` }).end();
      return true;
    }
    const asksForOne = form.has('client_secret');
    const content = intent
      ? pageOf(intent, form, words, shown.get(intent.id))
      : asksForOne
        ? words.unknown
        : listOf(world, words);
    response.writeHead(intent || !asksForOne ? 200 : 404, {
      ...{ 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store', vary: 'Accept-Language' },
      'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'",
    });
    response.end(framed(words, content));
    return true;
  };
}

const languagesOf = ({ headers }: IncomingMessage): string | undefined => headers['accept-language'];

function pageOf(intent: Intent, form: URLSearchParams, words: Texts, card: Card | undefined): string {
  const amount = amountOf(intent);
  const back = backTo(intent, form, words);
  const hidden = ['client_secret', 'lang', 'return_url']
    .map((name) =>
      form.get(name) ? `<input type="hidden" name="${name}" value="${escaped(form.get(name) ?? '')}">` : '',
    )
    .join('');
  const due = `<p class="due">${intent.status === 'succeeded' ? '' : words.amount}<strong>${amount}</strong><small>${escaped(intent.description ?? '')}</small></p>`;
  if (intent.status === 'succeeded') return `<p class="done">✓ ${words.paid}</p>${due}${back}`;
  if (intent.status === 'canceled') return `<p class="error">${words.canceled}</p>${due}${back}`;
  if (form.get('closed')) {
    const query = new URLSearchParams({ client_secret: intent.client_secret, lang: words.language });
    return `<p>${words.closed}</p>${due}${back}<a class="button quiet" href="${path}?${escaped(String(query))}">${words.again}</a>`;
  }
  if (intent.status === 'requires_action') {
    const asked = words.challenge(amount, (card?.number ?? '3220').slice(-4));
    return `<h2>${words.challengeTitle}</h2><p>${asked}</p><form method="post" action="${path}">${hidden}
<button name="act" value="approve">${words.approve}</button><button class="quiet" name="act" value="reject">${words.reject}</button></form>`;
  }
  return `${due}${errorOf(intent, words)}<form method="post" action="${path}">${hidden}
<label>${words.number}<input name="number" inputmode="numeric" autocomplete="off" list="cards" value="4242 4242 4242 4242" required></label>
<div class="pair"><label>${words.expiry}<input name="expiry" value="12 / 34" autocomplete="off"></label>
<label>${words.code}<input name="code" value="123" inputmode="numeric" autocomplete="off"></label></div>
<button name="act" value="pay">${words.pay(amount)}</button><button class="quiet" name="act" value="close" formnovalidate>${words.close}</button></form>
<datalist id="cards">${cards.map(({ number }) => `<option value="${spaced(number)}">`).join('')}</datalist>
<details open><summary>${words.try}</summary><dl>${cards.map(({ number }) => `<dt>${spaced(number)}</dt><dd>${words.cards[number] ?? ''}</dd>`).join('')}</dl></details>`;
}

function errorOf({ last_payment_error: error }: Intent, words: Texts): string {
  if (!error) return '';
  return `<p class="error">${words.errors[error.decline_code ?? ''] ?? words.errors[error.code] ?? escaped(error.message)}</p>`;
}

/** Back to the shop as Stripe sends buyers back: with the PaymentIntent and how it went. */
function backTo(intent: Intent, form: URLSearchParams, words: Texts): string {
  const given = form.get('return_url') ?? '';
  if (!/^https?:/.test(given) || !URL.canParse(given)) return '';
  const url = new URL(given);
  url.searchParams.set('payment_intent', intent.id);
  url.searchParams.set('payment_intent_client_secret', intent.client_secret);
  url.searchParams.set('redirect_status', intent.status === 'succeeded' ? 'succeeded' : 'failed');
  return `<a class="button" href="${escaped(url.href)}">${words.back}</a>`;
}

function listOf(world: World, words: Texts): string {
  const waiting = [...world.intents.values()].filter(
    ({ status }) => status === 'requires_payment_method' || status === 'requires_action',
  );
  const links = waiting.toReversed().map((intent) => {
    const query = new URLSearchParams({ client_secret: intent.client_secret, lang: words.language });
    return `<li><a href="${path}?${escaped(String(query))}">${amountOf(intent)}<small>${escaped(intent.description ?? intent.id)}</small></a></li>`;
  });
  return `<h2>${words.waiting}</h2>${links.length > 0 ? `<ul>${links.join('')}</ul>` : `<p>${words.none}</p>`}`;
}

const amountOf = ({ amount, currency }: Intent): string =>
  `${currency.toUpperCase()} ${inMajorUnits(amount, currency)}`;
const spaced = (number: string): string => number.replace(/(.{4})(?=.)/g, '$1 ');

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

const style = `:root{color-scheme:light dark;--line:#c9ced6;--soft:#f3f4f6;--main:#22577a;--text:#1d232b;--paper:#fff;--error:#a4262c;--good:#1b6e3c}
@media(prefers-color-scheme:dark){:root{--line:#454c56;--soft:#14171b;--main:#7fb4d6;--text:#e6e9ed;--paper:#1e2227;--error:#ff9a9e;--good:#7bd49c}}
*{box-sizing:border-box}body{margin:0;background:var(--soft);color:var(--text);font:16px/1.5 system-ui,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif}
main{max-width:26rem;margin:0 auto;min-height:100vh;background:var(--paper);padding:1.25rem}
@media(min-width:32rem){main{margin:2.5rem auto;min-height:0;border:1px solid var(--line);border-radius:12px;padding:2rem}}
.notice{margin:0 0 1.25rem;padding:.6rem .8rem;border:1px dashed var(--line);border-radius:8px;font-size:.875rem}
h1{font-size:1.25rem;margin:0 0 .75rem}h2{font-size:1.1rem}.due{display:grid;margin:0 0 1.25rem}.due strong{font-size:2rem;line-height:1.3}
small{color:inherit;opacity:.7;display:block;overflow-wrap:anywhere}label{display:block;font-size:.875rem;margin-bottom:.9rem}
input{display:block;width:100%;margin-top:.25rem;padding:.7rem;font:inherit;font-size:1rem;color:inherit;background:transparent;border:1px solid var(--line);border-radius:8px}
.pair{display:grid;grid-template-columns:1fr 1fr;gap:.9rem}
button,.button{display:block;width:100%;margin-top:.75rem;padding:.8rem;font:inherit;font-weight:600;text-align:center;text-decoration:none;color:var(--paper);background:var(--main);border:1px solid var(--main);border-radius:8px;cursor:pointer}
.quiet{color:var(--main);background:transparent}.error{color:var(--error);font-weight:600}.done{color:var(--good);font-size:1.4rem;font-weight:600;margin:.5rem 0}
details{margin-top:1.5rem;font-size:.875rem}dl{display:grid;grid-template-columns:auto 1fr;gap:.25rem 1rem;margin:.5rem 0}dt{font-variant-numeric:tabular-nums}dd{margin:0}
ul{list-style:none;padding:0}li a{display:block;padding:.8rem 0;color:inherit;border-bottom:1px solid var(--line)}`;

function framed(words: Texts, content: string): string {
  return `<!doctype html><html lang="${words.language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>${words.title}</title><style>${style}</style></head><body><main><p class="notice">${words.simulator}</p><h1>${words.title}</h1>${content}</main></body></html>\n`;
}
