import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { listNotifications } from '#contracts/http/notification.ts';
import { useApiList } from '../../ui/api/query.ts';
import { Button } from '../../ui/Button.tsx';
import { Time } from '../../ui/badges.tsx';
import { Blank, Loaded, Skeleton } from '../../ui/states.tsx';
import { MyPages } from '../MyPages.tsx';
import { ForMe, Page } from '../Page.tsx';

export function Notices(): ReactNode {
  return <ForMe>{() => <MyNotices />}</ForMe>;
}

/** What was said in the app; the same by mail is not shown twice. */
function MyNotices(): ReactNode {
  const { t } = useTranslation(['shop', 'ui']);
  const notices = useApiList(listNotifications, { query: { limit: 30 } }, { refetchMs: 15_000 });
  const inApp = notices.items?.filter(({ channel }) => channel === 'in_app');
  return (
    <Page title={t('notices.title')}>
      <MyPages />
      <Loaded of={{ ...notices, data: inApp }} waiting={<Skeleton height="4rem" count={4} />}>
        {(items) =>
          items.length === 0 ? (
            <Blank icon="bell" title={t('notices.none')} text={t('notices.noneText')} />
          ) : (
            <ul className="card list">
              {items.map(({ id, title, body, orderId, createdAt }) => (
                <li key={id} className="stack-s">
                  <div className="spread">
                    {orderId ? (
                      <Link to="/orders/$orderId" params={{ orderId }} className="link">
                        <strong>{title}</strong>
                      </Link>
                    ) : (
                      <strong>{title}</strong>
                    )}
                    <span className="small soft">
                      <Time at={createdAt} />
                    </span>
                  </div>
                  <p className="small notice-body">{body}</p>
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
      {notices.hasNextPage && (
        <div className="more">
          <Button kind="secondary" isPending={notices.isFetchingNextPage} onPress={() => void notices.fetchNextPage()}>
            {t('ui:more')}
          </Button>
        </div>
      )}
    </Page>
  );
}
