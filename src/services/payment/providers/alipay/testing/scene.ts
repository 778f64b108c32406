import { createRequire } from 'node:module';
import { money } from '#kernel/money.ts';
import { keepingSockets } from '#runtime/http/sockets.ts';
import type { MovableTime } from '#runtime/seams/scheduler.ts';
import type { Delivery } from '../../../../../../simulators/alipay/notifications.ts';
import type { AlipaySimulator, AlipaySimulatorOptions } from '../../../../../../simulators/alipay/simulator.ts';
import { alipayKeys, appKeys, merchant, startStage } from '../../../../../../simulators/alipay/testing/stage.ts';
import { dayOf, timeOf } from '../../../../../../simulators/alipay/wire-forms.ts';
import type { Flow, Provider, RawCallback } from '../../provider.ts';
import type { Forgery, Mishap, Scene, Simulated } from '../../testing/scene.ts';
import type { Means } from '../gateway.ts';
import type { AlipaySettings } from '../merchant.ts';
import { alipayProvider } from '../provider.ts';

// Loading the client takes a moment, which a request with little time should not have to wait for.
keepingSockets(() => createRequire(import.meta.url)('alipay-sdk'));

export interface Stage {
  readonly simulator: AlipaySimulator;
  readonly provider: Provider;
  readonly settings: AlipaySettings;
  readonly time: MovableTime;
  /** Another adapter of the same simulator. */
  adapter(changes?: Partial<AlipaySettings>, means?: Partial<Means>): Provider;
  stop(): Promise<void>;
}

/** The adapter and Alipay, played; nobody listens to notifications unless `notifyUrl` says who. */
export async function stage(
  changes: Partial<AlipaySettings> = {},
  options: Partial<AlipaySimulatorOptions> = {},
): Promise<Stage> {
  const { simulator, time } = await startStage(options);
  const settings: AlipaySettings = {
    ...{ appId: merchant.appId, sellerId: merchant.sellerId, privateKey: appKeys.privateKey },
    ...{ alipayPublicKey: alipayKeys.publicKey, gateway: simulator.gateway, timeoutMostMs: 10_000 },
    // Nobody is there, which is said at once.
    notifyUrl: `${simulator.url}/shop/notify`,
    ...changes,
  };
  const adapter: Stage['adapter'] = (more = {}, means = {}) =>
    alipayProvider({ ...settings, ...more }, { clock: time, scheduler: time, ...means });
  return { simulator, provider: adapter(), settings, time, adapter, stop: () => simulator.stop() };
}

export function rawOf(body: string, receivedAt: number): RawCallback {
  const headers = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };
  return { method: 'POST', path: '/v1/callbacks/alipay', headers, body: Buffer.from(body), receivedAt };
}

const troubles = {
  'no answer in time': 'no answer',
  'connection cut': 'cut',
  'server error': 'server error',
  'answer unsigned': 'unsigned',
  'answer forged': 'forged',
} as const;

/**
 * The scene that the suite of the port plays. It does what belongs to Alipay: once an order is opened, the buyer scans the code
 * or sees the page; a refund is asked after no sooner than ten seconds later; and who hears of a refund asks how much it was.
 */
export async function alipayScene(flow: Extract<Flow, 'qr' | 'page'>): Promise<Scene> {
  const { simulator, provider, adapter, time, stop } = await stage();
  const later = adapter({}, { clock: { now: () => time.now() + 10_000 } });
  const opening: Provider['open'] = async (charge, asking) => {
    const opened = await provider.open(charge, asking);
    if (opened.kind !== 'opened') return opened;
    if (opened.action.type === 'redirect') await fetch(opened.action.url);
    simulator.control.scan(charge.number);
    return opened;
  };
  const asked = new Map<string, ReturnType<Provider['readCallback']>>();
  const patient: Provider = {
    ...provider,
    open: opening,
    queryRefund: (refund, asking) => later.queryRefund(refund, { deadline: asking.deadline + 10_000 }),
    readCallback: (raw) => asked.get(Buffer.from(raw.body).toString()) ?? provider.readCallback(raw),
  };
  return {
    provider: patient,
    simulator: simulated(simulator, {
      time,
      hear: (raw) => askAfter(raw, patient, { asked, simulator, now: time.now }),
    }),
    charge: { flow, currency: 'CNY', returnUrl: 'https://shop.example/return', openid: null },
    declined: 'open',
    now: () => time.now(),
    move: (byMs) => time.move(byMs),
    stop,
  };
}

