import { Link } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type AdminRefund, listAllRefunds, type RefundStatus } from '#contracts/http/refunds.ts';
import { useApiList } from '../../ui/api/query.ts';
import { Button } from '../../ui/Button.tsx';
import { Badge, Money } from '../../ui/badges.tsx';
import { type Filters, given, useFilters } from '../parts/address.ts';
import { FilterBar, FilterChoice, FilterText } from '../parts/FilterBar.tsx';
import { column, Listing } from '../parts/Listing.tsx';
import { Id, PageHead } from '../parts/page.tsx';
import { Moment } from '../parts/time.tsx';
import { useWords } from '../parts/words.ts';
import { toneOf } from './case/entry.ts';
import { CreateRefund, DecideRefund, type Decision } from './refunds/dialogs.tsx';

const statuses = [
  'REQUESTED',
  'APPROVED',
  'PROCESSING',
  'SUCCEEDED',
  'FAILED',
  'REJECTED',
] as const satisfies readonly RefundStatus[];

/** Where payment has to carry on, asking for it anew would be refused. */
function decisionsOn({ status, retry }: AdminRefund): readonly Decision[] {
  if (status === 'REQUESTED') return ['approve', 'reject'];
  if (status !== 'FAILED') return [];
  return [retry?.at === 'payment' ? 'carryOn' : 'retry', 'settle'];
}

export function Refunds(): ReactNode {
  const { t } = useTranslation('console');
  const words = useWords();
  const filters = useFilters();
  const { status, order, user } = filters.values;
  const [chosen, setChosen] = useState<{ readonly refund: AdminRefund; readonly decision: Decision }>();
  const [isNew, setNew] = useState(false);
  const refunds = useApiList(
    listAllRefunds,
    { query: given({ status: status as RefundStatus | undefined, orderId: order, user, limit: 25 }) },
    // What is on its way arrives while one looks.
    { refetchMs: 5_000 },
  );
  return (
    <>
      <PageHead title={t('pages.refunds')} text={t('refunds.text')}>
        <Button icon="plus" onPress={() => setNew(true)}>
          {t('refunds.create')}
        </Button>
      </PageHead>
      <RefundFilters filters={filters} />
      <Listing
        of={refunds}
        caption={t('pages.refunds')}
        idOf={({ id }) => id}
        blank={{ icon: 'refresh', title: t('refunds.none'), text: t('refunds.noneText') }}
        columns={[
          column<AdminRefund>('order', t('field.order'), ({ orderId }) => (
            <Link to="/orders/$id" params={{ id: orderId }} className="row-link">
              <Id of={orderId} isShort />
            </Link>
          )),
          column<AdminRefund>('status', t('field.status'), ({ status: now, settledByHand }) => (
            <div className="badge-line">
              <Badge tone={toneOf(now)}>{words('refundStatus', now)}</Badge>
              {settledByHand && <span className="soft small">{t('refunds.byHand')}</span>}
            </div>
          )),
          column<AdminRefund>('amount', t('field.amount'), ({ amount }) => (amount ? <Money of={amount} /> : '–'), {
            end: true,
          }),
          column<AdminRefund>('reason', t('reason'), ({ reason, decisionReason }) => (
            <>
              <span className="clip">{words('orderReason', reason)}</span>
              {decisionReason && <span className="clip soft small">{words('orderReason', decisionReason)}</span>}
            </>
          )),
          column<AdminRefund>('by', t('refunds.by'), ({ requestedBy, userId }) =>
            requestedBy === userId
              ? t('refunds.buyer')
              : words('asker', requestedBy.startsWith('usr_') ? 'operator' : requestedBy),
          ),
          column<AdminRefund>('at', t('refunds.at'), ({ createdAt }) => <Moment at={createdAt} />),
          column<AdminRefund>('acts', t('acts'), (refund) => (
            <RefundActs of={refund} onChoose={(decision) => setChosen({ refund, decision })} />
          )),
        ]}
      />
      {chosen && <DecideRefund {...chosen} onClose={() => setChosen(undefined)} />}
      {isNew && <CreateRefund orderId={order ?? ''} onClose={() => setNew(false)} />}
    </>
  );
}

function RefundFilters({ filters }: { readonly filters: Filters }): ReactNode {
  const { t } = useTranslation('console');
  const words = useWords();
  return (
    <FilterBar filters={filters}>
      <FilterText filters={filters} name="order" label={t('field.orderId')} isWide />
      <FilterChoice
        filters={filters}
        name="status"
        label={t('field.status')}
        options={statuses.map((value) => ({ value, text: words('refundStatus', value) }))}
      />
    </FilterBar>
  );
}

function RefundActs({ of, onChoose }: { readonly of: AdminRefund; onChoose(decision: Decision): void }): ReactNode {
  const { t } = useTranslation('console');
  return (
    <div className="row-acts">
      {decisionsOn(of).map((decision) => (
        <Button
          key={decision}
          size="s"
          kind={decision === 'reject' ? 'danger' : 'secondary'}
          onPress={() => onChoose(decision)}
        >
          {t(`refunds.${decision}`)}
        </Button>
      ))}
    </div>
  );
}
