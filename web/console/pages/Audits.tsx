import { useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Audit, getAudit, getLatestAudit, startAudit } from '#contracts/http/gateway.ts';
import { useAct, useApi } from '../../ui/api/query.ts';
import { Button } from '../../ui/Button.tsx';
import { Badge } from '../../ui/badges.tsx';
import { DataTable } from '../../ui/DataTable.tsx';
import { formatNumber } from '../../ui/format.ts';
import { Blank, Loaded, Notice, ProblemNotice, Skeleton } from '../../ui/states.tsx';
import { column } from '../parts/Listing.tsx';
import { Facts, Id, PageHead, Panel } from '../parts/page.tsx';
import { Moment } from '../parts/time.tsx';
import { useWords } from '../parts/words.ts';

/** The invariants over live data: started here, and the last result. */
export function Audits(): ReactNode {
  const { t } = useTranslation('console');
  const queries = useQueryClient();
  const [running, setRunning] = useState<string>();
  const latest = useApi(getLatestAudit);
  const start = useAct(startAudit, { onDone: ({ id }) => setRunning(id) });
  const run = useApi(
    getAudit,
    { params: { id: running ?? '' } },
    { enabled: running !== undefined, refetchMs: running === undefined ? false : 1_000, staleMs: 0 },
  );
  const isFinished = run.data !== undefined && run.data.finishedAt !== null;
  useEffect(() => {
    if (!isFinished) return;
    setRunning(undefined);
    void queries.invalidateQueries({ queryKey: [getLatestAudit.name] });
  }, [isFinished, queries]);
  const isNone = latest.error?.code === 'not_found';
  return (
    <>
      <PageHead title={t('pages.audits')} text={t('audits.text')}>
        <Button icon="success" isPending={start.isPending || running !== undefined} onPress={() => start.mutate({})}>
          {t(running === undefined ? 'audits.start' : 'audits.running')}
        </Button>
      </PageHead>
      {start.error && <ProblemNotice problem={start.error} />}
      {isNone ? (
        <div className="panel">
          <Blank icon="success" title={t('audits.none')} text={t('audits.noneText')} />
        </div>
      ) : (
        <Loaded of={latest} waiting={<Skeleton height="12rem" />}>
          {(audit) => <Result of={audit} />}
        </Loaded>
      )}
    </>
  );
}

function Result({ of }: { readonly of: Audit }): ReactNode {
  const { t } = useTranslation('console');
  const words = useWords();
  type Row = Audit['violations'][number];
  return (
    <>
      {of.error !== null && <Notice tone="warn">{t('audits.broken')}</Notice>}
      {of.error === null && of.violations.length === 0 && <Notice tone="good" title={t('audits.clean')} />}
      {of.violations.length > 0 && <Notice tone="bad" title={t('audits.violated', { count: of.violations.length })} />}
      <Panel title={t('audits.latest')}>
        <Facts
          of={[
            [t('field.id'), <Id key="id" of={of.id} />],
            [t('audits.startedAt'), <Moment key="from" at={of.startedAt} />],
            [t('audits.finishedAt'), of.finishedAt ? <Moment key="to" at={of.finishedAt} /> : '–'],
            ...Object.entries(of.checked).map(
              ([what, count]) => [words('checked', what), formatNumber(count)] as const,
            ),
          ]}
        />
      </Panel>
      {of.violations.length > 0 && (
        <Panel title={t('audits.violations')} isPadded={false}>
          <DataTable
            caption={t('audits.violations')}
            rows={of.violations}
            idOf={({ invariant, orderId, detail }) => `${invariant} ${orderId ?? ''} ${detail}`}
            columns={[
              column<Row>('invariant', t('audits.invariant'), ({ invariant }) => (
                <Badge tone="bad">{words('invariant', invariant)}</Badge>
              )),
              column<Row>('order', t('field.order'), ({ orderId }) =>
                orderId ? (
                  <Link to="/orders/$id" params={{ id: orderId }} className="row-link">
                    <Id of={orderId} isShort />
                  </Link>
                ) : (
                  '–'
                ),
              ),
              column<Row>('detail', t('details'), ({ detail }) => detail),
            ]}
          />
        </Panel>
      )}
    </>
  );
}
