import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { getOrderDiagram } from '#contracts/http/gateway.ts';
import { useApi } from '../../../ui/api/query.ts';
import { Dialog } from '../../../ui/Dialog.tsx';
import { Loaded, Skeleton } from '../../../ui/states.tsx';
import { Diagram } from '../../parts/Diagram.tsx';
import { Panel } from '../../parts/page.tsx';
import { asFlowChart } from './dynamic.ts';

const views = ['sequence', 'dynamic'] as const;

/** What happened, drawn: who said what to whom in which order, and who worked with whom. */
export function Diagrams({ id, stamp }: { readonly id: string; readonly stamp: number }): ReactNode {
  const { t } = useTranslation('console');
  const [view, setView] = useState<(typeof views)[number]>('sequence');
  const [isLarge, setLarge] = useState(false);
  // Drawn anew when something was added to the case.
  const drawing = useApi(getOrderDiagram, { params: { id }, query: { view } }, { staleMs: 5_000, refetchMs: 30_000 });
  const picture = (height: 'm' | 'l'): ReactNode => (
    <Loaded of={drawing} waiting={<Skeleton height="18rem" />}>
      {(source) => (
        <Diagram
          key={`${view} ${stamp}`}
          source={asFlowChart(source)}
          label={t(`case.diagram.${view}`)}
          height={height}
        />
      )}
    </Loaded>
  );
  return (
    <Panel
      title={t('case.diagrams')}
      isPadded={false}
      aside={
        <fieldset className="chips" aria-label={t('case.diagrams')}>
          {views.map((name) => (
            <button
              key={name}
              type="button"
              className="chip"
              aria-pressed={view === name}
              onClick={() => setView(name)}
            >
              {t(`case.diagram.${name}`)}
            </button>
          ))}
          <button type="button" className="chip" onClick={() => setLarge(true)}>
            {t('case.large')}
          </button>
        </fieldset>
      }
    >
      {picture('m')}
      {isLarge && (
        <Dialog title={t(`case.diagram.${view}`)} isOpen size="xl" onClose={() => setLarge(false)}>
          {picture('l')}
        </Dialog>
      )}
    </Panel>
  );
}
