import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { type AdminUser, listUsers } from '#contracts/http/users.ts';
import { useApiList } from '../../ui/api/query.ts';
import { Badge } from '../../ui/badges.tsx';
import { languages } from '../../ui/i18n.ts';
import { given, useFilters } from '../parts/address.ts';
import { FilterBar, FilterChoice, FilterText } from '../parts/FilterBar.tsx';
import { column, Listing } from '../parts/Listing.tsx';
import { Id, PageHead } from '../parts/page.tsx';
import { Moment } from '../parts/time.tsx';
import { useWords } from '../parts/words.ts';

const roles = ['operator', 'admin'] as const;

/** Everybody who has an account: customers, and by their role those who may be here. */
export function Customers(): ReactNode {
  const { t } = useTranslation('console');
  const words = useWords();
  const filters = useFilters();
  const { q, role } = filters.values;
  const users = useApiList(listUsers, {
    query: given({ q, role: role as (typeof roles)[number] | undefined, limit: 25 }),
  });
  return (
    <>
      <PageHead title={t('pages.customers')} text={t('customers.text')} />
      <FilterBar filters={filters}>
        <FilterText filters={filters} name="q" label={t('customers.search')} isWide />
        <FilterChoice
          filters={filters}
          name="role"
          label={t('field.role')}
          options={roles.map((value) => ({ value, text: words('role', value) }))}
        />
      </FilterBar>
      <Listing
        of={users}
        caption={t('pages.customers')}
        idOf={({ id }) => id}
        blank={{ icon: 'user', title: t('customers.none'), text: t('customers.noneText') }}
        columns={[
          column<AdminUser>('name', t('field.name'), ({ id, name }) => (
            <Link to="/customers/$id" params={{ id }} className="row-link">
              {name}
            </Link>
          )),
          column<AdminUser>('email', t('field.email'), ({ email }) => email),
          column<AdminUser>('roles', t('field.role'), (user) => (
            <>
              <Roles of={user.roles} />
              {user.disabledAt !== null && <Badge tone="bad">{t('customers.disabled')}</Badge>}
            </>
          )),
          column<AdminUser>(
            'language',
            t('field.language'),
            ({ language }) => languages.find(({ code }) => code === language)?.name ?? language,
          ),
          column<AdminUser>('id', t('field.id'), ({ id }) => <Id of={id} isShort />),
          column<AdminUser>('at', t('customers.since'), ({ createdAt }) => <Moment at={createdAt} />),
        ]}
      />
    </>
  );
}

export function Roles({ of }: { readonly of: readonly string[] }): ReactNode {
  const { t } = useTranslation('console');
  const words = useWords();
  if (of.length === 0) return <span className="soft">{t('customers.customer')}</span>;
  return (
    <span className="badge-line">
      {of.map((role) => (
        <Badge key={role} tone="info">
          {words('role', role)}
        </Badge>
      ))}
    </span>
  );
}
