import { Link, useParams } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { getOrder, type Order as OrderBody } from '#contracts/http/ordering.ts';
import { listRefunds } from '#contracts/http/refunds.ts';
import { isProblem } from '../../ui/api/problem.ts';
import { useApi } from '../../ui/api/query.ts';
import { Money, OrderBadge, RefundBadge } from '../../ui/badges.tsx';
import { formatTime } from '../../ui/format.ts';
import { Icon } from '../../ui/icons.tsx';
import { Loaded, Notice, Skeleton } from '../../ui/states.tsx';
import { AddressText } from '../Addresses.tsx';
import { useLiveOrder } from '../live.ts';
import { Missing } from '../Missing.tsx';
import { OrderActs } from '../OrderActs.tsx';
import { OrderHistory } from '../OrderHistory.tsx';
import { ForMe, Page } from '../Page.tsx';
import { useReason, useRefundReason } from '../reasons.ts';
import { Sums } from '../Sums.tsx';

export function Order(): ReactNode {
  const { orderId } = useParams({ from: '/orders/$orderId' });
  return <ForMe>{() => <OneOrder key={orderId} orderId={orderId} />}</ForMe>;
}

function OneOrder({ orderId }: { readonly orderId: string }): ReactNode {
  const { t } = useTranslation('shop');
  const isLive = useLiveOrder(orderId);
  const order = useApi(getOrder, { params: { id: orderId } }, { refetchMs: isLive ? 30_000 : 4_000 });
  if (isProblem(order.error, 'not_found', 'validation_failed')) return <Missing />;
  const number = order.data?.number;
  return (
    <Page
      title={number ? t('order.title', { number }) : t('orders.unnumbered')}
      beside={order.data && <OrderBadge status={order.data.status} />}
    >
      <p>
        <Link to="/orders" className="link small">
          {t('orders.title')}
        </Link>
      </p>
      <Loaded of={order} waiting={<Skeleton height="10rem" count={3} />}>
        {(data) => <Shown order={data} />}
      </Loaded>
    </Page>
  );
}

function Shown({ order }: { readonly order: OrderBody }): ReactNode {
  const { t } = useTranslation('shop');
  return (
    <div className="beside">
      <div className="stack-l">
        <section className="card stack">
          <Standing order={order} />
          <OrderActs order={order} />
        </section>
        <section className="card stack">
          <h2>{t('order.history')}</h2>
          <OrderHistory orderId={order.id} />
        </section>
        <Refunds orderId={order.id} />
      </div>
      <aside className="stack">
        <section className="card stack">
          <h2>{t('order.items')}</h2>
          <ul className="small-lines">
            {order.items.map(({ sku, name, quantity, subtotal }) => (
              <li key={sku} className="small-line">
                <span className="grow">
                  {name} <span className="soft">× {quantity}</span>
                </span>
                <Money of={subtotal} />
              </li>
            ))}
          </ul>
          <Sums order={order} />
        </section>
        <section className="card stack-s">
          <h2>{t('order.to')}</h2>
          <AddressText address={order.shippingAddress} />
          {order.note && (
            <p className="small">
              {t('order.note')}: {order.note}
            </p>
          )}
          <p className="small soft">{t('order.placed', { time: formatTime(order.createdAt) })}</p>
        </section>
      </aside>
    </div>
  );
}

const steps = ['placed', 'paid', 'confirmed', 'shipped', 'completed'] as const;
const reached = { CREATED: 1, REVIEW: 1, PENDING: 1, PAID: 2, CONFIRMED: 3, SHIPPED: 4, COMPLETED: 5 } as const;

/** How far it has come, or why it goes no further. */
function Standing({ order }: { readonly order: OrderBody }): ReactNode {
  const { t } = useTranslation('shop');
  const reasonOf = useReason();
  const { status } = order;
  if (status === 'FAILED' || status === 'CANCELLED') {
    return (
      <Notice
        tone={status === 'FAILED' ? 'bad' : 'plain'}
        title={t(status === 'FAILED' ? 'pay.failedTitle' : 'pay.cancelledTitle')}
      >
        <p>{reasonOf(order.statusReason)}</p>
      </Notice>
    );
  }
  return (
    <>
      <ol className="steps">
        {steps.map((step, index) => (
          <li key={step} data-done={index < reached[status] || undefined}>
            <span className="step-dot">{index < reached[status] && <Icon name="check" size={14} />}</span>
            <span>{t(`order.steps.${step}`)}</span>
          </li>
        ))}
      </ol>
      <p role="status">{t(`order.says.${status}`)}</p>
    </>
  );
}

function Refunds({ orderId }: { readonly orderId: string }): ReactNode {
  const { t } = useTranslation('shop');
  const reasonOf = useRefundReason();
  const { data } = useApi(listRefunds, { query: { orderId, limit: 20 } });
  if (!data || data.data.length === 0) return null;
  return (
    <section className="card stack">
      <h2>{t('order.refunds')}</h2>
      <ul className="list">
        {data.data.map(({ id, amount, status, reason, createdAt }) => (
          <li key={id} className="stack-s">
            <div className="spread">
              <strong>{amount ? <Money of={amount} /> : t('order.refundAll')}</strong>
              <RefundBadge status={status} />
            </div>
            <p className="small soft">{[formatTime(createdAt), reasonOf(reason)].filter(Boolean).join(' · ')}</p>
          </li>
        ))}
      </ul>
    </section>
  );
}
