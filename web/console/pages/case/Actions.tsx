import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { listOrderActions, type OrderAction } from '#contracts/http/operator.ts';
import { useApi } from '../../../ui/api/query.ts';
import { Button } from '../../../ui/Button.tsx';
import { Loaded, Skeleton } from '../../../ui/states.tsx';
import { Id, MissingNotice, Panel } from '../../parts/page.tsx';
import { useWords } from '../../parts/words.ts';
import { ActionDialog } from './ActionDialog.tsx';

/** What may be done about the order now; each is tried dry before it is done. */
export function Actions({ id }: { readonly id: string }): ReactNode {
  const { t } = useTranslation('console');
  const found = useApi(listOrderActions, { params: { id } }, { refetchMs: 10_000 });
  const [chosen, setChosen] = useState<OrderAction>();
  return (
    <Panel title={t('case.actions')} isPadded={false}>
      <Loaded
        of={found}
        waiting={
          <div className="padded">
            <Skeleton height="2rem" count={4} />
          </div>
        }
      >
        {({ data, missing }) => (
          <>
            <MissingNotice of={missing} />
            <Allowed actions={data.filter(({ allowed }) => allowed)} onChoose={setChosen} />
            <Refused actions={data.filter(({ allowed }) => !allowed)} />
          </>
        )}
      </Loaded>
      {chosen && <ActionDialog orderId={id} action={chosen} onClose={() => setChosen(undefined)} />}
    </Panel>
  );
}

function Allowed(props: { readonly actions: readonly OrderAction[]; onChoose(action: OrderAction): void }): ReactNode {
  const { t } = useTranslation('console');
  const words = useWords();
  if (props.actions.length === 0) return <p className="padded soft small">{t('case.noActions')}</p>;
  return (
    <ul className="actions">
      {props.actions.map((action) => (
        <li key={`${action.action} ${action.object}`}>
          <div className="grow">
            <p>{words('action', action.action)}</p>
            <p className="soft small">
              {t('case.steps', { count: action.steps.length })}
              {!action.object.startsWith('ord_') && (
                <>
                  {' · '}
                  <Id of={action.object} isShort />
                </>
              )}
            </p>
          </div>
          <Button size="s" kind="secondary" onPress={() => props.onChoose(action)}>
            {t('case.preview')}
            <span className="visually-hidden"> {words('action', action.action)}</span>
          </Button>
        </li>
      ))}
    </ul>
  );
}

function Refused({ actions }: { readonly actions: readonly OrderAction[] }): ReactNode {
  const { t } = useTranslation('console');
  const words = useWords();
  if (actions.length === 0) return null;
  return (
    <details className="actions-refused">
      <summary className="small soft">{t('case.notNow', { count: actions.length })}</summary>
      <ul className="actions">
        {actions.map(({ action, object, refusal }) => (
          <li key={`${action} ${object}`} title={refusal?.detail}>
            <div className="grow">
              <p className="soft">{words('action', action)}</p>
              <p className="soft small">{words('actionRefused', reasonOf(action, refusal?.code))}</p>
            </div>
          </li>
        ))}
      </ul>
    </details>
  );
}

/** Why not, as it is called among the texts. */
function reasonOf(action: OrderAction['action'], code: string | undefined): string {
  if (code === 'unavailable') return code;
  return action === 'settle_refund' && code === 'validation_failed' ? 'needs_amount' : action;
}
