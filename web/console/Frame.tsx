import { Link, Outlet, useLocation } from '@tanstack/react-router';
import { type ReactNode, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button, IconButton } from '../ui/Button.tsx';
import { useKeptFocus } from '../ui/focus.ts';
import { Icon, type IconName, Mark } from '../ui/icons.tsx';
import { LanguageChoice } from '../ui/LanguageChoice.tsx';
import { type Me, useMe, useMeProblem, useSessionChange } from '../ui/me.ts';
import { Blank, ProblemNotice, Skeleton } from '../ui/states.tsx';
import { Toasts } from '../ui/toasts.tsx';
import { LogIn } from './LogIn.tsx';
import { useWords } from './parts/words.ts';

const staff = ['operator', 'admin'];

const groups = [
  {
    name: 'trade',
    pages: [
      { to: '/', name: 'overview', icon: 'globe' },
      { to: '/orders', name: 'orders', icon: 'cart' },
      { to: '/refunds', name: 'refunds', icon: 'refresh' },
      { to: '/customers', name: 'customers', icon: 'user' },
    ],
  },
  {
    name: 'goods',
    pages: [
      { to: '/products', name: 'products', icon: 'pin' },
      { to: '/stock', name: 'stock', icon: 'box' },
    ],
  },
  {
    name: 'watch',
    pages: [
      { to: '/dead-letters', name: 'deadLetters', icon: 'alert' },
      { to: '/callbacks', name: 'callbacks', icon: 'phone' },
      { to: '/reconciliation', name: 'reconciliation', icon: 'wallet' },
      { to: '/audits', name: 'audits', icon: 'success' },
      { to: '/trail', name: 'trail', icon: 'clock' },
    ],
  },
  {
    name: 'platform',
    pages: [
      { to: '/health', name: 'health', icon: 'info' },
      { to: '/settings', name: 'settings', icon: 'menu' },
    ],
  },
] as const satisfies readonly {
  readonly name: string;
  readonly pages: readonly { readonly to: string; readonly name: string; readonly icon: IconName }[];
}[];

/** Around every page: who is not logged in, or may not be here, meets that instead; so does whoever nobody knows just now. */
export function Frame(): ReactNode {
  const me = useMe();
  const unknown = useMeProblem();
  useKeptFocus();
  if (unknown) return <Unknown {...unknown} />;
  if (me === undefined) return <Skeleton height="20rem" />;
  if (me === null) return <LogIn />;
  return me.roles.some((role) => staff.includes(role)) ? <Inside me={me} /> : <NotAllowed me={me} />;
}

function Inside({ me }: { readonly me: Me }): ReactNode {
  const { t } = useTranslation(['console', 'ui']);
  const [isOpen, setOpen] = useState(false);
  const { pathname } = useLocation();
  // biome-ignore lint/correctness/useExhaustiveDependencies: going somewhere closes it
  useEffect(() => setOpen(false), [pathname]);
  return (
    <div className="console">
      <a className="skip-link" href="#content">
        {t('ui:skip')}
      </a>
      <header className="console-head">
        <div className="console-menu">
          <IconButton
            icon={isOpen ? 'close' : 'menu'}
            label={t('navigation')}
            aria-expanded={isOpen}
            onPress={() => setOpen(!isOpen)}
          />
        </div>
        <Link to="/" className="row console-name">
          <Mark size={26} />
          <strong>{t('title')}</strong>
        </Link>
        <LanguageChoice />
      </header>
      <nav className="console-nav" aria-label={t('navigation')} data-open={isOpen || undefined}>
        {groups.map(({ name, pages }) => (
          <div key={name} className="console-nav-group">
            <p>{t(`group.${name}`)}</p>
            {pages.map((page) => (
              <Link key={page.to} to={page.to} activeOptions={{ exact: page.to === '/', includeSearch: false }}>
                <Icon name={page.icon} size={18} />
                {t(`pages.${page.name}`)}
              </Link>
            ))}
          </div>
        ))}
        <SignedIn me={me} />
      </nav>
      <main id="content" tabIndex={-1}>
        <Outlet />
      </main>
      <Toasts />
    </div>
  );
}

function SignedIn({ me }: { readonly me: Me }): ReactNode {
  const { t } = useTranslation('console');
  const words = useWords();
  const { leave } = useSessionChange();
  return (
    <div className="console-me">
      <p className="truncate" title={me.email}>
        {me.email}
      </p>
      <p className="soft small">{me.roles.map((role) => words('role', role)).join(t('comma'))}</p>
      <Button kind="secondary" size="s" wide onPress={() => void leave()}>
        {t('logOut')}
      </Button>
    </div>
  );
}

function Unknown({ problem, ask }: NonNullable<ReturnType<typeof useMeProblem>>): ReactNode {
  const { t } = useTranslation('console');
  return (
    <main className="console-door">
      <h1 className="visually-hidden">{t('title')}</h1>
      <ProblemNotice problem={problem} onRetry={ask} />
    </main>
  );
}

function NotAllowed({ me }: { readonly me: Me }): ReactNode {
  const { t } = useTranslation('console');
  const { leave } = useSessionChange();
  return (
    <main className="console-door">
      <h1 className="visually-hidden">{t('title')}</h1>
      <Blank icon="shield" title={t('notAllowed.title')} text={t('notAllowed.text', { email: me.email })}>
        <div className="row">
          <Button onPress={() => void leave()}>{t('notAllowed.other')}</Button>
          <a className="link" href="/">
            {t('notAllowed.shop')}
          </a>
        </div>
        <LanguageChoice />
      </Blank>
    </main>
  );
}
