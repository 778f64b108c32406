import type { KeyObject } from 'node:crypto';
import { announce } from './announcing.ts';
import { Books, type Trade } from './books.ts';
import type { Content } from './content.ts';
import { Control, runCommand } from './control.ts';
import { type Fault, troubleContent } from './faults.ts';
import { type MethodMeans, methods } from './methods.ts';
import { Notifications } from './notifications.ts';
import { listPage, messagePage, orderPage } from './phone.ts';
import { textsFor } from './phone-texts.ts';
import { type GateRefusal, type GatewayRequest, type Merchant, readRequest } from './request.ts';
import { html, type Incoming, json, listen, type Outgoing, redirect } from './server.ts';
import { contentOf, signatureOf } from './signing.ts';
import { dayOf, timeOf, yuanOf } from './wire-forms.ts';

export interface AlipaySimulatorOptions {
  readonly clock: { now(): number };
  /** All waiting goes by it: moved, it makes notifications come that are due. */
  readonly scheduler: { after(delayMs: number, run: () => void): () => void };
  readonly merchant: Merchant;
  /** Alipay's own private key: it signs answers and notifications. */
  readonly key: KeyObject;
  readonly port?: number;
  readonly host?: string;
  /** Where it is reached from outside, if not by the port it listens on. */
  readonly publicUrl?: string;
  /** What Alipay keeps of a payment, in hundredths of a percent; 60 unless told otherwise. */
  readonly feeBasisPoints?: number;
  /** Whether closing what nobody has scanned ends the code. People report that it does; Alipay's pages promise nothing. */
  readonly codesDieWhenClosed?: boolean;
}

export interface AlipaySimulator {
  readonly url: string;
  readonly gateway: string;
  readonly books: Books;
  readonly control: Control;
  readonly notifications: Notifications;
  /** Every request to the gateway that carried our signature, and what was said to it; the oldest first. */
  readonly requests: readonly { readonly request: GatewayRequest; readonly content: Content }[];
  /** How many requests came to the gateway, whatever they were. */
  readonly received: () => number;
  stop(): Promise<void>;
}

const pagePay = 'alipay.trade.page.pay';
const known = new Set([...Object.keys(methods), pagePay]);
const unavailable: Content = { code: '20000', msg: 'Service Currently Unavailable', sub_code: 'isp.unknow-error' };
const hourMs = 3_600_000;
const addressGoodForMs = 30_000;

/** Alipay's open gateway, played on this machine: strict about what it is sent, and with books of its own. */
export async function startAlipaySimulator(options: AlipaySimulatorOptions): Promise<AlipaySimulator> {
  const simulator = new Simulator(options);
  const server = await listen((incoming) => simulator.handle(incoming), {
    host: options.host ?? '127.0.0.1',
    port: options.port ?? 0,
  });
  simulator.url = options.publicUrl ?? `http://${options.host ?? '127.0.0.1'}:${server.port}`;
  const { books, control, notifications, requests } = simulator;
  return {
    ...{ url: simulator.url, gateway: `${simulator.url}/gateway.do`, books, control, notifications, requests },
    received: () => simulator.received,
    async stop() {
      await notifications.stop();
      simulator.stop();
      await server.stop();
    },
  };
}

class Simulator {
  url = '';
  received = 0;
  readonly requests: { request: GatewayRequest; content: Content }[] = [];
  readonly books: Books;
  readonly notifications: Notifications;
  readonly control: Control;
  readonly #options: AlipaySimulatorOptions;
  readonly #means: MethodMeans;
  readonly #bills = new Map<string, { readonly day: string; readonly until: number }>();
  readonly #alarms = new Map<string, () => void>();

