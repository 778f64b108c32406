import { Link, useParams } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { type CaseFile, getOrderCase } from '#contracts/http/operator.ts';
import { useApi } from '../../ui/api/query.ts';
import { Money, OrderBadge } from '../../ui/badges.tsx';
import { formatMoney } from '../../ui/format.ts';
import { Loaded, Notice, Skeleton } from '../../ui/states.tsx';
import { Facts, Id, MissingNotice, PageHead, Panel } from '../parts/page.tsx';
import { Moment } from '../parts/time.tsx';
import { useWords } from '../parts/words.ts';
import { Actions } from './case/Actions.tsx';
import { Diagrams } from './case/Diagrams.tsx';
import { TimeLine } from './case/TimeLine.tsx';

/** An order's whole story on one page, and what can be done about it now. */
export function CaseFilePage(): ReactNode {
  const { id = '' } = useParams({ strict: false });
  const found = useApi(getOrderCase, { params: { id } }, { refetchMs: 10_000 });
  return (
    <Loaded of={found} waiting={<Skeleton height="9rem" count={4} />}>
      {(file) => <Story id={id} file={file} />}
    </Loaded>
  );
}

function Story({ id, file }: { readonly id: string; readonly file: CaseFile }): ReactNode {
  const { t } = useTranslation('console');
  const words = useWords();
  const { order, entries } = file;
  return (
    <>
      <PageHead
        title={
          <span className="row">
            <span>{t('case.title', { number: order?.number ?? t('orders.noNumber') })}</span>
            {order && <OrderBadge status={order.status} />}
          </span>
        }
        text={<Id of={id} />}
      />
      <MissingNotice of={file.missing} />
      {order?.statusReason && <Notice tone="info">{words('orderReason', order.statusReason)}</Notice>}
      <MoneyStrip file={file} />
      <div className="case">
        <div className="case-side stack">
          <Actions id={id} />
          <About file={file} />
        </div>
        <div className="case-main stack">
          <Diagrams id={id} stamp={entries.length} />
          <TimeLine entries={entries} />
        </div>
      </div>
    </>
  );
}

function MoneyStrip({ file: { money, order } }: { readonly file: CaseFile }): ReactNode {
  const { t } = useTranslation('console');
  if (!money) return null;
  const { currency } = money.in;
  const total = money.total ?? order?.total;
  const figures = [
    [t('case.total'), total],
    [t('case.in'), money.in],
    [t('case.out'), money.out],
    [t('case.kept'), { amount: money.kept, currency }],
  ] as const;
  return (
    <dl className="figures">
      {figures.map(([name, amount]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd className="number">{amount ? formatMoney(amount) : '–'}</dd>
        </div>
      ))}
    </dl>
  );
}

function About({ file: { order, customer } }: { readonly file: CaseFile }): ReactNode {
  const { t } = useTranslation('console');
  if (!order) return null;
  const { shippingAddress: to } = order;
  return (
    <Panel title={t('case.about')}>
      <div className="stack">
        <Facts
          of={[
            [
              t('field.customer'),
              <Link key="customer" to="/customers/$id" params={{ id: order.userId }} className="link">
                {customer ? `${customer.name} · ${customer.email}` : order.userId}
              </Link>,
            ],
            [t('field.placedAt'), <Moment key="at" at={order.createdAt} />],
            ...(order.payableUntil
              ? [[t('case.payableUntil'), <Moment key="until" at={order.payableUntil} />] as const]
              : []),
            [
              t('case.address'),
              [to.name, to.phone, to.line1, to.line2, to.city, to.region, to.postalCode, to.country]
                .filter(Boolean)
                .join(', '),
            ],
            ...(order.note ? [[t('case.note'), order.note] as const] : []),
          ]}
        />
        <ul className="case-items">
          {order.items.map(({ sku, name, quantity, subtotal }) => (
            <li key={sku}>
              <span className="grow">
                {quantity} × {name}
                <code className="soft small"> {sku}</code>
              </span>
              <Money of={subtotal} />
            </li>
          ))}
        </ul>
      </div>
    </Panel>
  );
}
