import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Overview } from '#contracts/http/operator.ts';
import { Badge } from '../../../ui/badges.tsx';
import { type Column, DataTable } from '../../../ui/DataTable.tsx';
import { formatNumber } from '../../../ui/format.ts';
import { column } from '../../parts/Listing.tsx';
import { Panel } from '../../parts/page.tsx';
import { formatDuration, formatMs, Moment } from '../../parts/time.tsx';
import { useWords } from '../../parts/words.ts';
import { toneOf } from '../case/entry.ts';

function Table<Row extends object>(props: {
  readonly title: string;
  readonly rows: readonly Row[];
  readonly none: string;
  readonly columns: Column<Row>[];
  idOf(row: Row): string;
}): ReactNode {
  return (
    <Panel title={props.title} isPadded={false}>
      {props.rows.length === 0 ? (
        <p className="padded soft small">{props.none}</p>
      ) : (
        <DataTable caption={props.title} columns={props.columns} rows={props.rows} idOf={props.idOf} />
      )}
    </Panel>
  );
}

const number = { end: true } as const;

/** Orders that something should have moved on. */
export function Stuck({ of }: { readonly of: Overview['stuck'] }): ReactNode {
  const { t } = useTranslation(['console', 'ui']);
  const words = useWords();
  type Row = NonNullable<Overview['stuck']>[number];
  return (
    <Table<Row>
      title={t('overview.stuck')}
      rows={of ?? []}
      none={of ? t('overview.noneStuck') : t('overview.unknown')}
      idOf={({ id }) => id}
      columns={[
        column('order', t('field.order'), (row) => (
          <Link to="/orders/$id" params={{ id: row.id }} className="row-link number">
            {row.number}
          </Link>
        )),
        column('status', t('field.status'), (row) => (
          <Badge tone={toneOf(row.status)}>{words('status', row.status)}</Badge>
        )),
        column('why', t('field.why'), (row) => words('stuck', row.why)),
        column('due', t('overview.due'), (row) => <Moment at={row.dueAt} />),
      ]}
    />
  );
}

export function Operations({ of }: { readonly of: Overview['operations'] }): ReactNode {
  const { t } = useTranslation('console');
  const words = useWords();
  type Row = Overview['operations'][number];
  const ms = (value: number | null): string => (value === null ? '–' : formatMs(value));
  return (
    <Table<Row>
      title={t('overview.operations')}
      rows={of.slice(0, 8)}
      none={t('overview.noRequests')}
      idOf={({ operation }) => operation}
      columns={[
        column('operation', t('field.operation'), (row) => words('operation', row.operation)),
        column(
          'rate',
          t('overview.perSecond'),
          (row) => formatNumber(Math.round(row.requestsPerSecond * 100) / 100),
          number,
        ),
        column(
          'errors',
          t('overview.errorsLine'),
          (row) => formatNumber(Math.round(row.errorsPerSecond * 100) / 100),
          number,
        ),
        column('p50', 'P50', (row) => ms(row.p50Ms), number),
        column('p95', 'P95', (row) => ms(row.p95Ms), number),
        column('p99', 'P99', (row) => ms(row.p99Ms), number),
      ]}
    />
  );
}

export function Subscriptions({ of }: { readonly of: Overview['subscriptions'] }): ReactNode {
  const { t } = useTranslation('console');
  const words = useWords();
  type Row = Overview['subscriptions'][number];
  return (
    <Table<Row>
      title={t('overview.subscriptions')}
      rows={[...of].sort((left, right) => right.messages - left.messages).slice(0, 12)}
      none={t('overview.noBacklog')}
      idOf={({ consumer, source }) => `${consumer} ${source}`}
      columns={[
        column('consumer', t('overview.hearer'), (row) => words('service', row.consumer)),
        column('source', t('overview.source'), (row) => words('service', row.source)),
        column('messages', t('overview.backlog'), (row) => formatNumber(row.messages), number),
        column(
          'age',
          t('overview.age'),
          (row) => (row.oldestSeconds === null ? '–' : formatDuration(row.oldestSeconds)),
          number,
        ),
      ]}
    />
  );
}

export function Letters({ of }: { readonly of: Overview['deadLetters'] }): ReactNode {
  const { t } = useTranslation('console');
  const words = useWords();
  type Row = Overview['deadLetters'][number];
  return (
    <Table<Row>
      title={t('pages.deadLetters')}
      rows={of.filter(({ parked, held, retrying }) => parked + held + retrying > 0)}
      none={t('deadLetters.none')}
      idOf={({ service }) => service}
      columns={[
        column('service', t('field.service'), (row) => (
          <Link to="/dead-letters" search={{ service: row.service }} className="row-link">
            {words('service', row.service)}
          </Link>
        )),
        column('parked', words('status', 'PARKED'), (row) => formatNumber(row.parked), number),
        column('held', words('status', 'HELD'), (row) => formatNumber(row.held), number),
        column('retrying', words('status', 'RETRYING'), (row) => formatNumber(row.retrying), number),
      ]}
    />
  );
}

export function Retries({ of }: { readonly of: Overview['retries'] }): ReactNode {
  const { t } = useTranslation('console');
  const words = useWords();
  type Row = Overview['retries'][number];
  return (
    <Table<Row>
      title={t('overview.retries')}
      rows={of}
      none={t('overview.noRetries')}
      idOf={({ service, what }) => `${service} ${what}`}
      columns={[
        column('service', t('field.service'), (row) => words('service', row.service)),
        column('what', t('overview.what'), (row) => words('retry', row.what)),
        column('count', t('overview.count'), (row) => formatNumber(row.count), number),
      ]}
    />
  );
}
