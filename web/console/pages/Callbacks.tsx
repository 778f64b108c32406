import { Link } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { listCallbacks } from '#contracts/http/payment.ts';
import type { Answered } from '../../ui/api/call.ts';
import { useApiList } from '../../ui/api/query.ts';
import { Button } from '../../ui/Button.tsx';
import { Badge } from '../../ui/badges.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { useFilters } from '../parts/address.ts';
import { FilterBar, FilterChoice } from '../parts/FilterBar.tsx';
import { column, Listing } from '../parts/Listing.tsx';
import { Id, PageHead, Raw } from '../parts/page.tsx';
import { Moment } from '../parts/time.tsx';
import { useWords } from '../parts/words.ts';
import { toneOf } from './case/entry.ts';

type Callback = Answered<typeof listCallbacks>['data'][number];

/** What providers told, and what of it was refused: forged, stale, over another amount. */
export function Callbacks(): ReactNode {
  const { t } = useTranslation('console');
  const words = useWords();
  const filters = useFilters();
  const status = filters.values.status === 'TAKEN' ? 'TAKEN' : 'REFUSED';
  const [opened, setOpened] = useState<Callback>();
  const callbacks = useApiList(listCallbacks, { query: { status, limit: 25 } });
  return (
    <>
      <PageHead title={t('pages.callbacks')} text={t('callbacks.text')} />
      <FilterBar filters={filters}>
        <FilterChoice
          filters={filters}
          name="status"
          label={t('field.status')}
          anyText={words('status', 'REFUSED')}
          options={[{ value: 'TAKEN', text: words('status', 'TAKEN') }]}
        />
      </FilterBar>
      <Listing
        of={callbacks}
        caption={t('pages.callbacks')}
        idOf={({ id }) => id}
        blank={{
          icon: 'shield',
          title: t(status === 'TAKEN' ? 'callbacks.noneTaken' : 'callbacks.none'),
          text: t('callbacks.noneText'),
        }}
        columns={[
          column<Callback>('at', t('field.at'), ({ receivedAt }) => <Moment at={receivedAt} />),
          column<Callback>('provider', t('field.provider'), ({ provider }) => words('method', provider)),
          column<Callback>('status', t('field.status'), (row) => (
            <Badge tone={toneOf(row.status)}>{words('status', row.status)}</Badge>
          )),
          column<Callback>('why', t('field.why'), ({ why }) => (why ? words('callbackReason', why) : '–')),
          column<Callback>('order', t('field.order'), ({ orderId }) =>
            orderId ? (
              <Link to="/orders/$id" params={{ id: orderId }} className="link">
                <Id of={orderId} isShort />
              </Link>
            ) : (
              '–'
            ),
          ),
          column<Callback>('deliveries', t('callbacks.deliveries'), ({ deliveries }) => deliveries, { end: true }),
          column<Callback>('acts', t('acts'), (row) => (
            <div className="row-acts">
              <Button size="s" kind="secondary" onPress={() => setOpened(row)}>
                {t('details')}
              </Button>
            </div>
          )),
        ]}
      />
      {opened && (
        <Dialog title={words('method', opened.provider)} isOpen size="l" onClose={() => setOpened(undefined)}>
          <Raw of={opened} />
        </Dialog>
      )}
    </>
  );
}
