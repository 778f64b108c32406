import { Link, useParams } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { discardDeadLetter, retryDeadLetter, showDeadLetter } from '#contracts/http/gateway.ts';
import type { ShownDeadLetter } from '#contracts/http/runtime.ts';
import { useApi } from '../../ui/api/query.ts';
import { Button } from '../../ui/Button.tsx';
import { Badge } from '../../ui/badges.tsx';
import { Loaded, Skeleton } from '../../ui/states.tsx';
import { ActDialog, ReasonInput } from '../parts/ActDialog.tsx';
import { Facts, Id, PageHead, Panel, Raw } from '../parts/page.tsx';
import { Moment } from '../parts/time.tsx';
import { useWords } from '../parts/words.ts';
import { toneOf } from './case/entry.ts';
import { messageName } from './case/Steps.tsx';

export function DeadLetterPage(): ReactNode {
  const { id = '' } = useParams({ strict: false });
  const found = useApi(showDeadLetter, { params: { id } }, { refetchMs: 5_000 });
  return (
    <Loaded of={found} waiting={<Skeleton height="10rem" count={2} />}>
      {(letter) => <Letter of={letter} />}
    </Loaded>
  );
}

function Letter({ of }: { readonly of: ShownDeadLetter }): ReactNode {
  const { t } = useTranslation('console');
  const words = useWords();
  const [act, setAct] = useState<'retry' | 'discard'>();
  const isOpen = of.status === 'PARKED' || of.status === 'RETRYING' || of.status === 'HELD';
  return (
    <>
      <PageHead
        title={
          <span className="row">
            <span>{words('message', messageName(of.message.type))}</span>
            <Badge tone={toneOf(of.status)}>{words('status', of.status)}</Badge>
          </span>
        }
        text={<Id of={of.id} />}
      >
        {isOpen && of.status !== 'HELD' && (
          <Button icon="refresh" onPress={() => setAct('retry')}>
            {t('deadLetters.retry')}
          </Button>
        )}
        {isOpen && (
          <Button kind="danger" icon="trash" onPress={() => setAct('discard')}>
            {t('deadLetters.discard')}
          </Button>
        )}
      </PageHead>
      <div className="columns">
        <Panel title={t('deadLetters.about')}>
          <Facts of={useFacts(of)} />
        </Panel>
        <Panel title={t('raw')}>
          <Raw of={of.message} />
        </Panel>
      </div>
      {act === 'retry' && <Retry id={of.id} onClose={() => setAct(undefined)} />}
      {act === 'discard' && <Discard id={of.id} onClose={() => setAct(undefined)} />}
    </>
  );
}

function useFacts(of: ShownDeadLetter): (readonly [string, ReactNode])[] {
  const { t } = useTranslation('console');
  const words = useWords();
  const { key } = of.message;
  return [
    [
      t('deadLetters.subject'),
      key.startsWith('ord_') ? (
        <Link key="order" to="/orders/$id" params={{ id: key }} className="link">
          {t('deadLetters.toCase')}
        </Link>
      ) : (
        <Id key="key" of={key} />
      ),
    ],
    [t('field.service'), words('service', of.service)],
    [t('case.from'), words('service', of.message.source)],
    [t('deadLetters.attempts'), of.attempts],
    [
      t('deadLetters.error'),
      <span key="error" lang="en">
        {of.error ?? '–'}
      </span>,
    ],
    [t('deadLetters.at'), <Moment key="at" at={of.setAsideAt} />],
    ...(of.nextAttemptAt ? [[t('deadLetters.next'), <Moment key="next" at={of.nextAttemptAt} />] as const] : []),
    ...(of.heldBehind
      ? [
          [
            t('deadLetters.behind'),
            <Link key="behind" to="/dead-letters/$id" params={{ id: of.heldBehind }} className="link">
              {of.heldBehind}
            </Link>,
          ] as const,
        ]
      : []),
    [t('deadLetters.holding'), of.holding.count],
    ...(of.settledAt
      ? [
          [t('deadLetters.settledAt'), <Moment key="settled" at={of.settledAt} />] as const,
          [t('reason'), of.settledReason ?? '–'] as const,
        ]
      : []),
  ];
}

interface Asked {
  readonly id: string;
  onClose(): void;
}

function Retry({ id, onClose }: Asked): ReactNode {
  const { t } = useTranslation('console');
  return (
    <ActDialog
      title={t('deadLetters.retry')}
      text={t('deadLetters.retryText')}
      submit={t('deadLetters.retry')}
      operation={retryDeadLetter}
      params={{ id }}
      schema={async () => (await import('../schemas.ts')).retryDeadLetter.body}
      initial={{ reason: '' }}
      bodyOf={({ reason }) => ({ reason })}
      done={t('deadLetters.retried')}
      onClose={onClose}
    >
      {(form) => <ReasonInput form={form} isOptional />}
    </ActDialog>
  );
}

function Discard({ id, onClose }: Asked): ReactNode {
  const { t } = useTranslation('console');
  return (
    <ActDialog
      title={t('deadLetters.discard')}
      text={t('deadLetters.discardText')}
      submit={t('deadLetters.discard')}
      isDanger
      operation={discardDeadLetter}
      params={{ id }}
      schema={async () => (await import('../schemas.ts')).discardDeadLetter.body}
      initial={{ reason: '' }}
      bodyOf={({ reason }) => ({ reason })}
      done={t('deadLetters.discarded')}
      onClose={onClose}
    >
      {(form) => <ReasonInput form={form} />}
    </ActDialog>
  );
}
