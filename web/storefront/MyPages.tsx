import { Link, useLocation, useNavigate } from '@tanstack/react-router';
import { type ReactNode, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useSessionChange } from '../ui/me.ts';

/** The way between one's own pages, and out. */
export function MyPages(): ReactNode {
  const { t } = useTranslation('shop');
  const { leave } = useSessionChange();
  const navigate = useNavigate();
  const tab = { activeProps: { className: 'active' } } as const;
  const tabs = useRef<HTMLElement>(null);
  const { pathname } = useLocation();
  useEffect(() => {
    const active = tabs.current?.querySelector<HTMLElement>(`[href="${pathname}"]`);
    if (active) tabs.current?.scrollTo({ left: active.offsetLeft - tabs.current.offsetLeft - 24 });
  }, [pathname]);
  return (
    <nav ref={tabs} className="tabs" aria-label={t('nav.account')}>
      <Link to="/orders" {...tab}>
        {t('nav.orders')}
      </Link>
      <Link to="/wallet" {...tab}>
        {t('nav.wallet')}
      </Link>
      <Link to="/messages" {...tab}>
        {t('nav.notices')}
      </Link>
      <Link to="/account" {...tab}>
        {t('nav.settings')}
      </Link>
      <button type="button" onClick={() => void navigate({ to: '/' }).then(leave)}>
        {t('nav.logOut')}
      </button>
    </nav>
  );
}
