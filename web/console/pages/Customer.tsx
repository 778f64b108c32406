import { useParams } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { getUser } from '#contracts/http/users.ts';
import { getUserWallet } from '#contracts/http/wallet.ts';
import type { Answered } from '../../ui/api/call.ts';
import { useApi } from '../../ui/api/query.ts';
import { Button } from '../../ui/Button.tsx';
import { DataTable } from '../../ui/DataTable.tsx';
import { formatMoney } from '../../ui/format.ts';
import { languages } from '../../ui/i18n.ts';
import { useMe } from '../../ui/me.ts';
import { Loaded, Skeleton } from '../../ui/states.tsx';
import { column } from '../parts/Listing.tsx';
import { Facts, Id, PageHead, Panel } from '../parts/page.tsx';
import { Moment } from '../parts/time.tsx';
import { Roles } from './Customers.tsx';
import { AdjustWallet, DisableOrEnable, EndSessions, SetRoles } from './customer/dialogs.tsx';
import { OrderList } from './Orders.tsx';

type User = Answered<typeof getUser>;

export function CustomerPage(): ReactNode {
  const { id = '' } = useParams({ strict: false });
  const found = useApi(getUser, { params: { id } });
  return (
    <Loaded of={found} waiting={<Skeleton height="10rem" count={2} />}>
      {(user) => <Customer user={user} />}
    </Loaded>
  );
}

function Customer({ user }: { readonly user: User }): ReactNode {
  const { t } = useTranslation('console');
  const me = useMe();
  const [asked, setAsked] = useState<'roles' | 'sessions' | 'wallet' | 'account'>();
  const close = (): void => setAsked(undefined);
  const isAdmin = me?.roles.includes('admin') ?? false;
  const mayDisable = me?.id !== user.id && (isAdmin || user.roles.length === 0);
  return (
    <>
      <PageHead title={user.name} text={user.email}>
        {isAdmin && (
          <Button kind="secondary" icon="shield" onPress={() => setAsked('roles')}>
            {t('customers.setRoles')}
          </Button>
        )}
        {mayDisable && (
          <Button kind={user.disabledAt === null ? 'danger' : 'secondary'} onPress={() => setAsked('account')}>
            {t(user.disabledAt === null ? 'customers.disable' : 'customers.enable')}
          </Button>
        )}
      </PageHead>
      <div className="columns">
        <Panel title={t('customers.about')}>
          <Facts
            of={[
              [t('field.id'), <Id key="id" of={user.id} />],
              [t('field.email'), user.email],
              [t('field.role'), <Roles key="roles" of={user.roles} />],
              [t('field.language'), languages.find(({ code }) => code === user.language)?.name ?? user.language],
              [t('customers.since'), <Moment key="at" at={user.createdAt} />],
              [t('customers.status'), <Account key="account" disabledAt={user.disabledAt} />],
            ]}
          />
        </Panel>
        <Wallet id={user.id} onAdjust={() => setAsked('wallet')} />
      </div>
      <Sessions of={user.sessions} onEnd={() => setAsked('sessions')} />
      <h2>{t('pages.orders')}</h2>
      <OrderList search={{}} user={user.id} />
      {asked === 'roles' && <SetRoles user={user} onClose={close} />}
      {asked === 'sessions' && <EndSessions user={user} onClose={close} />}
      {asked === 'account' && <DisableOrEnable user={user} onClose={close} />}
      {asked === 'wallet' && <AdjustWallet userId={user.id} onClose={close} />}
    </>
  );
}

function Account({ disabledAt }: Pick<User, 'disabledAt'>): ReactNode {
  const { t } = useTranslation('console');
  if (disabledAt === null) return t('customers.open');
  return (
    <>
      {t('customers.disabledSince')} <Moment at={disabledAt} />
    </>
  );
}

function Wallet({ id, onAdjust }: { readonly id: string; onAdjust(): void }): ReactNode {
  const { t } = useTranslation('console');
  const found = useApi(getUserWallet, { params: { userId: id } });
  return (
    <Panel
      title={t('customers.wallet')}
      aside={
        <Button size="s" kind="secondary" icon="wallet" onPress={onAdjust}>
          {t('customers.adjust')}
        </Button>
      }
    >
      <Loaded of={found} waiting={<Skeleton height="2.5rem" />}>
        {({ balance }) => (
          <>
            <p className="soft small">{t('customers.balance')}</p>
            <p className="figure number">{formatMoney(balance)}</p>
          </>
        )}
      </Loaded>
    </Panel>
  );
}

function Sessions({ of, onEnd }: { readonly of: User['sessions']; onEnd(): void }): ReactNode {
  const { t } = useTranslation('console');
  type Row = User['sessions'][number];
  return (
    <Panel
      title={t('customers.sessions')}
      isPadded={false}
      aside={
        of.length > 0 && (
          <Button size="s" kind="danger" onPress={onEnd}>
            {t('customers.endSessions')}
          </Button>
        )
      }
    >
      {of.length === 0 ? (
        <p className="padded soft small">{t('customers.noSessions')}</p>
      ) : (
        <DataTable
          caption={t('customers.sessions')}
          rows={of.slice(0, 10)}
          idOf={({ id }) => id}
          columns={[
            column<Row>('agent', t('customers.browser'), ({ userAgent }) => (
              <span className="clip">{userAgent ?? '–'}</span>
            )),
            column<Row>('address', t('customers.address'), ({ address }) => <code>{address}</code>),
            column<Row>('at', t('customers.begun'), ({ createdAt }) => <Moment at={createdAt} />),
            column<Row>('used', t('customers.used'), ({ lastUsedAt }) => <Moment at={lastUsedAt} />),
          ]}
        />
      )}
    </Panel>
  );
}
