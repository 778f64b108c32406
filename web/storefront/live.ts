import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { getOrderTimeline, streamOrder } from '#contracts/http/order-progress.ts';
import { getOrder, listOrders } from '#contracts/http/ordering.ts';
import { listPayments } from '#contracts/http/payment.ts';
import { listRefunds } from '#contracts/http/refunds.ts';
import { getWallet } from '#contracts/http/wallet.ts';
import { addressOf } from '../ui/api/call.ts';
import { keyOf } from '../ui/api/query.ts';

const touched = [getOrder, listOrders, listPayments, listRefunds, getOrderTimeline, getWallet];

/**
 * Follows an order: whatever happens to it, what is kept of it is asked for again. Says whether it is connected; where it is
 * not, the pages ask now and then by themselves.
 */
export function useLiveOrder(orderId: string): boolean {
  const queries = useQueryClient();
  const [isLive, setLive] = useState(false);
  useEffect(() => {
    const source = new EventSource(addressOf(streamOrder, { params: { id: orderId } }));
    const renew = (): void => {
      for (const operation of touched) void queries.invalidateQueries({ queryKey: keyOf(operation) });
    };
    source.addEventListener('open', () => setLive(true));
    source.addEventListener('order', renew);
    source.addEventListener('payment', renew);
    source.addEventListener('error', () => {
      setLive(false);
      if (source.readyState === EventSource.CLOSED) renew();
    });
    return () => source.close();
  }, [orderId, queries]);
  return isLive;
}

/** The time left until then, in milliseconds, told anew each second. */
export function useTimeLeft(until: string | null | undefined): number | undefined {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!until) return undefined;
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [until]);
  return until ? Math.max(0, Date.parse(until) - now) : undefined;
}
