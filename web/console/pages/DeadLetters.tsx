import { Link } from '@tanstack/react-router';
import type { TFunction } from 'i18next';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { listDeadLetters } from '#contracts/http/gateway.ts';
import type { DeadLetter } from '#contracts/http/runtime.ts';
import { useApiList } from '../../ui/api/query.ts';
import { Button } from '../../ui/Button.tsx';
import { Badge } from '../../ui/badges.tsx';
import { given, useFilters } from '../parts/address.ts';
import { FilterBar, FilterChoice, FilterText } from '../parts/FilterBar.tsx';
import { column, Listing } from '../parts/Listing.tsx';
import { PageHead } from '../parts/page.tsx';
import { serviceNames } from '../parts/services.ts';
import { Moment } from '../parts/time.tsx';
import { useWords } from '../parts/words.ts';
import { toneOf } from './case/entry.ts';
import { messageName } from './case/Steps.tsx';
import { BulkDiscard, BulkRetry } from './dead-letters/BulkActs.tsx';

const statuses = [
  'PARKED',
  'HELD',
  'RETRYING',
  'RETRIED',
  'DISCARDED',
] as const satisfies readonly DeadLetter['status'][];

export function DeadLetters(): ReactNode {
  const { t } = useTranslation('console');
  const words = useWords();
  const filters = useFilters();
  const [bulk, setBulk] = useState<'retry' | 'discard'>();
  const close = (): void => setBulk(undefined);
  const { service, status, type, key } = filters.values;
  const letters = useApiList(
    listDeadLetters,
    {
      query: given({
        service,
        type,
        key,
        status: status as DeadLetter['status'] | undefined,
        settled: status ? undefined : false,
        limit: 25,
      }),
    },
    { refetchMs: 5_000 },
  );
  return (
    <>
      <PageHead title={t('pages.deadLetters')} text={t('deadLetters.text')}>
        <Button icon="refresh" onPress={() => setBulk('retry')}>
          {t('deadLetters.retryBulk')}
        </Button>
        <Button kind="danger" onPress={() => setBulk('discard')}>
          {t('deadLetters.discardBulk')}
        </Button>
      </PageHead>
      <FilterBar filters={filters}>
        <FilterText filters={filters} name="key" label={t('deadLetters.subject')} isWide />
        <FilterChoice
          filters={filters}
          name="service"
          label={t('field.service')}
          options={serviceNames.map((value) => ({ value, text: words('service', value) }))}
        />
        <FilterText filters={filters} name="type" label={t('deadLetters.type')} />
        <FilterChoice
          filters={filters}
          name="status"
          label={t('field.status')}
          anyText={t('deadLetters.open')}
          options={statuses.map((value) => ({ value, text: words('status', value) }))}
        />
      </FilterBar>
      <Listing
        of={letters}
        caption={t('pages.deadLetters')}
        idOf={({ id }) => id}
        blank={{ icon: 'success', title: t('deadLetters.none'), text: t('deadLetters.noneText') }}
        columns={columnsOf(t, words)}
      />
      {bulk === 'retry' && <BulkRetry filter={given({ service, type, key })} onClose={close} />}
      {bulk === 'discard' && <BulkDiscard filter={given({ service, type, key })} onClose={close} />}
    </>
  );
}

function columnsOf(t: TFunction<'console'>, words: ReturnType<typeof useWords>) {
  return [
    column<DeadLetter>('message', t('deadLetters.message'), ({ id, message }) => (
      <Link to="/dead-letters/$id" params={{ id }} className="row-link">
        {words('message', messageName(message.type))}
      </Link>
    )),
    column<DeadLetter>('service', t('field.service'), (row) => words('service', row.service)),
    column<DeadLetter>('status', t('field.status'), (row) => (
      <Badge tone={toneOf(row.status)}>{words('status', row.status)}</Badge>
    )),
    column<DeadLetter>('attempts', t('deadLetters.attempts'), ({ attempts }) => attempts, { end: true }),
    column<DeadLetter>('error', t('deadLetters.error'), ({ error }) => (
      <span className="clip" lang="en">
        {error ?? '–'}
      </span>
    )),
    column<DeadLetter>('at', t('deadLetters.at'), ({ setAsideAt }) => <Moment at={setAsideAt} />),
  ];
}