export const alipayMishaps = Object.keys(troubles).flatMap((what): Mishap[] => {
  const mishaps = [`${what}, not applied`, `${what}, applied`] as Mishap[];
  return what.startsWith('answer') ? mishaps.slice(1) : mishaps;
});

interface Hearing {
  readonly asked: Map<string, ReturnType<Provider['readCallback']>>;
  readonly simulator: AlipaySimulator;
  now(): number;
}

async function askAfter(raw: RawCallback, provider: Provider, { asked, simulator, now }: Hearing): Promise<void> {
  const told = provider.readCallback(raw);
  if (told.kind !== 'refund' || told.state.kind !== 'processing') return;
  const number = new URLSearchParams(Buffer.from(raw.body).toString()).get('out_trade_no') ?? '';
  const order = simulator.books.orders.get(number);
  if (!order) return;
  const amount = money(order.amount, 'CNY');
  const charge = { number, reference: null, amount, openedAt: now(), expiresAt: now() };
  const name = { number: told.number, reference: null, charge, transaction: null, amount, askedAt: now() };
  const state = await provider.queryRefund(name, { deadline: now() + 20_000 });
  asked.set(Buffer.from(raw.body).toString(), { ...told, state });
}

function simulated(
  simulator: AlipaySimulator,
  { time, hear }: { readonly time: Stage['time']; hear(raw: RawCallback): Promise<void> },
): Simulated {
  const { control, books, notifications } = simulator;
  const yuan = (amounts: readonly bigint[]) => amounts.map((amount) => money(amount, 'CNY'));
  const rawOfDelivery = ({ body, at }: Delivery): RawCallback => rawOf(body, at);
  return {
    pay: async (number) => control.pay(number),
    decline: async (number) => void control.decline(number),
    // Alipay gives money back at once.
    settleRefunds: async () => undefined,
    failNext(mishap) {
      const [what = '', applied] = mishap.split(', ');
      control.fail({ trouble: troubles[what as keyof typeof troubles], applied: applied === 'applied' });
    },
    async callbacks() {
      await notifications.idle();
      const sent = notifications.deliveries.map(rawOfDelivery);
      for (const raw of sent) await hear(raw);
      return sent;
    },
    async forge(number, forgery) {
      const changes = changesOf(forgery, time.now());
      if (changes === null) return null;
      const body = control.forge(number, changes, { key: forgery === 'signature' ? 'stranger' : 'alipay' });
      return body === undefined ? null : rawOf(body, time.now());
    },
    captures: (number) => yuan(books.captures(number)),
    refunds: (number) => yuan(books.refunds(number)),
    today: () => dayOf(time.now()),
    async issueBill(day) {
      const noon = Date.parse(`${day}T00:00:00+08:00`) + 37 * hourMs;
      time.move(noon - time.now());
    },
    billFile: (day) => control.billFile(day),
  };
}

const hourMs = 3_600_000;

function changesOf(forgery: Forgery, now: number): Readonly<Record<string, string>> | null {
  switch (forgery) {
    case 'signature':
      return {};
    case 'stale':
      // An hour is nothing: Alipay itself tries for 25.
      return null;
    case 'early':
      return { notify_time: timeOf(now + hourMs) };
    case 'merchant':
      return { seller_id: '2088999999999999' };
    case 'app':
      return { app_id: '2021999999999999' };
    case 'amount':
      return { total_amount: '12.35' };
    case 'currency':
      return { trans_currency: 'USD' };
  }
}
