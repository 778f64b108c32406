import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { listDemoAccounts } from '#contracts/http/identity.ts';
import { useApi } from './api/query.ts';
import { Button } from './Button.tsx';
import { Notice } from './states.tsx';

/** Whom a demo lets in here, filled in by one press; nothing anywhere else. */
export function DemoAccount(props: {
  /** Of those with this role; else of those with none. */
  readonly isFor?: string;
  onUse(account: { readonly email: string; readonly password: string }): void;
}): ReactNode {
  const { t } = useTranslation('ui');
  const { data } = useApi(listDemoAccounts);
  const { isFor, onUse } = props;
  const account = data?.data.find(({ roles }) => (isFor === undefined ? roles.length === 0 : roles.includes(isFor)));
  if (!account) return null;
  return (
    <Notice tone="info" title={t('demo.title')}>
      <p className="small">{t('demo.text', { email: account.email, password: account.password })}</p>
      <div>
        <Button kind="secondary" size="s" onPress={() => onUse(account)}>
          {t('demo.use')}
        </Button>
      </div>
    </Notice>
  );
}
