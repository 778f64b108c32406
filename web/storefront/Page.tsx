import { useLocation, useNavigate } from '@tanstack/react-router';
import { type ReactNode, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Me, useMe, useMeProblem } from '../ui/me.ts';
import { Skeleton } from '../ui/states.tsx';
import { Away } from './Missing.tsx';

/** The frame of a page: its width, its heading, and what the browser calls it. */
export function Page(props: {
  readonly title: string;
  readonly isTitleHidden?: boolean;
  readonly width?: 'm' | 's';
  readonly beside?: ReactNode;
  readonly children: ReactNode;
}): ReactNode {
  usePageTitle(props.title);
  return (
    <div className="page" data-width={props.width ?? 'm'}>
      <div className={props.isTitleHidden ? 'visually-hidden' : 'page-head'}>
        <h1>{props.title}</h1>
        {props.beside}
      </div>
      {props.children}
    </div>
  );
}

export function usePageTitle(title: string): void {
  const { t } = useTranslation('shop');
  useEffect(() => {
    document.title = title === '' ? t('name') : t('title', { page: title });
  }, [title, t]);
}

/** For pages of one's own: who is not logged in goes to the door, and comes back. */
export function ForMe({ children }: { children(me: Me): ReactNode }): ReactNode {
  const me = useMe();
  const isUnknown = useMeProblem() !== null;
  const navigate = useNavigate();
  // Where this page was when it came up: while it goes, the location is already the door's.
  const [next] = useState(useLocation().href);
  useEffect(() => {
    if (me === null && !isUnknown) void navigate({ to: '/login', search: { next }, replace: true });
  }, [me, isUnknown, next, navigate]);
  if (isUnknown) return <Away />;
  if (!me) {
    return (
      <div className="page">
        <Skeleton height="6rem" count={3} />
      </div>
    );
  }
  return children(me);
}
