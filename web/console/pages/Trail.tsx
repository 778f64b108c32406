import { Link } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { listTrail } from '#contracts/http/operator.ts';
import type { Answered } from '../../ui/api/call.ts';
import { useApiList } from '../../ui/api/query.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { dayStart, given, useFilters } from '../parts/address.ts';
import { FilterBar, FilterChoice, FilterDay, FilterText } from '../parts/FilterBar.tsx';
import { column, Listing } from '../parts/Listing.tsx';
import { Id, PageHead, Raw } from '../parts/page.tsx';
import { serviceNames } from '../parts/services.ts';
import { Moment } from '../parts/time.tsx';
import { useWords } from '../parts/words.ts';

type Entry = Answered<typeof listTrail>['data'][number];

/** Who changed what, and why. */
export function Trail(): ReactNode {
  const { t } = useTranslation('console');
  const words = useWords();
  const filters = useFilters();
  const { actor, object, action, service, from, to } = filters.values;
  const [opened, setOpened] = useState<Entry>();
  const trail = useApiList(listTrail, {
    query: given({ actor, object, action, service, from: dayStart(from), to: dayStart(to, 1), limit: 50 }),
  });
  return (
    <>
      <PageHead title={t('pages.trail')} text={t('trail.text')} />
      <FilterBar filters={filters}>
        <FilterText filters={filters} name="actor" label={t('trail.actor')} isWide />
        <FilterText filters={filters} name="object" label={t('trail.object')} />
        <FilterText filters={filters} name="action" label={t('trail.action')} />
        <FilterChoice
          filters={filters}
          name="service"
          label={t('field.service')}
          options={serviceNames.map((value) => ({ value, text: words('service', value) }))}
        />
        <FilterDay filters={filters} name="from" label={t('filter.from')} />
        <FilterDay filters={filters} name="to" label={t('filter.to')} />
      </FilterBar>
      <Listing
        of={trail}
        caption={t('pages.trail')}
        idOf={({ id }) => id}
        blank={{ icon: 'clock', title: t('trail.none'), text: t('trail.noneText') }}
        columns={[
          column<Entry>('at', t('field.at'), ({ at }) => <Moment at={at} />),
          column<Entry>(
            'actor',
            t('field.actor'),
            (row) =>
              row.actorEmail ??
              (row.actor.startsWith('usr_') ? <Id of={row.actor} isShort /> : words('service', row.actor)),
          ),
          column<Entry>('action', t('field.action'), (row) => words('act', row.action)),
          column<Entry>('object', t('field.object'), (row) => <Target of={row.object} />),
          column<Entry>('reason', t('reason'), (row) => <span className="clip">{row.reason ?? '–'}</span>),
          column<Entry>('service', t('field.service'), (row) => words('service', row.service)),
          column<Entry>('acts', t('acts'), (row) => (
            <div className="row-acts">
              <Button size="s" kind="secondary" onPress={() => setOpened(row)}>
                {t('details')}
              </Button>
            </div>
          )),
        ]}
      />
      {opened && (
        <Dialog title={words('act', opened.action)} isOpen size="l" onClose={() => setOpened(undefined)}>
          <Raw of={opened} />
        </Dialog>
      )}
    </>
  );
}

function Target({ of }: { readonly of: string }): ReactNode {
  const id = <Id of={of} isShort />;
  if (of.startsWith('ord_')) {
    return (
      <Link to="/orders/$id" params={{ id: of }} className="link">
        {id}
      </Link>
    );
  }
  if (of.startsWith('usr_')) {
    return (
      <Link to="/customers/$id" params={{ id: of }} className="link">
        {id}
      </Link>
    );
  }
  return id;
}
