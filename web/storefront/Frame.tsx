import { Link, Outlet, useNavigate, useRouterState, useSearch } from '@tanstack/react-router';
import { type FormEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { land, useKeptFocus } from '../ui/focus.ts';
import { Icon, Mark } from '../ui/icons.tsx';
import { LanguageChoice } from '../ui/LanguageChoice.tsx';
import { useMe } from '../ui/me.ts';
import { Toasts } from '../ui/toasts.tsx';
import { useCart, useOtherTabs } from './cart.ts';

/** Around every page: the way to search, to the cart and to one's own things. */
export function Frame(): ReactNode {
  const { t } = useTranslation(['shop', 'ui']);
  useOtherTabs();
  useKeptFocus();
  useFocusOnPage();
  return (
    <div className="shop">
      <a className="skip-link" href="#content">
        {t('ui:skip')}
      </a>
      <header className="shop-head">
        <div className="shop-head-row">
          <Link to="/" className="shop-name">
            <Mark />
            <span>{t('name')}</span>
          </Link>
          <Search />
          <div className="shop-tools">
            <LanguageChoice />
            <AccountLink />
            <CartLink />
          </div>
        </div>
      </header>
      <main id="content" tabIndex={-1}>
        <Outlet />
      </main>
      <footer className="shop-foot">
        <div className="spread">
          <p>{t('nav.footer')}</p>
          <p className="row">
            <a href="/docs" className="link">
              {t('nav.api')}
            </a>
            <a href="/console" className="link">
              {t('nav.console')}
            </a>
          </p>
        </div>
      </footer>
      <Toasts />
    </div>
  );
}

/** Going to another page is told by the focus too: it is on the page's heading, or where there is none yet on the page. */
function useFocusOnPage(): void {
  const pathname = useRouterState({ select: ({ resolvedLocation }) => resolvedLocation?.pathname });
  const before = useRef(pathname);
  useEffect(() => {
    const isFirst = before.current === undefined;
    if (before.current === pathname) return;
    before.current = pathname;
    const place = document.querySelector<HTMLElement>('main h1') ?? document.getElementById('content');
    if (place && !isFirst) land(place);
  }, [pathname]);
}

function Search(): ReactNode {
  const { t } = useTranslation(['shop', 'ui']);
  const navigate = useNavigate();
  const { q = '' } = useSearch({ strict: false });
  const [text, setText] = useState(q);
  useEffect(() => setText(q), [q]);
  const search = (event: FormEvent): void => {
    event.preventDefault();
    const wanted = text.trim();
    void navigate({ to: '/products', search: wanted === '' ? {} : { q: wanted } });
  };
  return (
    <search className="shop-search">
      <form onSubmit={search}>
        <input
          type="search"
          className="input"
          aria-label={t('ui:search')}
          placeholder={t('nav.search')}
          value={text}
          maxLength={200}
          onChange={(event) => setText(event.target.value)}
          enterKeyHint="search"
        />
        <button type="submit" className="icon-button" aria-label={t('ui:search')}>
          <Icon name="search" />
        </button>
      </form>
    </search>
  );
}

function AccountLink(): ReactNode {
  const { t } = useTranslation('shop');
  const me = useMe();
  return (
    <Link
      to={me === null ? '/login' : '/orders'}
      className="icon-button"
      aria-label={t(me === null ? 'nav.logIn' : 'nav.account')}
    >
      <Icon name="user" />
    </Link>
  );
}

function CartLink(): ReactNode {
  const { t } = useTranslation('shop');
  const { cart } = useCart();
  const count = cart?.lines.reduce((sum, { quantity }) => sum + quantity, 0) ?? 0;
  return (
    <Link to="/cart" className="icon-button">
      <Icon name="cart" />
      <span className="visually-hidden">{t('nav.cart')}</span>
      {count > 0 && <span className="count">{count > 99 ? '99+' : count}</span>}
    </Link>
  );
}
