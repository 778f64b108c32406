import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { OrderStatus } from '#contracts/http/ordering.ts';
import type { RefundStatus } from '#contracts/http/refunds.ts';
import type { WireMoney } from '#kernel/money.ts';
import { formatMoney, formatTime } from './format.ts';

export type Tone = 'good' | 'warn' | 'bad' | 'info' | 'plain';

export function Badge({ tone, children }: { readonly tone: Tone; readonly children: ReactNode }): ReactNode {
  return (
    <span className="badge" data-tone={tone}>
      {children}
    </span>
  );
}

const orderTones: Readonly<Record<OrderStatus, Tone>> = {
  CREATED: 'info',
  REVIEW: 'info',
  PENDING: 'warn',
  PAID: 'info',
  CONFIRMED: 'good',
  SHIPPED: 'info',
  COMPLETED: 'good',
  FAILED: 'bad',
  CANCELLED: 'plain',
};

export function OrderBadge({ status }: { readonly status: OrderStatus }): ReactNode {
  const { t } = useTranslation('ui');
  return <Badge tone={orderTones[status]}>{t(`order.${status}`)}</Badge>;
}

const refundTones: Readonly<Record<RefundStatus, Tone>> = {
  REQUESTED: 'info',
  APPROVED: 'info',
  PROCESSING: 'info',
  SUCCEEDED: 'good',
  FAILED: 'warn',
  REJECTED: 'bad',
};

export function RefundBadge({ status }: { readonly status: RefundStatus }): ReactNode {
  const { t } = useTranslation('ui');
  return <Badge tone={refundTones[status]}>{t(`refund.${status}`)}</Badge>;
}

export function Money({ of }: { readonly of: WireMoney }): ReactNode {
  return <span className="number">{formatMoney(of)}</span>;
}

export function Time({ at, when }: { readonly at: string; readonly when?: 'date' | 'time' | 'moment' }): ReactNode {
  return <time dateTime={at}>{formatTime(at, when)}</time>;
}
