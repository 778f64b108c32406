import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { beginSession, registerInSession } from '#contracts/http/sessions.ts';
import { call } from '../../ui/api/call.ts';
import { Button } from '../../ui/Button.tsx';
import { DemoAccount } from '../../ui/DemoAccount.tsx';
import { TextInput } from '../../ui/fields.tsx';
import { useForm } from '../../ui/forms/form.ts';
import { type Me, useSessionChange } from '../../ui/me.ts';
import { Notice, ProblemNotice } from '../../ui/states.tsx';
import { mergeGuestCart } from '../cart.ts';
import { Page } from '../Page.tsx';

/** Lets somebody in: their guest's cart comes along, and they go on where they wanted to. */
function useArrival(next: string | undefined): (user: Me) => Promise<void> {
  const { begun } = useSessionChange();
  const navigate = useNavigate();
  return async (user) => {
    // A cart that cannot be merged now stays in the browser, and nobody is kept out for it.
    await mergeGuestCart().catch(() => undefined);
    begun(user);
    await navigate({ href: next ?? '/' });
  };
}

export function LogIn(): ReactNode {
  const { t } = useTranslation('shop');
  const { next } = useSearch({ from: '/login' });
  const arrive = useArrival(next);
  const form = useForm({
    initial: { email: '', password: '' },
    schema: async () => (await import('../schemas.ts')).beginSession.body,
    bodyOf: (values) => ({ ...values, email: values.email.trim() }),
    send: async (body) => arrive((await call(beginSession, { body })).user),
  });
  return (
    <Page title={t('door.logIn')} width="s">
      <form className="card stack" onSubmit={(event) => void form.submit(event)} noValidate>
        <p className="soft">{t('door.logInText')}</p>
        {next && next !== '/' && <Notice tone="info">{t('door.needed')}</Notice>}
        {form.problem && <ProblemNotice problem={form.problem} />}
        <TextInput
          label={t('door.email')}
          name="email"
          type="email"
          autoComplete="username"
          value={form.values.email}
          onChange={(value) => form.set('email', value)}
          error={form.errorOf('/email')}
        />
        <TextInput
          label={t('door.password')}
          name="password"
          type="password"
          autoComplete="current-password"
          value={form.values.password}
          onChange={(value) => form.set('password', value)}
          error={form.errorOf('/password')}
        />
        <Button type="submit" wide isPending={form.isSending}>
          {t('door.submitLogIn')}
        </Button>
        <p className="centred">
          <Link to="/register" search={next ? { next } : {}} className="link">
            {t('door.toRegister')}
          </Link>
        </p>
        <DemoAccount
          onUse={({ email, password }) => {
            form.set('email', email);
            form.set('password', password);
          }}
        />
      </form>
    </Page>
  );
}

export function Register(): ReactNode {
  const { t } = useTranslation('shop');
  const { next } = useSearch({ from: '/register' });
  const arrive = useArrival(next);
  const form = useForm({
    initial: { name: '', email: '', password: '' },
    schema: async () => (await import('../schemas.ts')).registerInSession.body,
    bodyOf: (values) => ({ ...values, name: values.name.trim(), email: values.email.trim() }),
    send: async (body) => arrive((await call(registerInSession, { body })).user),
  });
  return (
    <Page title={t('door.register')} width="s">
      <form className="card stack" onSubmit={(event) => void form.submit(event)} noValidate>
        <p className="soft">{t('door.registerText')}</p>
        {form.problem && <ProblemNotice problem={form.problem} />}
        <TextInput
          label={t('door.name')}
          name="name"
          autoComplete="name"
          value={form.values.name}
          onChange={(value) => form.set('name', value)}
          error={form.errorOf('/name')}
        />
        <TextInput
          label={t('door.email')}
          name="email"
          type="email"
          autoComplete="username"
          value={form.values.email}
          onChange={(value) => form.set('email', value)}
          error={form.errorOf('/email')}
        />
        <TextInput
          label={t('door.password')}
          name="password"
          type="password"
          autoComplete="new-password"
          hint={t('door.passwordHint')}
          value={form.values.password}
          onChange={(value) => form.set('password', value)}
          error={form.errorOf('/password')}
        />
        <Button type="submit" wide isPending={form.isSending}>
          {t('door.submitRegister')}
        </Button>
        <p className="centred">
          <Link to="/login" search={next ? { next } : {}} className="link">
            {t('door.toLogIn')}
          </Link>
        </p>
      </form>
    </Page>
  );
}
