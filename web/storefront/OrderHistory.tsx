import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { getOrderTimeline, type TimelineEntry } from '#contracts/http/order-progress.ts';
import { useApi } from '../ui/api/query.ts';
import { Time } from '../ui/badges.tsx';
import { formatMoney } from '../ui/format.ts';
import { Loaded, Skeleton } from '../ui/states.tsx';
import { useReason, useRefundReason } from './reasons.ts';

/** What happened to an order, the newest first. */
export function OrderHistory({ orderId }: { readonly orderId: string }): ReactNode {
  const history = useApi(getOrderTimeline, { params: { id: orderId }, query: { limit: 100 } });
  return (
    <Loaded of={history} waiting={<Skeleton height="3rem" count={3} />}>
      {({ data }) => (
        <ol className="timeline">
          {data.toReversed().map((entry) => (
            <li key={entry.id}>
              <Entry entry={entry} />
            </li>
          ))}
        </ol>
      )}
    </Loaded>
  );
}

function Entry({ entry }: { readonly entry: TimelineEntry }): ReactNode {
  const { t } = useTranslation('shop');
  const reasonOf = useReason();
  const refundReasonOf = useRefundReason();
  const { code, at, reason, carrier, trackingNumber, amount } = entry;
  const isRefund = code.startsWith('refund_');
  const why = reason === undefined ? undefined : isRefund ? refundReasonOf(reason) : reasonOf(reason);
  return (
    <>
      <p>
        <strong>{t(`order.lines.${code}`)}</strong>
        {amount && <span className="number"> · {formatMoney(amount)}</span>}
      </p>
      {why && <p className="small">{why}</p>}
      {carrier && trackingNumber && <p className="small">{t('order.shipment', { carrier, number: trackingNumber })}</p>}
      <p className="small soft">
        <Time at={at} />
      </p>
    </>
  );
}
