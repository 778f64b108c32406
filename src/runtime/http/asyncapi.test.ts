import { expect, it } from 'vitest';
import { StockReserved } from '#contracts/messages/inventory/stock-reserved.v1.ts';
import { OrderCreated } from '#contracts/messages/ordering/order-created.v1.ts';
import { asyncApiOf } from './asyncapi.ts';

it('the AsyncAPI document has a channel per type and a message per version, which refer to each other', () => {
  const later = { ...OrderCreated, version: 2 };
  const document = JSON.parse(JSON.stringify(asyncApiOf([StockReserved, later, OrderCreated], '1.2.3')));
  expect(document.asyncapi).toBe('3.0.0');
  expect(Object.keys(document.channels)).toEqual(['inventory.stock-reserved', 'ordering.order-created']);
  const { messages } = document.channels['ordering.order-created'];
  expect(Object.keys(messages).sort()).toEqual(['ordering.order-created.v1', 'ordering.order-created.v2']);
  for (const [name, { $ref }] of Object.entries(messages as Record<string, { $ref: string }>)) {
    expect($ref).toBe(`#/components/messages/${name}`);
    expect(document.components.messages[name].payload.properties.data.properties.orderId).toBeDefined();
  }
  expect(document.operations['say ordering.order-created']).toEqual({
    action: 'send',
    channel: { $ref: '#/channels/ordering.order-created' },
  });
});
