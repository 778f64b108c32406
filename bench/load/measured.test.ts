import { expect, test } from 'vitest';
import { Measured } from './measured.ts';

test('an order counts once, as what it ends up as', () => {
  const measured = new Measured();
  measured.becomes('PENDING');
  measured.becomes('PENDING');
  measured.becomes('CONFIRMED', 'PENDING');
  measured.becomes('FAILED');
  expect(measured.expected).toEqual({ PENDING: 1, CONFIRMED: 1, FAILED: 1 });
  measured.becomes('CANCELLED', 'PENDING');
  expect(measured.expected).toEqual({ CONFIRMED: 1, FAILED: 1, CANCELLED: 1 });
});

test('what was not expected is counted by call, status and code', () => {
  const measured = new Measured();
  measured.expectedNot('POST /v1/orders', { status: 409, body: '{"code":"price_changed"}' });
  measured.expectedNot('POST /v1/orders', { status: 409, body: '{"code":"price_changed"}' });
  measured.expectedNot('POST /v1/payments', { status: 500, body: '' });
  expect(measured.unexpected).toEqual({ 'POST /v1/orders 409 price_changed': 2, 'POST /v1/payments 500': 1 });
});

test('each call has its own latencies', () => {
  const measured = new Measured();
  for (const ms of [3, 1, 2]) measured.took('GET /v1/products', ms);
  measured.took('POST /v1/orders', 9);
  expect(Object.keys(measured.calls)).toEqual(['GET /v1/products', 'POST /v1/orders']);
  expect(measured.calls['GET /v1/products']).toMatchObject({ count: 3, p50Ms: 2, maxMs: 3 });
});
