import { Link } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  type Difference,
  listDifferences,
  listReconciliations,
  type Reconciliation,
} from '#contracts/http/reconciliation.ts';
import { useApiList } from '../../ui/api/query.ts';
import { Button } from '../../ui/Button.tsx';
import { Badge } from '../../ui/badges.tsx';
import { formatMoney, formatNumber } from '../../ui/format.ts';
import { given, useFilters } from '../parts/address.ts';
import { FilterBar, FilterChoice } from '../parts/FilterBar.tsx';
import { column, Listing } from '../parts/Listing.tsx';
import { Id, PageHead } from '../parts/page.tsx';
import { Moment } from '../parts/time.tsx';
import { useWords } from '../parts/words.ts';
import { toneOf } from './case/entry.ts';
import { Evidence, Reconcile, Resolve, UploadBill } from './reconciliation/dialogs.tsx';

const providers = ['wechat', 'alipay', 'card'] as const satisfies readonly Difference['provider'][];
const kinds = [
  'callback_missing',
  'unknown',
  'amount',
  'duplicate',
  'fee',
  'refund_unknown',
  'refund_missing',
  'payment_missing',
  'ledger',
] as const satisfies readonly Difference['kind'][];

/** The books against the providers' bills: what differs waits for a person. */
export function ReconciliationPage(): ReactNode {
  const { t } = useTranslation('console');
  const words = useWords();
  const filters = useFilters();
  const [asked, setAsked] = useState<'fetch' | 'upload'>();
  const provider = filters.values.provider as Difference['provider'] | undefined;
  return (
    <>
      <PageHead title={t('pages.reconciliation')} text={t('reconciliation.text')}>
        <Button kind="secondary" onPress={() => setAsked('upload')}>
          {t('reconciliation.upload')}
        </Button>
        <Button icon="refresh" onPress={() => setAsked('fetch')}>
          {t('reconciliation.start')}
        </Button>
      </PageHead>
      <FilterBar filters={filters}>
        <FilterChoice
          filters={filters}
          name="provider"
          label={t('field.provider')}
          options={providers.map((value) => ({ value, text: words('method', value) }))}
        />
        <FilterChoice
          filters={filters}
          name="kind"
          label={t('reconciliation.kind')}
          options={kinds.map((value) => ({ value, text: words('difference', value) }))}
        />
        <FilterChoice
          filters={filters}
          name="status"
          label={t('field.status')}
          anyText={words('status', 'OPEN')}
          options={[{ value: 'RESOLVED', text: words('status', 'RESOLVED') }]}
        />
      </FilterBar>
      <h2>{t('reconciliation.differences')}</h2>
      <Differences />
      <h2>{t('reconciliation.days')}</h2>
      <Days provider={provider} />
      {asked === 'fetch' && <Reconcile onClose={() => setAsked(undefined)} />}
      {asked === 'upload' && <UploadBill onClose={() => setAsked(undefined)} />}
    </>
  );
}