  constructor(options: AlipaySimulatorOptions) {
    this.#options = options;
    const { key, merchant, clock, scheduler } = options;
    const now = (): number => clock.now();
    this.books = new Books(options.feeBasisPoints ?? 60, (trade) => this.notifications.tell(trade));
    const after = (delayMs: number, run: () => void) => scheduler.after(delayMs, run);
    const refundedOf = (trade: Trade): bigint => this.books.refundedOf(trade);
    this.notifications = new Notifications({ ...merchant, key, now, after, refundedOf });
    const { books, notifications } = this;
    this.control = new Control({ books, notifications, key, sellerId: merchant.sellerId, now });
    this.#means = {
      ...{ books, now, codesDieWhenClosed: options.codesDieWhenClosed ?? false },
      phoneAddress: (token) => `${this.url}/_simulator/phone?code=${token}`,
      notify: (trade, refundNumber) => notifications.tell(trade, refundNumber),
      billAddress: (day) => this.#billAddress(day),
    };
  }

  stop(): void {
    for (const cancel of this.#alarms.values()) cancel();
  }

  async handle(incoming: Incoming): Promise<Outgoing | 'cut' | 'no answer'> {
    const { pathname } = incoming.url;
    if (pathname === '/gateway.do') return this.#gateway(incoming);
    if (pathname === '/downloadBillFile.resource') return this.#download(incoming.url.searchParams.get('token') ?? '');
    if (pathname === '/_simulator/phone')
      return incoming.method === 'POST' ? this.#act(incoming) : this.#phone(incoming);
    if (pathname === '/_simulator/bill') return this.#bill(incoming.url.searchParams.get('day') ?? '');
    if (pathname === '/_simulator/books') return json(this.#shownBooks());
    if (pathname === '/_simulator/control' && incoming.method === 'POST') return await this.#command(incoming);
    return { status: 404 };
  }

  #gateway(incoming: Incoming): Outgoing | 'cut' | 'no answer' {
    this.received += 1;
    const isForm = /^application\/x-www-form-urlencoded\b/.test(incoming.headers['content-type'] ?? '');
    const form = isForm ? [...new URLSearchParams(incoming.body)] : [];
    const { method, request } = readRequest([...incoming.url.searchParams, ...form], this.#options.merchant, known);
    if (method === pagePay) return this.#cashier(incoming, request);
    const fault = this.control.faults.next(method);
    const isApplied = !fault || (fault.applied && typeof fault.trouble === 'string');
    const answer = isApplied ? this.#answer(request) : unavailable;
    return this.#reply(method, (fault && troubleContent(fault.trouble)) ?? answer, fault);
  }

  #answer(request: GatewayRequest | GateRefusal): Content {
    if (!('method' in request)) {
      return { code: request.code, msg: 'Invalid Arguments', sub_code: request.subCode, sub_msg: request.detail };
    }
    const content = methods[request.method]?.(request, this.#means) ?? {
      code: '20000',
      msg: 'Service Currently Unavailable',
    };
    this.requests.push({ request, content });
    this.#watch(String(request.content.out_trade_no ?? ''));
    return content;
  }

  /** A trade whose time is over is closed, and that is told, also when nobody asks. */
  #watch(number: string): void {
    const order = this.books.orders.get(number);
    if (!order || this.#alarms.has(number)) return;
    const cancel = this.#options.scheduler.after(order.payUntil - this.#means.now(), () => {
      this.#alarms.delete(number);
      this.books.tradeOf(number, this.#means.now());
    });
    this.#alarms.set(number, cancel);
  }

  /** Answers are signed over the characters of the inner object as they are sent, escaped slashes and all. */
  #reply(method: string, content: Content, fault: Fault | undefined): Outgoing | 'cut' | 'no answer' {
    const trouble = fault?.trouble;
    if (trouble === 'cut' || trouble === 'no answer') return trouble;
    if (trouble === 'server error') return html('<html><body><h1>502 Bad Gateway</h1></body></html>', 502);
    const key = method === '' ? 'error_response' : `${method.replaceAll('.', '_')}_response`;
    const inner = JSON.stringify(content).replaceAll('/', '\\/');
    const signer = trouble === 'forged' ? this.control.strangersKey() : this.#options.key;
    const isSigned = trouble !== 'unsigned' && content.sub_code !== 'isv.invalid-app-id';
    const sign = isSigned ? `,"sign":"${signatureOf(inner, signer)}"` : '';
    const headers = {
      'content-type': 'text/html;charset=utf-8',
      trace_id: `sim${String(this.received).padStart(29, '0')}`,
    };
    const date = new Date(this.#means.now()).toUTCString();
    return { status: 200, headers: { ...headers, date }, body: `{"${key}":${inner}${sign}}` };
  }

  /** The buyer's browser brings an order: the cashier's page makes a trade of it. */
  #cashier(incoming: Incoming, request: GatewayRequest | GateRefusal): Outgoing {
    const texts = textsFor(null, incoming.headers['accept-language']);
    if (!('method' in request)) return html(messagePage(texts, `${texts.refused}: ${request.subCode}`), 400);
    const order = announce('page', request, this.#means);
    if ('code' in order) return html(messagePage(texts, `${texts.refused}: ${String(order.sub_code)}`), 400);
    this.requests.push({ request, content: { code: '10000' } });
    this.#watch(order.number);
    return redirect(this.#means.phoneAddress(order.token));
  }

  #phone({ url, headers }: Incoming): Outgoing {
    const texts = textsFor(url.searchParams.get('lang'), headers['accept-language']);
    const now = this.#means.now();
    const token = url.searchParams.get('code');
    if (!token) {
      const isOpen = (number: string): boolean =>
        (this.books.tradeOf(number, now)?.status ?? 'WAIT_BUYER_PAY') === 'WAIT_BUYER_PAY';
      const orders = [...this.books.orders.values()].filter(({ number, payUntil }) => now < payUntil && isOpen(number));
      return html(listPage(orders.reverse(), texts));
    }
    const order = this.books.orderOf(token);
    if (!order) return html(messagePage(texts, texts.gone), 404);
    const trade = this.books.scan(order.number, now);
    const declined = url.searchParams.get('done') === 'decline' && trade?.status === 'WAIT_BUYER_PAY';
    return html(orderPage({ order, trade, declined, backUrl: trade && this.#backUrl(trade) }, texts));
  }

  #act({ body }: Incoming): Outgoing {
    const form = new URLSearchParams(body);
    const [token, act, lang] = ['code', 'act', 'lang'].map((name) => form.get(name) ?? '') as [string, string, string];
    const number = this.books.orderOf(token)?.number ?? '';
    if (act === 'pay') this.control.pay(number);
    if (act === 'close') this.control.giveUp(number);
    const query = new URLSearchParams({ code: token, lang, done: act });
    return redirect(`/_simulator/phone?${query}`);
  }

  /** The browser carries the result home, signed like a request; a buyer may never come back, so nothing hangs on it. */
  #backUrl({ order, tradeNo, status }: Trade): string | undefined {
    if (!order.returnUrl || status === 'WAIT_BUYER_PAY') return undefined;
    const { appId, sellerId } = this.#options.merchant;
    const told = {
      ...{
        charset: 'utf-8',
        out_trade_no: order.number,
        method: `${pagePay}.return`,
        total_amount: yuanOf(order.amount),
      },
      ...{
        trade_no: tradeNo,
        auth_app_id: appId,
        version: '1.0',
        app_id: appId,
        sign_type: 'RSA2',
        seller_id: sellerId,
      },
      timestamp: timeOf(this.#means.now()),
    };
    const url = new URL(order.returnUrl);
    const sign = signatureOf(contentOf(told, ['sign_type']), this.#options.key);
    for (const [name, value] of Object.entries({ ...told, sign })) url.searchParams.set(name, value);
    return url.toString();
  }

  /** A day's bill is there from nine in the morning of the next; of a day without any movement there is none. */
  #billAddress(day: string): string | undefined {
    const now = this.#means.now();
    const start = Date.parse(`${day}T00:00:00+08:00`);
    const hasLines = this.books.movements.some(({ at }) => dayOf(at) === day);
    if (now < start + 33 * hourMs || !hasLines) return undefined;
    const token = this.books.token();
    this.#bills.set(token, { day, until: now + addressGoodForMs });
    const query = new URLSearchParams({
      bizType: 'trade',
      fileType: 'csv.zip',
      bizDates: day.replaceAll('-', ''),
      token,
    });
    return `${this.url}/downloadBillFile.resource?${query}`;
  }

  #download(token: string): Outgoing | 'cut' | 'no answer' {
    const fault = this.control.faults.next('download');
    if (fault?.trouble === 'cut' || fault?.trouble === 'no answer') return fault.trouble;
    const bill = this.#bills.get(token);
    if (!bill || this.#means.now() >= bill.until || fault) return { status: 403 };
    const headers = { 'content-type': 'application/octet-stream' };
    return { status: 200, headers, body: this.control.billFile(bill.day) };
  }

  /** The same bill for a person, whenever it is wanted. */
  #bill(day: string): Outgoing {
    if (!/^\d{4}-\d{2}-\d{2}$/.test(day)) return { status: 400 };
    const name = `${this.#options.merchant.sellerId}_${day}.csv.zip`;
    const headers = { 'content-type': 'application/zip', 'content-disposition': `attachment; filename="${name}"` };
    return { status: 200, headers, body: this.control.billFile(day) };
  }

  async #command({ body, headers }: Incoming): Promise<Outgoing> {
    // A page of somebody else's, open in the same browser, cannot send this type without asking.
    if (!/^application\/json\b/.test(headers['content-type'] ?? '')) return { status: 415 };
    try {
      return json({ result: await runCommand(this.control, this.notifications, JSON.parse(body)) });
    } catch (error) {
      return json({ error: error instanceof Error ? error.message : 'no command' }, 400);
    }
  }

  #shownBooks(): unknown {
    return [...this.books.orders.keys()].map((number) => {
      const trade = this.books.tradeOf(number, this.#means.now());
      const { status = null, tradeNo = null } = trade ?? {};
      return { number, status, tradeNo, captures: this.books.captures(number), refunds: this.books.refunds(number) };
    });
  }
}
