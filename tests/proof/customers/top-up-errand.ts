import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { logIn, register } from '../../../src/contracts/http/identity.ts';
import { topUpWallet } from '../../../src/contracts/http/top-ups.ts';
import { getWallet } from '../../../src/contracts/http/wallet.ts';
import { expectStatus } from '../../support/trade.ts';
import { type Desk, Unanswered } from './desk.ts';
import type { HouseErrand } from './house-errands.ts';
import type { Phone } from './phone.ts';

const amount = { amount: 5_000, currency: 'CNY' };

/** Somebody new puts money into their wallet by way of a provider. */
export class TopUpErrand implements HouseErrand {
  readonly #desk: Desk;
  readonly #phone: Phone;
  readonly #account = { email: `${randomUUID()}@example.com`, password: 'correct horse battery' };
  readonly #key = randomUUID();
  #token: string | undefined;
  #code: string | undefined;
  #isDone = false;

  constructor(desk: Desk, phone: Phone) {
    this.#desk = desk;
    this.#phone = phone;
  }

  async run(): Promise<void> {
    this.#token ??= await this.#enter();
    if (this.#isDone) return;
    const { status, action } = await this.#ask();
    if (action?.type === 'qr_code') this.#code = action.content;
    if (status !== 'SUCCEEDED') {
      if (this.#code !== undefined) this.#phone.pay(this.#code);
      throw new Unanswered(`the top-up is ${status}`);
    }
    this.#isDone = this.#desk.noted(true);
  }

  async confirm(): Promise<void> {
    if (this.#isDone) expect((await this.#ask()).status).toBe('SUCCEEDED');
  }

  async check(): Promise<void> {
    const token = this.#token ?? '';
    const { balance } = expectStatus(await this.#desk.ask(getWallet, {}, { token }), 200);
    if (this.#isDone && balance.amount === 0) throw new Unanswered('the wallet has not heard of it yet');
    expect(balance.amount).toBe(this.#isDone ? amount.amount : 0);
    if (this.#isDone) expect(this.#phone.booked(this.#code ?? '')).toEqual({ taken: [amount.amount], back: [] });
  }

  async #ask() {
    const input = { body: { amount, method: 'wechat' } as const, idempotencyKey: this.#key };
    return expectStatus(await this.#desk.ask(topUpWallet, input, { token: this.#token ?? '' }), 201);
  }

  /** A registration has no key: one whose answer was lost has taken the address. */
  async #enter(): Promise<string> {
    const nobody = { token: '' };
    const reply = await this.#desk.ask(register, { body: { ...this.#account, name: 'Customer' } }, nobody);
    if (reply.status !== 409) return expectStatus<typeof register, 201>(reply, 201).accessToken;
    return expectStatus(await this.#desk.ask(logIn, { body: this.#account }, nobody), 200).accessToken;
  }
}
