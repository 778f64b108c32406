import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Overview } from '#contracts/http/operator.ts';
import { formatNumber } from '../../../ui/format.ts';
import { Panel } from '../../parts/page.tsx';
import { Moment } from '../../parts/time.tsx';

const stages = ['created', 'reserved', 'paid', 'confirmed'] as const;

/** How far the orders of late came. */
export function Funnel({ of }: { readonly of: Overview['funnel'] }): ReactNode {
  const { t } = useTranslation('console');
  if (!of) return null;
  const share = (count: number): number => (of.created === 0 ? 0 : Math.min(1, count / of.created));
  return (
    <Panel
      title={t('overview.funnel')}
      aside={
        <span className="soft small">
          {t('overview.since')} <Moment at={of.from} />
        </span>
      }
    >
      <ol className="funnel">
        {stages.map((stage) => (
          <li key={stage}>
            <span>{t(`overview.stage.${stage}`)}</span>
            <span className="funnel-bar" aria-hidden="true">
              <span style={{ width: `${share(of[stage]) * 100}%` }} />
            </span>
            <span className="number">
              {formatNumber(of[stage])} <span className="soft small">{Math.round(share(of[stage]) * 100)}%</span>
            </span>
          </li>
        ))}
      </ol>
      <p className="soft small">
        {t('overview.lost', { failed: formatNumber(of.failed), cancelled: formatNumber(of.cancelled) })}
      </p>
    </Panel>
  );
}
