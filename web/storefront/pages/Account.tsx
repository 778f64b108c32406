import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { endSession, getMe, listSessions } from '#contracts/http/identity.ts';
import { changePassword, listAddresses, removeAddress, renameMe, type SavedAddress } from '#contracts/http/profile.ts';
import { call } from '../../ui/api/call.ts';
import { isProblem } from '../../ui/api/problem.ts';
import { keyOf, useAct, useApi } from '../../ui/api/query.ts';
import { Button } from '../../ui/Button.tsx';
import { Badge } from '../../ui/badges.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { TextInput } from '../../ui/fields.tsx';
import { formatTime } from '../../ui/format.ts';
import { useForm } from '../../ui/forms/form.ts';
import type { Me } from '../../ui/me.ts';
import { Loaded, ProblemNotice, Skeleton } from '../../ui/states.tsx';
import { toast } from '../../ui/toasts.tsx';
import { AddressForm, AddressText } from '../Addresses.tsx';
import { deviceOf } from '../devices.ts';
import { MyPages } from '../MyPages.tsx';
import { ForMe, Page } from '../Page.tsx';

export function Account(): ReactNode {
  const { t } = useTranslation('shop');
  return (
    <ForMe>
      {(me) => (
        <Page title={t('account.title')}>
          <MyPages />
          <div className="halves">
            <Profile me={me} />
            <Password me={me} />
            <Addresses />
            <Sessions />
          </div>
        </Page>
      )}
    </ForMe>
  );
}

function Profile({ me }: { readonly me: Me }): ReactNode {
  const { t } = useTranslation('shop');
  const queries = useQueryClient();
  const form = useForm({
    initial: { name: me.name },
    schema: async () => (await import('../schemas.ts')).renameMe.body,
    bodyOf: ({ name }) => ({ name: name.trim() }),
    send: async (body) => {
      queries.setQueryData(keyOf(getMe, {}), await call(renameMe, { body }));
      toast(t('account.saved'));
    },
  });
  return (
    <form className="card stack" onSubmit={(event) => void form.submit(event)} noValidate>
      <h2>{t('account.profile')}</h2>
      {form.problem && <ProblemNotice problem={form.problem} />}
      <div>
        <p className="field-label">{t('account.email')}</p>
        <p className="soft">{me.email}</p>
      </div>
      <TextInput
        label={t('account.name')}
        autoComplete="name"
        value={form.values.name}
        onChange={(value) => form.set('name', value)}
        error={form.errorOf('/name')}
      />
      <div>
        <Button type="submit" kind="secondary" isPending={form.isSending}>
          {t('account.save')}
        </Button>
      </div>
    </form>
  );
}

function Password({ me }: { readonly me: Me }): ReactNode {
  const { t } = useTranslation('shop');
  const queries = useQueryClient();
  const empty = { currentPassword: '', newPassword: '' };
  const form = useForm({
    initial: empty,
    schema: async () => (await import('../schemas.ts')).changePassword.body,
    bodyOf: (values) => values,
    send: async (body) => {
      await call(changePassword, { body });
      form.set('currentPassword', '');
      form.set('newPassword', '');
      toast(t('account.changed'));
      await queries.invalidateQueries({ queryKey: keyOf(listSessions) });
    },
  });
  const isWrong = isProblem(form.problem, 'invalid_credentials');
  return (
    <form className="card stack" onSubmit={(event) => void form.submit(event)} noValidate>
      <h2>{t('account.password')}</h2>
      {/* For password managers: whose password it is. */}
      <input type="hidden" name="username" autoComplete="username" value={me.email} readOnly />
      {form.problem && !isWrong && <ProblemNotice problem={form.problem} />}
      <TextInput
        label={t('account.current')}
        type="password"
        autoComplete="current-password"
        value={form.values.currentPassword}
        onChange={(value) => form.set('currentPassword', value)}
        error={isWrong ? t('account.currentWrong') : form.errorOf('/currentPassword')}
      />
      <TextInput
        label={t('account.next')}
        type="password"
        autoComplete="new-password"
        hint={t('door.passwordHint')}
        value={form.values.newPassword}
        onChange={(value) => form.set('newPassword', value)}
        error={form.errorOf('/newPassword')}
      />
      <div>
        <Button type="submit" kind="secondary" isPending={form.isSending}>
          {t('account.changePassword')}
        </Button>
      </div>
    </form>
  );
}

function Addresses(): ReactNode {
  const { t } = useTranslation(['shop', 'ui']);
  const queries = useQueryClient();
  const book = useApi(listAddresses, { query: { limit: 50 } });
  const [edited, setEdited] = useState<SavedAddress | 'new'>();
  const remove = useAct(removeAddress, {
    onDone: () => void queries.invalidateQueries({ queryKey: keyOf(listAddresses) }),
  });
  const close = (): void => setEdited(undefined);
  return (
    <section className="card stack">
      <h2>{t('account.addresses')}</h2>
      {remove.error && <ProblemNotice problem={remove.error} />}
      <Loaded of={book} waiting={<Skeleton height="5rem" count={2} />}>
        {({ data }) => (
          <ul className="list">
            {data.length === 0 && <li className="soft">{t('address.none')}</li>}
            {data.map((saved) => (
              <li key={saved.id} className="stack-s">
                <AddressText address={saved.address} />
                <div className="row">
                  {saved.isDefault && <Badge tone="good">{t('address.default')}</Badge>}
                  <Button kind="quiet" size="s" onPress={() => setEdited(saved)}>
                    {t('address.edit')}
                  </Button>
                  <Button kind="quiet" size="s" onPress={() => remove.mutate({ params: { id: saved.id } })}>
                    {t('address.remove')}
                  </Button>
                </div>
              </li>
            ))}
          </ul>
        )}
      </Loaded>
      <div>
        <Button kind="secondary" size="s" icon="plus" onPress={() => setEdited('new')}>
          {t('address.add')}
        </Button>
      </div>
      {edited !== undefined && (
        <Dialog title={t(edited === 'new' ? 'address.add' : 'address.editTitle')} isOpen onClose={close}>
          <AddressForm onDone={close} onCancel={close} {...(edited !== 'new' && { saved: edited })} />
        </Dialog>
      )}
    </section>
  );
}

function Sessions(): ReactNode {
  const { t } = useTranslation('shop');
  const queries = useQueryClient();
  const sessions = useApi(listSessions, { query: { limit: 20 } });
  const end = useAct(endSession, {
    onDone: () => {
      toast(t('account.ended'));
      void queries.invalidateQueries({ queryKey: keyOf(listSessions) });
    },
  });
  return (
    <section className="card stack">
      <h2>{t('account.sessions')}</h2>
      {end.error && <ProblemNotice problem={end.error} />}
      <Loaded of={sessions} waiting={<Skeleton height="4rem" count={2} />}>
        {({ data }) => (
          <ul className="list">
            {data.map(({ id, userAgent, address, lastUsedAt, current }) => (
              <li key={id} className="spread">
                <div>
                  <p>
                    <strong>{deviceOf(userAgent) ?? t('account.unknownDevice')}</strong>
                  </p>
                  <p className="small soft">
                    {t('account.lastUsed', { time: formatTime(lastUsedAt) })} · {address}
                  </p>
                </div>
                {current ? (
                  <Badge tone="good">{t('account.here')}</Badge>
                ) : (
                  <Button kind="quiet" size="s" onPress={() => end.mutate({ params: { id } })}>
                    {t('account.end')}
                  </Button>
                )}
              </li>
            ))}
          </ul>
        )}
      </Loaded>
    </section>
  );
}
