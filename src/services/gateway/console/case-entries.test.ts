import { describe, expect, it } from 'vitest';
import type { SaidMessage } from '#contracts/http/runtime.ts';
import type { History } from '../story/history.ts';
import { entriesOf } from './case-entries.ts';

const at = '2026-01-05T08:00:00.000Z';
const message = (source: string, position: number, type: string, cause: string): SaidMessage => ({
  ...{ source, position, type: `${source}.${type}`, version: 1, key: 'ord_1', time: at, causationId: cause },
  traceparent: `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01`,
  data: { reason: 'expired' },
});
const historyOf = (messages: readonly SaidMessage[], given: Partial<History> = {}): History => ({
  ...{ key: 'ord_1', messages, calls: [], deadLetters: [], missing: [], heard: new Map() },
  ...given,
});

describe('entries of one moment', () => {
  it('stand after what caused them, and what one service said in its order', () => {
    const messages = [
      message('inventory', 9, 'stock-reduced', 'ordering/11'),
      message('ordering', 12, 'order-confirmed', 'inventory/9'),
      message('ordering', 10, 'order-paid', 'payment/3'),
      message('ordering', 11, 'reduce-stock', 'payment/3'),
      message('payment', 3, 'payment-success', 'request/1'),
    ];
    expect(entriesOf(historyOf(messages), [], []).map(({ id }) => id)).toEqual([
      'payment/3',
      'ordering/10',
      'ordering/11',
      'inventory/9',
      'ordering/12',
    ]);
  });
});

describe('a message', () => {
  it('that changes the status is a transition, and says why', () => {
    const [entry] = entriesOf(historyOf([message('ordering', 1, 'order-cancelled', 'timer/order')]), [], []);
    expect(entry).toMatchObject({
      kind: 'transition',
      title: 'OrderCancelled',
      status: 'CANCELLED',
      summary: 'CANCELLED: expired; nobody listens',
    });
  });

  it('names who heard it, and who is still to', () => {
    const heard = (position: number): History['heard'] =>
      new Map([['payment', [{ source: 'ordering', types: ['ordering.close-payment'], position, ahead: 0 }]]]);
    const ask = message('ordering', 5, 'close-payment', 'timer/order');
    const [before] = entriesOf(historyOf([ask], { heard: heard(4) }), [], []);
    const [after] = entriesOf(historyOf([ask], { heard: heard(5) }), [], []);
    expect([before?.summary, after?.summary]).toEqual(['heard by nobody yet', 'heard by payment']);
    expect(after).toMatchObject({ from: 'ordering', to: ['payment'], traceId: '1'.repeat(32) });
  });
});

describe('what is secret', () => {
  it('is masked, however deep, and that it was there is shown', () => {
    const raw = {
      action: { type: 'card', clientSecret: 'pi_1_secret_abc', publishableKey: 'pk_1' },
      headers: { 'stripe-signature': 't=1', host: 'shop' },
      body: '{"client_secret":"pi_1_secret_abc"}',
      openid: null,
    };
    const record = { at, kind: 'attempt' as const, id: 'att_1', title: 'Attempt 1', summary: '', raw };
    const [entry] = entriesOf(historyOf([]), [{ service: 'payment', record }], []);
    expect(entry?.raw).toEqual({
      action: { type: 'card', clientSecret: '•••', publishableKey: 'pk_1' },
      headers: { 'stripe-signature': '•••', host: 'shop' },
      body: '{"client_secret":"pi_1_secret_•••"}',
      openid: null,
    });
  });
});