function Differences(): ReactNode {
  const { t } = useTranslation('console');
  const words = useWords();
  const { provider, kind, status } = useFilters().values;
  const [chosen, setChosen] = useState<{ readonly of: Difference; readonly act: 'resolve' | 'evidence' }>();
  const differences = useApiList(listDifferences, {
    query: given({
      provider: provider as Difference['provider'] | undefined,
      kind: kind as Difference['kind'] | undefined,
      status: status === 'RESOLVED' ? ('RESOLVED' as const) : ('OPEN' as const),
      limit: 25,
    }),
  });
  return (
    <>
      <Listing
        of={differences}
        caption={t('reconciliation.differences')}
        idOf={({ id }) => id}
        blank={{
          icon: 'success',
          title: t('reconciliation.noDifferences'),
          text: t('reconciliation.noDifferencesText'),
        }}
        columns={[
          column<Difference>('kind', t('reconciliation.kind'), (row) => (
            <Badge tone={row.status === 'OPEN' ? 'warn' : 'good'}>{words('difference', row.kind)}</Badge>
          )),
          column<Difference>('provider', t('field.provider'), (row) => words('method', row.provider)),
          column<Difference>('day', t('field.day'), ({ day }) => <span className="number nowrap">{day}</span>),
          column<Difference>('order', t('field.order'), ({ orderId, number }) =>
            orderId?.startsWith('ord_') ? (
              <Link to="/orders/$id" params={{ id: orderId }} className="link">
                <Id of={orderId} isShort />
              </Link>
            ) : (
              <Id of={number ?? '–'} isShort />
            ),
          ),
          column<Difference>(
            'ours',
            t('reconciliation.ours'),
            ({ evidence }) => (evidence.ours ? formatMoney(evidence.ours.amount) : '–'),
            { end: true },
          ),
          column<Difference>(
            'billed',
            t('reconciliation.billed'),
            ({ evidence }) => (evidence.billed ? formatMoney(evidence.billed.amount) : '–'),
            { end: true },
          ),
          column<Difference>('at', t('reconciliation.found'), ({ foundAt }) => <Moment at={foundAt} />),
          column<Difference>('acts', t('acts'), (of) => (
            <DifferenceActs of={of} onChoose={(act) => setChosen({ of, act })} />
          )),
        ]}
      />
      {chosen?.act === 'resolve' && <Resolve difference={chosen.of} onClose={() => setChosen(undefined)} />}
      {chosen?.act === 'evidence' && <Evidence difference={chosen.of} onClose={() => setChosen(undefined)} />}
    </>
  );
}

function Days({ provider }: { readonly provider: Reconciliation['provider'] | undefined }): ReactNode {
  const { t } = useTranslation('console');
  const words = useWords();
  const days = useApiList(listReconciliations, { query: given({ provider, limit: 25 }) });
  return (
    <Listing
      of={days}
      caption={t('reconciliation.days')}
      idOf={({ id }) => id}
      blank={{ icon: 'clock', title: t('reconciliation.none'), text: t('reconciliation.noneText') }}
      columns={[
        column<Reconciliation>('day', t('field.day'), ({ day }) => <span className="number nowrap">{day}</span>),
        column<Reconciliation>('provider', t('field.provider'), (row) => words('method', row.provider)),
        column<Reconciliation>('status', t('field.status'), ({ status, failure }) => (
          <div className="badge-line">
            <Badge tone={status === 'BALANCED' ? 'good' : toneOf(status)}>{words('status', status)}</Badge>
            {failure && <span className="soft small">{words('billFailure', failure.why)}</span>}
          </div>
        )),
        column<Reconciliation>('lines', t('reconciliation.lines'), ({ lines }) => formatNumber(lines), { end: true }),
        column<Reconciliation>('open', t('reconciliation.open'), (row) => formatNumber(row.openDifferences), {
          end: true,
        }),
        column<Reconciliation>(
          'fees',
          t('reconciliation.fees'),
          ({ fees }) => (fees.length === 0 ? '–' : fees.map(formatMoney).join(', ')),
          { end: true },
        ),
        column<Reconciliation>('at', t('reconciliation.checked'), ({ checkedAt }) =>
          checkedAt ? <Moment at={checkedAt} /> : '–',
        ),
      ]}
    />
  );
}

function DifferenceActs(props: { readonly of: Difference; onChoose(act: 'resolve' | 'evidence'): void }): ReactNode {
  const { t } = useTranslation('console');
  return (
    <div className="row-acts">
      <Button size="s" kind="secondary" onPress={() => props.onChoose('evidence')}>
        {t('reconciliation.evidence')}
      </Button>
      {props.of.status === 'OPEN' && (
        <Button size="s" kind="secondary" onPress={() => props.onChoose('resolve')}>
          {t('reconciliation.resolve')}
        </Button>
      )}
    </div>
  );
}
