import type { Instant } from '../../src/kernel/clock.ts';
import type {
  ChargeName,
  ChargeState,
  Opened,
  Provider,
  ProviderCharge,
  RawCallback,
  RefundOrder,
  RefundState,
} from '../../src/services/payment/service.ts';
import { PlayedBooks, type PlayedCharge, type PlayedRefund } from './books.ts';
import { forged, type Notice, ours, type PlayedForgery, read, signed } from './callbacks.ts';
import { type Habits, habitsOf, type PlayedMethod } from './habits.ts';

/**
 * What befalls a request: it is not carried out; it is, and nobody hears of it; or it is some time after everybody has given it
 * up, which is for openings and closings alone: a request to give money back that is kept for later is not carried out.
 */
export type PlayedMishap = 'not applied' | 'applied' | 'applied later';

const notAtPresent = { code: 'NO_AUTH', detail: 'not at present' };
const notOpened: Opened = { kind: 'refused', ...notAtPresent };
const notRefunded: RefundState = { kind: 'failed', ...notAtPresent };

type Unknown = Extract<ChargeState, { readonly kind: 'unknown' }>;

/**
 * A provider behind the port, without a wire: it does what the adapter of that provider makes of the real one, and keeps to the
 * same conformance suite. For tests that try thousands of courses, each the same whenever it is played again.
 */
export class PlayedProvider implements Omit<Provider, 'fetchBill' | 'readBill' | 'check' | 'renewal'> {
  readonly method: PlayedMethod;
  readonly books = new PlayedBooks();
  /** Said and not yet delivered by anybody. */
  readonly notices: Notice[] = [];
  readonly acknowledgement = { status: 200, contentType: null, body: '' };
  readonly refusal = { status: 400, contentType: null, body: 'no' };
  readonly #habits: Habits;
  readonly #now: () => Instant;
  #mishap: PlayedMishap | undefined;
  #refuses: 'open' | 'refund' | undefined;
  #late: { readonly number: string; readonly apply: () => unknown }[] = [];
  #count = 0;

  constructor(method: PlayedMethod, now: () => Instant, habits: Habits = habitsOf[method]) {
    this.method = method;
    this.#habits = habits;
    this.#now = now;
  }

  /** What shall befall the next request. */
  failNext(mishap: PlayedMishap): void {
    this.#mishap = mishap;
  }

  /** The next of these is refused: the merchant's account is not in order at that moment. */
  refuseNext(what: 'open' | 'refund'): void {
    this.#refuses = what;
  }

