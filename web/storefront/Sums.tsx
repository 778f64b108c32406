import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Order } from '#contracts/http/ordering.ts';
import { formatMoney } from '../ui/format.ts';

/** What an order comes to. */
export function Sums({
  order,
}: {
  readonly order: Pick<Order, 'subtotal' | 'discount' | 'total' | 'refunded'>;
}): ReactNode {
  const { t } = useTranslation('shop');
  return (
    <dl className="sums">
      <div>
        <dt>{t('order.subtotal')}</dt>
        <dd>{formatMoney(order.subtotal)}</dd>
      </div>
      {order.discount.amount > 0 && (
        <div>
          <dt>{t('order.discount')}</dt>
          <dd>−{formatMoney(order.discount)}</dd>
        </div>
      )}
      <div>
        <dt>{t('cart.delivery')}</dt>
        <dd>{t('cart.free')}</dd>
      </div>
      <div className="total">
        <dt>{t('order.total')}</dt>
        <dd>{formatMoney(order.total)}</dd>
      </div>
      {order.refunded.amount > 0 && (
        <div>
          <dt>{t('order.refunded')}</dt>
          <dd>{formatMoney(order.refunded)}</dd>
        </div>
      )}
    </dl>
  );
}
