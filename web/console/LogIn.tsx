import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { beginSession } from '#contracts/http/sessions.ts';
import { call } from '../ui/api/call.ts';
import { Button } from '../ui/Button.tsx';
import { DemoAccount } from '../ui/DemoAccount.tsx';
import { TextInput } from '../ui/fields.tsx';
import { useForm } from '../ui/forms/form.ts';
import { Mark } from '../ui/icons.tsx';
import { LanguageChoice } from '../ui/LanguageChoice.tsx';
import { useSessionChange } from '../ui/me.ts';
import { ProblemNotice } from '../ui/states.tsx';

export function LogIn(): ReactNode {
  const { t } = useTranslation('console');
  const { begun } = useSessionChange();
  const form = useForm({
    initial: { email: '', password: '' },
    schema: async () => (await import('./schemas.ts')).beginSession.body,
    bodyOf: (values) => values,
    send: async (body) => begun((await call(beginSession, { body })).user),
  });
  return (
    <main className="console-door">
      <form className="card stack" onSubmit={(event) => void form.submit(event)} noValidate>
        <Mark size={40} />
        <h1>{t('logIn.title')}</h1>
        {form.problem && <ProblemNotice problem={form.problem} />}
        <TextInput
          label={t('logIn.email')}
          type="email"
          autoComplete="username"
          value={form.values.email}
          onChange={(value) => form.set('email', value)}
          error={form.errorOf('/email')}
        />
        <TextInput
          label={t('logIn.password')}
          type="password"
          autoComplete="current-password"
          value={form.values.password}
          onChange={(value) => form.set('password', value)}
          error={form.errorOf('/password')}
        />
        <Button type="submit" wide isPending={form.isSending}>
          {t('logIn.submit')}
        </Button>
        <DemoAccount
          isFor="admin"
          onUse={({ email, password }) => {
            form.set('email', email);
            form.set('password', password);
          }}
        />
        <LanguageChoice />
      </form>
    </main>
  );
}
