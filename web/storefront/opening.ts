import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useRef } from 'react';
import { getOrder } from '#contracts/http/ordering.ts';
import { listPayments, payOrder } from '#contracts/http/payment.ts';
import { getWallet } from '#contracts/http/wallet.ts';
import type { BodyOf, Operation } from '#contracts/operation.ts';
import { ApiProblem } from '../ui/api/problem.ts';
import { keyOf, useAct } from '../ui/api/query.ts';

export type PaymentChoice = Omit<BodyOf<typeof payOrder>, 'orderId'>;

/** What was asked for, and why it could not be opened. */
export interface FailedOpening {
  readonly choice: PaymentChoice;
  readonly problem: ApiProblem;
}

/**
 * Kept for the page that pays. The platform tells it once; it is there as long as the tab, so that a page that is loaded again
 * still knows.
 */
export function keepFailedOpening(orderId: string, failed: FailedOpening | undefined): void {
  if (failed) {
    const { code, status, traceId } = failed.problem;
    const kept = { choice: failed.choice, problem: { code, status, traceId } };
    sessionStorage.setItem(placeOf(orderId), JSON.stringify(kept));
  } else {
    sessionStorage.removeItem(placeOf(orderId));
  }
}

const placeOf = (orderId: string): string => `suanpan.opening.${orderId}`;

function keptOpening(orderId: string): FailedOpening | null {
  const text = sessionStorage.getItem(placeOf(orderId));
  if (text === null) return null;
  const { choice, problem } = JSON.parse(text) as FailedOpening;
  return { choice, problem: new ApiProblem(problem) };
}

export function useFailedOpening(orderId: string): {
  readonly failed: FailedOpening | null;
  set(failed: FailedOpening | undefined): void;
} {
  const queries = useQueryClient();
  const queryKey = ['opening', orderId];
  const { data } = useQuery({ queryKey, queryFn: () => keptOpening(orderId), staleTime: 0 });
  return {
    failed: data ?? null,
    set(failed) {
      keepFailedOpening(orderId, failed);
      queries.setQueryData(queryKey, failed ?? null);
    },
  };
}

/** Opens a payment; a failure is known after to all who look at the order. */
export function useOpening(orderId: string) {
  const queries = useQueryClient();
  const opening = useFailedOpening(orderId);
  const renew = (...operations: readonly Operation[]): Promise<unknown> =>
    Promise.all(operations.map((operation) => queries.invalidateQueries({ queryKey: keyOf(operation) })));
  const chosen = useRef<PaymentChoice>(undefined);
  const act = useAct(payOrder, {
    onDone: (answer) => {
      opening.set(undefined);
      queries.setQueryData(keyOf(listPayments, { query: { orderId } }), { data: [answer], nextCursor: null });
      void renew(listPayments, getOrder, getWallet);
    },
    onProblem: async (problem) => {
      // First where the payment stands: what is told beside it depends on that.
      await renew(listPayments, getOrder);
      if (chosen.current) opening.set({ choice: chosen.current, problem });
    },
  });
  return {
    isPending: act.isPending,
    pay(choice: PaymentChoice): void {
      chosen.current = choice;
      act.mutate({ body: { orderId, ...choice } });
    },
  };
}
