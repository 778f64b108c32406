import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { billOf, type PlantedError } from './bill.ts';
import type { Books, Trade } from './books.ts';
import { type Fault, Faults } from './faults.ts';
import type { Disturbance, Notifications } from './notifications.ts';
import { signedForm } from './signing.ts';
import { dayOf } from './wire-forms.ts';

export interface ControlMeans {
  readonly books: Books;
  readonly notifications: Notifications;
  readonly key: KeyObject;
  readonly sellerId: string;
  now(): number;
}

/** What only the simulator's owner can do; over HTTP the same as JSON (`POST /_simulator/control`, `{"do": "pay", …}`). */
export class Control {
  readonly faults = new Faults();
  readonly #errors: PlantedError[] = [];
  readonly #means: ControlMeans;
  #strangersKey: KeyObject | undefined;

  constructor(means: ControlMeans) {
    this.#means = means;
  }

  /** The buyer scans the code, and does nothing yet. */
  scan(number: string): boolean {
    return this.#means.books.scan(number, this.#means.now())?.status === 'WAIT_BUYER_PAY';
  }

  /** Scans and pays; whether the money was taken. */
  pay(number: string): boolean {
    const trade = this.#means.books.pay(number, this.#means.now());
    if (trade) this.#means.notifications.tell(trade);
    return trade !== undefined;
  }

  /** Scans, and the bank refuses: the trade goes on waiting, and nobody is told. */
  decline(number: string): boolean {
    return this.scan(number);
  }

  /** The buyer closes the trade. */
  giveUp(number: string): boolean {
    const trade = this.#means.books.scan(number, this.#means.now());
    if (trade?.status !== 'WAIT_BUYER_PAY') return false;
    this.#means.books.close(trade, this.#means.now());
    this.#means.notifications.tell(trade);
    return true;
  }

  /** Three months later: the trade can no longer be refunded. */
  finish(number: string): boolean {
    const trade = this.#means.books.tradeOf(number, this.#means.now());
    if (trade?.status !== 'TRADE_SUCCESS') return false;
    trade.status = 'TRADE_FINISHED';
    this.#means.notifications.tell(trade);
    return true;
  }

  /** For the next request, or the next of one method. */
  fail(fault: Fault): void {
    this.faults.add(fault);
  }

  disturbNotifications(disturbance: Disturbance): void {
    this.#means.notifications.disturb(disturbance);
  }

  /**
   * A notification that Alipay never sent, of a trade it knows: its parameters with some replaced, signed by Alipay's key or by
   * a stranger's. Undefined where there is no such trade.
   */
  forge(
    number: string,
    changes: Readonly<Record<string, string>>,
    options: { readonly key?: 'alipay' | 'stranger'; readonly refund?: string } = {},
  ): string | undefined {
    const trade = this.#means.books.tradeOf(number, this.#means.now());
    if (!trade) return undefined;
    const parameters = { ...this.#means.notifications.parametersOf(trade, options.refund, 999), ...changes };
    return signedForm(parameters, options.key === 'stranger' ? this.strangersKey() : this.#means.key).toString();
  }

  /** Forges one and sends it to where the trade's notifications go. */
  async sendForged(...[number, changes, options]: Parameters<Control['forge']>): Promise<string | undefined> {
    const body = this.forge(number, changes, options);
    const url = this.#tradeOf(number)?.order.notifyUrl;
    return body && url ? await this.#means.notifications.send(url, body) : undefined;
  }

  plant(error: PlantedError): void {
    this.#errors.push(error);
  }

  /** The bill of a day as it is now, planted errors in it; also where Alipay would not have made it yet. */
  billFile(day: string): Buffer {
    const { books, sellerId, now } = this.#means;
    return billOf(day, books.movements, { sellerId, errors: this.#errors, madeAt: now() });
  }

  /** The day in China. */
  today(): string {
    return dayOf(this.#means.now());
  }

  strangersKey(): KeyObject {
    this.#strangersKey ??= generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
    return this.#strangersKey;
  }

  #tradeOf(number: string): Trade | undefined {
    return this.#means.books.tradeOf(number, this.#means.now());
  }
}

/** Runs a command that came as JSON; what it returns is the answer. Throws a RangeError for what is no command. */
export async function runCommand(control: Control, notifications: Notifications, command: Command): Promise<unknown> {
  const number = String(command.number ?? '');
  switch (command.do) {
    case 'scan':
    case 'pay':
    case 'decline':
    case 'giveUp':
    case 'finish':
      return control[command.do](number);
    case 'fail':
      return control.fail(command.fault as Fault);
    case 'clearFaults':
      return control.faults.clear();
    case 'disturbNotifications':
      return control.disturbNotifications((command.disturbance ?? {}) as Disturbance);
    case 'releaseNotifications':
      return notifications.release(command.order === 'newest first' ? 'newest first' : 'as they came');
    case 'forge':
      return await control.sendForged(number, (command.changes ?? {}) as Record<string, string>, command.options ?? {});
    case 'plant':
      return control.plant({ ...(command.error as object), ...fenIn(command.error) } as PlantedError);
    default:
      throw new RangeError(`no command: ${String(command.do)}`);
  }
}

export interface Command {
  readonly do?: unknown;
  readonly number?: unknown;
  readonly fault?: unknown;
  readonly disturbance?: unknown;
  readonly order?: unknown;
  readonly changes?: unknown;
  readonly options?: { readonly key?: 'alipay' | 'stranger'; readonly refund?: string };
  readonly error?: unknown;
}

function fenIn(error: unknown): { fen?: bigint } {
  const { fen } = (error ?? {}) as { fen?: unknown };
  return typeof fen === 'number' ? { fen: BigInt(fen) } : {};
}
