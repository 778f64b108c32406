import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { type AdminOrder, listAllOrders, type OrderStatus } from '#contracts/http/ordering.ts';
import { useApiList } from '../../ui/api/query.ts';
import { Money, OrderBadge } from '../../ui/badges.tsx';
import { parseAmount } from '../../ui/format.ts';
import { dayStart, given, type Search, useFilters } from '../parts/address.ts';
import { FilterBar, FilterChoice, FilterDay, FilterText } from '../parts/FilterBar.tsx';
import { column, Listing } from '../parts/Listing.tsx';
import { PageHead } from '../parts/page.tsx';
import { Moment } from '../parts/time.tsx';
import { useWords } from '../parts/words.ts';

const statuses: readonly OrderStatus[] = [
  'CREATED',
  'REVIEW',
  'PENDING',
  'PAID',
  'CONFIRMED',
  'SHIPPED',
  'COMPLETED',
  'FAILED',
  'CANCELLED',
];

export function Orders(): ReactNode {
  const { t } = useTranslation(['console', 'ui']);
  const filters = useFilters();
  const options = statuses.map((value) => ({ value, text: t(`ui:order.${value}`) }));
  return (
    <>
      <PageHead title={t('pages.orders')} text={t('orders.text')} />
      <FilterBar filters={filters}>
        <FilterText filters={filters} name="q" label={t('orders.search')} isWide />
        <FilterChoice filters={filters} name="status" label={t('field.status')} options={options} />
        <FilterDay filters={filters} name="from" label={t('filter.from')} />
        <FilterDay filters={filters} name="to" label={t('filter.to')} />
        <FilterText filters={filters} name="least" label={t('filter.least')} inputMode="decimal" />
        <FilterText filters={filters} name="most" label={t('filter.most')} inputMode="decimal" />
      </FilterBar>
      <OrderList search={filters.values} />
    </>
  );
}

/** The orders that a search finds; `user` narrows it to one person's. */
export function OrderList({ search, user }: { readonly search: Search; readonly user?: string }): ReactNode {
  const { t } = useTranslation('console');
  const words = useWords();
  const { q, status, from, to, least, most } = search;
  const query = given({
    q,
    status: status as OrderStatus | undefined,
    user: user ?? search.user,
    from: dayStart(from),
    to: dayStart(to, 1),
    totalFrom: parseAmount(least ?? '', 'CNY'),
    totalTo: parseAmount(most ?? '', 'CNY'),
    limit: 25,
  });
  const orders = useApiList(listAllOrders, { query });
  return (
    <Listing
      of={orders}
      caption={t('pages.orders')}
      idOf={({ id }) => id}
      blank={{ icon: 'cart', title: t('orders.none'), text: t('orders.noneText') }}
      columns={[
        column<AdminOrder>('number', t('field.order'), ({ id, number }) => (
          <Link to="/orders/$id" params={{ id }} className="row-link number">
            {number ?? t('orders.noNumber')}
          </Link>
        )),
        column<AdminOrder>('status', t('field.status'), ({ status: now, statusReason }) => (
          <div className="badge-line">
            <OrderBadge status={now} />
            {statusReason && <span className="small soft">{words('orderReason', statusReason)}</span>}
          </div>
        )),
        column<AdminOrder>('items', t('field.items'), ({ items }) => (
          <span className="clip" title={items.map(({ name, quantity }) => `${quantity} × ${name}`).join('\n')}>
            {items.map(({ name, quantity }) => `${quantity} × ${name}`).join(t('comma'))}
          </span>
        )),
        column<AdminOrder>('to', t('field.recipient'), ({ shippingAddress }) => (
          <span className="nowrap">{shippingAddress.name}</span>
        )),
        column<AdminOrder>('total', t('field.total'), ({ total }) => <Money of={total} />, { end: true }),
        column<AdminOrder>('paid', t('field.paid'), ({ paid }) => <Money of={paid} />, { end: true }),
        column<AdminOrder>('refunded', t('field.refunded'), ({ refunded }) => <Money of={refunded} />, { end: true }),
        column<AdminOrder>('at', t('field.placedAt'), ({ createdAt }) => <Moment at={createdAt} />),
      ]}
    />
  );
}
