/** In the order in which an order meets them. */
export const serviceNames = [
  'gateway',
  'identity',
  'catalog',
  'ordering',
  'inventory',
  'payment',
  'wallet',
  'fulfillment',
  'notification',
] as const;