  /** From now on nothing goes wrong; what was on its way arrives. */
  recover(): void {
    this.#mishap = undefined;
    this.#refuses = undefined;
    for (const { apply } of this.#late.splice(0)) apply();
  }

  scan(number: string): void {
    const charge = this.books.charges.get(number);
    if (charge && this.#isPayable(charge)) charge.isBegun = true;
  }

  pay(number: string): boolean {
    const charge = this.books.charges.get(number);
    if (!charge || !this.#isPayable(charge)) return false;
    const transaction = `${this.method}-${this.#next()}`;
    Object.assign(charge, { state: 'paid', isBegun: true, transaction, paidAt: this.#now() });
    this.books.captures.push({ number, amount: charge.amount });
    this.#say('charge', number, charge.amount, transaction);
    return true;
  }

  decline(number: string): void {
    const charge = this.books.charges.get(number);
    if (!charge || !this.#isPayable(charge)) return;
    charge.isBegun = true;
    if (this.#habits.declineIsFinal) charge.state = 'failed';
  }

  settleRefunds(): void {
    for (const refund of this.books.refunds.values()) this.#settle(refund);
  }

  async open(charge: ProviderCharge): Promise<Opened> {
    // What it has opened, it does not refuse.
    const refusal: Opened | undefined = this.books.charges.has(charge.number) ? undefined : notOpened;
    const opened = this.#asked('open', () => this.#open(charge), { refusal, number: charge.number });
    if (opened.kind === 'refused') this.#late = this.#late.filter(({ number }) => number !== charge.number);
    return opened;
  }

  async query(name: ChargeName): Promise<ChargeState> {
    return this.#asked('query', () => this.#stateOf(name));
  }

  async close(name: ChargeName): Promise<ChargeState> {
    return this.#asked(
      'close',
      () => {
        const charge = this.books.charges.get(name.number);
        if (charge?.state === 'open' && charge.isBegun) charge.state = 'closed';
        return this.#stateOf(name);
      },
      name,
    );
  }

  async refund(order: RefundOrder): Promise<RefundState> {
    return this.#asked<RefundState>('refund', () => this.#refund(order), { refusal: notRefunded });
  }

  async queryRefund({ number }: { readonly number: string }): Promise<RefundState> {
    return this.#asked<RefundState>('query', () => {
      const refund = this.books.refunds.get(number);
      return refund ? this.#refundState(refund) : { kind: 'absent' };
    });
  }

  readCallback(raw: RawCallback): ReturnType<Provider['readCallback']> {
    return read(raw, this.method);
  }

  /** A notice as it is sent now: each delivery is signed anew. */
  sent(notice: Notice): RawCallback {
    return signed(notice, this.method, this.#now());
  }

  /** A callback that this provider has not sent, about a charge that is paid. */
  forge(number: string, forgery: PlayedForgery): RawCallback | null {
    const notice = this.notices.findLast((one) => one.about === 'charge' && one.number === number);
    return notice ? forged({ ...notice, at: this.#now() }, this.method, forgery) : null;
  }

  #open(wanted: ProviderCharge): Opened {
    const { number, amount, expiresAt } = wanted;
    const known = this.books.charges.get(number);
    if (!known && this.#now() >= expiresAt) return { kind: 'refused', code: 'EXPIRED', detail: 'too late' };
    if (known && known.state !== 'open') return { kind: 'state', state: this.#stateOf(wanted) };
    const isBegun = known?.isBegun ?? !this.#habits.beginsWhenScanned;
    const base = {
      number,
      method: this.method,
      amount,
      expiresAt,
      state: 'open',
      transaction: null,
      paidAt: 0,
    } as const;
    this.books.charges.set(number, { ...base, isBegun });
    const reference = this.#habits.names ? `pi_${number}` : null;
    return { kind: 'opened', reference, action: { type: 'qr_code', content: `code:${number}`, expiresAt } };
  }

  #stateOf({ number, expiresAt }: ChargeName): ChargeState {
    const charge = this.books.charges.get(number);
    const isOver = this.#now() >= expiresAt;
    if (!charge || (charge.state === 'open' && !charge.isBegun)) {
      return isOver ? { kind: 'closed', code: 'NEVER' } : { kind: 'open' };
    }
    const { state, amount, transaction, paidAt } = charge;
    if (state === 'paid') return { kind: 'paid', amount, transaction: transaction ?? '', paidAt };
    return state === 'open' ? { kind: 'open' } : { kind: state, code: state.toUpperCase() };
  }

  #refund({ number, charge: { number: ofCharge }, amount }: RefundOrder): RefundState {
    const known = this.books.refunds.get(number);
    if (known) return this.#refundState(known);
    const charge = this.books.charges.get(ofCharge);
    if (charge?.state !== 'paid' || amount.amount > this.books.leftOf(ofCharge)) {
      return { kind: 'failed', code: 'TOO_MUCH', detail: 'more than there is' };
    }
    const refund = { number, charge, amount, isSettled: false };
    this.books.refunds.set(number, refund);
    if (!this.#habits.refundsLater) this.#settle(refund);
    return this.#refundState(refund);
  }

  #refundState({ isSettled, amount }: PlayedRefund): RefundState {
    if (!isSettled) return { kind: 'processing', reference: null };
    return { kind: 'refunded', amount, reference: null, refundedAt: this.#now() };
  }

  #settle(refund: PlayedRefund): void {
    if (refund.isSettled) return;
    refund.isSettled = true;
    this.#say('refund', refund.number, refund.amount, '');
  }

  #isPayable({ state, expiresAt }: PlayedCharge): boolean {
    return state === 'open' && (!this.#habits.endsByItself || this.#now() < expiresAt);
  }

  #asked<State>(
    what: 'open' | 'refund' | 'query' | 'close',
    apply: () => State,
    { refusal, number = '' }: { readonly refusal?: State | undefined; readonly number?: string } = {},
  ): State | Unknown {
    const mishap = this.#mishap;
    this.#mishap = undefined;
    if (mishap === undefined && refusal !== undefined && this.#refuses === what) {
      this.#refuses = undefined;
      return refusal;
    }
    if (mishap === undefined) return apply();
    if (mishap === 'applied') apply();
    if (mishap === 'applied later' && (what === 'open' || what === 'close')) this.#late.push({ number, apply });
    return { kind: 'unknown', reason: mishap };
  }

  #say(about: Notice['about'], number: string, amount: Notice['amount'], transaction: string): void {
    const id = `${about}-${this.#next()}`;
    this.notices.push({ id, about, number, amount, transaction, at: this.#now(), ...ours });
  }

  #next(): string {
    this.#count += 1;
    return String(this.#count).padStart(6, '0');
  }
}
