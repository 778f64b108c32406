import { Link } from '@tanstack/react-router';
import { type ReactNode, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { type Overview as Figures, getOverview } from '#contracts/http/operator.ts';
import { useApi } from '../../ui/api/query.ts';
import { formatNumber } from '../../ui/format.ts';
import { Loaded, ProblemNotice, Skeleton } from '../../ui/states.tsx';
import { Chart } from '../parts/Chart.tsx';
import { MissingNotice, PageHead } from '../parts/page.tsx';
import { formatMs, Moment } from '../parts/time.tsx';
import { Funnel } from './overview/Funnel.tsx';
import { useLiveOverview } from './overview/live.ts';
import { Letters, Operations, Retries, Stuck, Subscriptions } from './overview/tables.tsx';

/** How the platform does, now and in the last quarter of an hour. */
export function Overview(): ReactNode {
  const { t } = useTranslation('console');
  const isLive = useLiveOverview();
  const found = useApi(getOverview, {}, { refetchMs: isLive ? false : 2_000, staleMs: 0 });
  return (
    <>
      <PageHead
        title={t('pages.overview')}
        text={
          found.data && (
            <>
              <span className="live" /> {t('overview.asOf')} <Moment at={found.data.at} />
            </>
          )
        }
      />
      {found.data && found.error && <ProblemNotice problem={found.error} />}
      <Loaded of={found} waiting={<Skeleton height="8rem" count={4} />}>
        {(figures) => <Shown figures={figures} />}
      </Loaded>
    </>
  );
}

function Shown({ figures }: { readonly figures: Figures }): ReactNode {
  return (
    <>
      <MissingNotice of={figures.missing} />
      <KeyFigures figures={figures} />
      <Waiting figures={figures} />
      <Charts figures={figures} />
      <div className="columns">
        <Funnel of={figures.funnel} />
        <Stuck of={figures.stuck} />
        <Operations of={figures.operations} />
        <Subscriptions of={figures.subscriptions} />
        <Letters of={figures.deadLetters} />
        <Retries of={figures.retries} />
      </div>
    </>
  );
}

function rate(value: number): string {
  return formatNumber(Math.round(value * 100) / 100);
}

function KeyFigures({ figures: { now, subscriptions, deadLetters } }: { readonly figures: Figures }): ReactNode {
  const { t } = useTranslation('console');
  const backlog = subscriptions.reduce((sum, { messages }) => sum + messages, 0);
  const letters = deadLetters.reduce((sum, { parked, held, retrying }) => sum + parked + held + retrying, 0);
  const shown = [
    [t('overview.orders'), rate(now.ordersPerSecond), false],
    [t('overview.confirmed'), rate(now.confirmedPerSecond), false],
    [t('overview.p95'), now.p95Ms === null ? '–' : formatMs(now.p95Ms), false],
    [t('overview.errors'), rate(now.errorsPerSecond), now.errorsPerSecond > 0],
    [t('overview.backlog'), formatNumber(backlog), backlog > 1000],
    [t('overview.deadLetters'), formatNumber(letters), letters > 0],
  ] as const;
  return (
    <dl className="figures">
      {shown.map(([name, value, isBad]) => (
        <div key={name} data-bad={isBad || undefined}>
          <dt>{name}</dt>
          <dd className="number">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** What a person has to decide. */
function Waiting({ figures: { waiting } }: { readonly figures: Figures }): ReactNode {
  const { t } = useTranslation('console');
  const { refundsToDecide, refundsFailed, differences } = waiting;
  if (!refundsToDecide && !refundsFailed && !differences) return null;
  return (
    <p className="waiting">
      <strong>{t('overview.waiting')}</strong>
      {refundsToDecide ? (
        <Link to="/refunds" search={{ status: 'REQUESTED' }} className="link">
          {t('overview.refundsToDecide', { count: refundsToDecide })}
        </Link>
      ) : null}
      {refundsFailed ? (
        <Link to="/refunds" search={{ status: 'FAILED' }} className="link">
          {t('overview.refundsFailed', { count: refundsFailed })}
        </Link>
      ) : null}
      {differences ? (
        <Link to="/reconciliation" className="link">
          {t('overview.differences', { count: differences })}
        </Link>
      ) : null}
    </p>
  );
}

function Charts({ figures: { series } }: { readonly figures: Figures }): ReactNode {
  const { t } = useTranslation('console');
  const times = useMemo(() => series.map(({ at }) => new Date(at).getTime() / 1000), [series]);
  const line = (name: string, colour: 1 | 2 | 3, of: (point: Figures['series'][number]) => number | null) => ({
    name,
    colour,
    values: series.map(of),
  });
  return (
    <div className="columns">
      <Chart
        title={t('overview.flow')}
        times={times}
        format={rate}
        lines={[
          line(t('overview.ordersLine'), 1, (point) => point.ordersPerSecond),
          line(t('overview.confirmedLine'), 3, (point) => point.confirmedPerSecond),
        ]}
      />
      <Chart
        title={t('overview.latency')}
        times={times}
        format={formatMs}
        lines={[
          line('P50', 1, (point) => point.p50Ms),
          line('P95', 2, (point) => point.p95Ms),
          line('P99', 3, (point) => point.p99Ms),
        ]}
      />
      <Chart
        title={t('overview.requests')}
        times={times}
        format={rate}
        lines={[
          line(t('overview.requestsLine'), 1, (point) => point.requestsPerSecond),
          line(t('overview.errorsLine'), 2, (point) => point.errorsPerSecond),
          line(t('overview.retriesLine'), 3, (point) => point.retriesPerSecond),
        ]}
      />
      <Chart
        title={t('overview.waitingMessages')}
        times={times}
        lines={[
          line(t('overview.backlog'), 1, (point) => point.backlog),
          line(t('overview.deadLetters'), 2, (point) => point.deadLetters),
        ]}
      />
    </div>
  );
}
