import { Link } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../ui/Button.tsx';
import { Blank, Notice } from '../ui/states.tsx';

export function Missing(): ReactNode {
  const { t } = useTranslation('shop');
  return (
    <div className="page">
      <Blank isPage icon="search" title={t('missing.title')} text={t('missing.text')}>
        <Link to="/" className="button" data-kind="primary">
          {t('missing.home')}
        </Link>
      </Blank>
    </div>
  );
}

export function Broken(): ReactNode {
  const { t } = useTranslation('shop');
  return (
    <div className="page">
      <Blank isPage icon="alert" title={t('broken.title')} text={t('broken.text')}>
        <Button onPress={() => location.reload()}>{t('broken.reload')}</Button>
      </Blank>
    </div>
  );
}

/**
 * In the place of a page whose script could not be fetched, or of one's own where nobody says whose, since the shop gives no
 * answer.
 */
export function Away(): ReactNode {
  const { t } = useTranslation('shop');
  const [isAsking, setAsking] = useState(false);
  const [isStill, setStill] = useState(false);
  const ask = async (): Promise<void> => {
    setAsking(true);
    if (await isThere()) location.reload();
    else setStill(true);
    setAsking(false);
  };
  return (
    <div className="page">
      <Blank isPage icon="alert" title={t('away.title')} text={t('away.text')}>
        {isStill && <Notice tone="warn" title={t('away.still')} isAlert />}
        <Button icon="refresh" isPending={isAsking} onPress={() => void ask()}>
          {t('away.retry')}
        </Button>
      </Blank>
    </div>
  );
}

/** Whether the shop gives any answer. */
export async function isThere(): Promise<boolean> {
  try {
    return (await fetch('/', { method: 'HEAD', cache: 'no-store' })).ok;
  } catch {
    return false;
  }
}
