import type { Refund } from './order.ts';

/** Who tries a failed refund again, and under which name it is known there. */
export function wayToRetry(refund: Refund): { readonly at: 'ordering' | 'payment'; readonly id: string } | null {
  const { id, status, requestedBy, askedAs } = refund;
  if (status !== 'FAILED') return null;
  const isForPayment = isPartlyBack(refund) || requestedBy === 'payment';
  return isForPayment ? { at: 'payment', id: askedAs ?? id } : { at: 'ordering', id };
}

export function isPartlyBack({ decisionReason }: Refund): boolean {
  return decisionReason?.startsWith('part_failed') ?? false;
}
