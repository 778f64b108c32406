import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { type AdminUser, disableUser, enableUser, endUserSessions, setUserRoles } from '#contracts/http/users.ts';
import { adjustWallet } from '#contracts/http/wallet.ts';
import { Checkbox, TextInput } from '../../../ui/fields.tsx';
import { parseAmount } from '../../../ui/format.ts';
import { ActDialog, ReasonInput } from '../../parts/ActDialog.tsx';
import { useWords } from '../../parts/words.ts';

interface Asked {
  readonly user: Pick<AdminUser, 'id' | 'roles' | 'name' | 'disabledAt'>;
  onClose(): void;
}

export function SetRoles({ user, onClose }: Asked): ReactNode {
  const { t } = useTranslation('console');
  const words = useWords();
  return (
    <ActDialog
      title={t('customers.setRoles')}
      text={t('customers.setRolesText', { name: user.name })}
      submit={t('save')}
      isDanger
      operation={setUserRoles}
      params={{ id: user.id }}
      schema={async () => (await import('../../schemas.ts')).setUserRoles.body}
      initial={{ operator: user.roles.includes('operator'), admin: user.roles.includes('admin'), reason: '' }}
      bodyOf={({ operator, admin, reason }) => ({
        roles: [...(operator ? (['operator'] as const) : []), ...(admin ? (['admin'] as const) : [])],
        reason,
      })}
      done={t('done')}
      onClose={onClose}
    >
      {(form) => (
        <>
          {(['operator', 'admin'] as const).map((role) => (
            <Checkbox key={role} isSelected={form.values[role]} onChange={(value) => form.set(role, value)}>
              <strong>{words('role', role)}</strong>
              <br />
              <span className="soft small">{t(`customers.may.${role}`)}</span>
            </Checkbox>
          ))}
          <ReasonInput form={form} />
        </>
      )}
    </ActDialog>
  );
}

export function EndSessions({ user, onClose }: Asked): ReactNode {
  const { t } = useTranslation('console');
  return (
    <ActDialog
      title={t('customers.endSessions')}
      text={t('customers.endSessionsText', { name: user.name })}
      submit={t('customers.endSessions')}
      isDanger
      operation={endUserSessions}
      params={{ id: user.id }}
      schema={async () => (await import('../../schemas.ts')).endUserSessions.body}
      initial={{ reason: '' }}
      bodyOf={({ reason }) => ({ reason })}
      done={t('done')}
      onClose={onClose}
    >
      {(form) => <ReasonInput form={form} />}
    </ActDialog>
  );
}

/** Whoever is disabled is enabled by the same button, and the other way round. */
export function DisableOrEnable({ user, onClose }: Asked): ReactNode {
  const { t } = useTranslation('console');
  const act = user.disabledAt === null ? 'disable' : 'enable';
  return (
    <ActDialog
      title={t(`customers.${act}`)}
      text={t(`customers.${act}Text`, { name: user.name })}
      submit={t(`customers.${act}`)}
      isDanger={act === 'disable'}
      operation={act === 'disable' ? disableUser : enableUser}
      params={{ id: user.id }}
      schema={async () => (await import('../../schemas.ts'))[`${act}User`].body}
      initial={{ reason: '' }}
      bodyOf={({ reason }) => ({ reason })}
      done={t('done')}
      onClose={onClose}
    >
      {(form) => <ReasonInput form={form} />}
    </ActDialog>
  );
}

export function AdjustWallet({ userId, onClose }: { readonly userId: string; onClose(): void }): ReactNode {
  const { t } = useTranslation('console');
  return (
    <ActDialog
      title={t('customers.adjust')}
      text={t('customers.adjustText')}
      submit={t('customers.adjust')}
      isDanger
      operation={adjustWallet}
      params={{ userId }}
      schema={async () => (await import('../../schemas.ts')).adjustWallet.body}
      initial={{ amount: '', currency: 'CNY', reason: '' }}
      bodyOf={({ amount, currency, reason }) => ({ amount: { amount: signed(amount, currency), currency }, reason })}
      done={t('done')}
      onClose={onClose}
    >
      {(form) => (
        <>
          <div className="form-grid">
            <TextInput
              label={t('field.amount')}
              hint={t('customers.amountHint')}
              value={form.values.amount}
              onChange={(value) => form.set('amount', value)}
              error={form.errorOf('/amount/amount')}
            />
            <TextInput
              label={t('field.currency')}
              value={form.values.currency}
              onChange={(value) => form.set('currency', value.toUpperCase())}
              error={form.errorOf('/amount/currency')}
            />
          </div>
          <ReasonInput form={form} />
        </>
      )}
    </ActDialog>
  );
}

/** With its sign; what is no amount goes as it is, for the schema to say so. */
function signed(text: string, currency: string): number {
  const match = /^\s*([+−-]?)(.*)$/.exec(text);
  if (!/^[A-Z]{3}$/.test(currency)) return Number.NaN;
  const amount = parseAmount(match?.[2] ?? '', currency) ?? Number.NaN;
  return match?.[1] === '-' || match?.[1] === '−' ? -amount : amount;
}
