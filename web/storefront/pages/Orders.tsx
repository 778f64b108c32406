import { Link } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { listOrders, type Order, type OrderStatus } from '#contracts/http/ordering.ts';
import { useApiList } from '../../ui/api/query.ts';
import { Button } from '../../ui/Button.tsx';
import { Money, OrderBadge } from '../../ui/badges.tsx';
import { SelectInput } from '../../ui/fields.tsx';
import { formatTime } from '../../ui/format.ts';
import { Blank, Loaded, Skeleton } from '../../ui/states.tsx';
import { MyPages } from '../MyPages.tsx';
import { ForMe, Page } from '../Page.tsx';

const filters = [
  'PENDING',
  'CONFIRMED',
  'SHIPPED',
  'COMPLETED',
  'CANCELLED',
  'FAILED',
] as const satisfies OrderStatus[];

export function Orders(): ReactNode {
  return <ForMe>{() => <MyOrders />}</ForMe>;
}

function MyOrders(): ReactNode {
  const { t } = useTranslation(['shop', 'ui']);
  const [status, setStatus] = useState<OrderStatus | 'all'>('all');
  const orders = useApiList(listOrders, { query: { limit: 10, ...(status !== 'all' && { status }) } });
  return (
    <Page
      title={t('orders.title')}
      beside={
        <SelectInput<OrderStatus | 'all'>
          label={t('orders.filter')}
          isLabelHidden
          value={status}
          onChange={setStatus}
          options={[
            { value: 'all', text: t('orders.all') },
            ...filters.map((value) => ({ value, text: t(`ui:order.${value}`) })),
          ]}
        />
      }
    >
      <MyPages />
      <Loaded of={{ ...orders, data: orders.items }} waiting={<Skeleton height="9rem" count={3} />}>
        {(items) =>
          items.length === 0 ? (
            <Blank icon="box" title={t(status === 'all' ? 'orders.none' : 'orders.noneOf')} text={t('orders.noneText')}>
              <Link to="/products" className="button" data-kind="primary">
                {t('cart.browse')}
              </Link>
            </Blank>
          ) : (
            <ul className="stack">
              {items.map((order) => (
                <li key={order.id}>
                  <OrderCard order={order} />
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
      {orders.hasNextPage && (
        <div className="more">
          <Button kind="secondary" isPending={orders.isFetchingNextPage} onPress={() => void orders.fetchNextPage()}>
            {t('ui:more')}
          </Button>
        </div>
      )}
    </Page>
  );
}

function OrderCard({ order }: { readonly order: Order }): ReactNode {
  const { t } = useTranslation('shop');
  const count = order.items.reduce((sum, { quantity }) => sum + quantity, 0);
  return (
    <Link to="/orders/$orderId" params={{ orderId: order.id }} className="card order-card">
      <div className="spread">
        <h2 className="order-card-title">
          {order.number ? t('orders.open', { number: order.number }) : t('orders.unnumbered')}
        </h2>
        <OrderBadge status={order.status} />
      </div>
      <p className="order-card-names">{order.items.map(({ name }) => name).join(' · ')}</p>
      <div className="spread">
        <span className="small soft">
          {t('orders.ofDay', { date: formatTime(order.createdAt, 'date') })} · {t('orders.items', { count })}
        </span>
        <strong>
          <Money of={order.total} />
        </strong>
      </div>
    </Link>
  );
}
