import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { getHealth } from '#contracts/http/operator.ts';
import type { Answered } from '../../ui/api/call.ts';
import { useApi } from '../../ui/api/query.ts';
import { Badge } from '../../ui/badges.tsx';
import { formatNumber } from '../../ui/format.ts';
import { Loaded, Skeleton } from '../../ui/states.tsx';
import { Facts, Id, PageHead } from '../parts/page.tsx';
import { formatDuration, formatMs } from '../parts/time.tsx';
import { useWords } from '../parts/words.ts';

type Service = Answered<typeof getHealth>['data'][number];

/** Each service: ready or why not, its process, database and bus. */
export function Health(): ReactNode {
  const { t } = useTranslation('console');
  const found = useApi(getHealth, {}, { refetchMs: 5_000, staleMs: 0 });
  return (
    <>
      <PageHead title={t('pages.health')} text={t('health.text')} />
      <Loaded of={found} waiting={<Skeleton height="8rem" count={3} />}>
        {({ data }) => (
          <div className="services">
            {data.map((service) => (
              <ServiceCard key={service.service} of={service} />
            ))}
          </div>
        )}
      </Loaded>
    </>
  );
}

function ServiceCard({ of: { service, ready, why, health } }: { readonly of: Service }): ReactNode {
  const { t } = useTranslation('console');
  const words = useWords();
  const part = (isOk: boolean, error: string | null, more: string): ReactNode => (
    <span className="badge-line">
      <Badge tone={isOk ? 'good' : 'bad'}>{t(isOk ? 'health.ok' : 'health.broken')}</Badge>
      <span className="soft small">{isOk ? more : (error ?? '')}</span>
    </span>
  );
  return (
    <section className="panel">
      <div className="panel-head">
        <h2>{words('service', service)}</h2>
        <Badge tone={ready ? 'good' : 'bad'}>{t(ready ? 'health.ready' : 'health.notReady')}</Badge>
      </div>
      <div className="panel-body stack-s">
        {why && <p className="small">{why}</p>}
        {health && (
          <Facts
            of={[
              [
                t('health.database'),
                part(
                  health.database.ok,
                  health.database.error,
                  health.database.latencyMs === null ? '' : formatMs(health.database.latencyMs),
                ),
              ],
              [t('health.bus'), part(health.bus.ok, health.bus.error, words('bus', health.bus.kind))],
              [t('health.uptime'), formatDuration(health.uptimeSeconds)],
              [t('health.memory'), `${formatNumber(Math.round(health.memoryBytes / 1_048_576))} MiB`],
              [t('health.version'), health.version],
              [t('health.process'), <Id key="process" of={health.process} />],
            ]}
          />
        )}
      </div>
    </section>
  );
}
