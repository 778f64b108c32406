import { expect, it } from 'vitest';
import { nameOf } from '#contracts/message.ts';
import { StockReserved } from '#contracts/messages/inventory/stock-reserved.v1.ts';
import { OrderCreated } from '#contracts/messages/ordering/order-created.v1.ts';
import { toCloudEvent } from '../bus/cloud-event.ts';
import { asyncApiOf } from './asyncapi.ts';
import { validatorOf } from './schemas.ts';

it('the AsyncAPI document has a channel per type and a message per version, which refer to each other', () => {
  const later = { ...OrderCreated, version: 2 };
  const document = JSON.parse(JSON.stringify(asyncApiOf([StockReserved, later, OrderCreated], '1.2.3')));
  expect(document.asyncapi).toBe('3.0.0');
  expect(Object.keys(document.channels)).toEqual(['inventory.stock-reserved', 'ordering.order-created']);
  const { messages } = document.channels['ordering.order-created'];
  expect(Object.keys(messages).sort()).toEqual(['ordering.order-created.v1', 'ordering.order-created.v2']);
  for (const [name, { $ref }] of Object.entries(messages as Record<string, { $ref: string }>)) {
    expect($ref).toBe(`#/components/messages/${name}`);
    const [envelope, own] = document.components.messages[name].payload.allOf;
    expect(envelope).toEqual({ $ref: '#/components/schemas/CloudEvent' });
    expect(own.properties.data.properties.orderId).toBeDefined();
  }
  expect(document.operations['say ordering.order-created']).toEqual({
    action: 'send',
    channel: { $ref: '#/channels/ordering.order-created' },
  });
});

it('what goes over a wire is what the AsyncAPI document says', () => {
  const document = JSON.parse(JSON.stringify(asyncApiOf([StockReserved, OrderCreated], '1.2.3')));
  const { CloudEvent } = document.components.schemas;
  const [, own] = document.components.messages['ordering.order-created.v1'].payload.allOf;
  const orderId = 'ord_01890000-0000-7000-8000-000000000000';
  const said = {
    source: 'ordering',
    position: 7,
    type: 'ordering.order-created',
    version: 1,
    key: orderId,
    timeMs: 0,
    traceparent: '',
    causationId: nameOf({ source: 'ordering', position: 6 }),
    data: {
      orderId,
      userId: 'usr_01890000-0000-7000-8000-000000000000',
      lines: [{ sku: 'TEA', quantity: 1 }],
      total: { amount: 1, currency: 'CNY' },
      placedAt: '2026-01-01T00:00:00.000Z',
    },
  };
  const passes = (message: typeof said) =>
    [CloudEvent, own].map((schema) => validatorOf(schema).Check(JSON.parse(toCloudEvent(message))));
  expect(passes(said)).toEqual([true, true]);
  expect(passes({ ...said, version: 2 })).toEqual([true, false]);
  expect(passes({ ...said, key: '' })).toEqual([false, true]);
  expect(Object.keys(CloudEvent.properties).sort()).toEqual(Object.keys(JSON.parse(toCloudEvent(said))).sort());
});
