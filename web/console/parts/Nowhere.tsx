import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Blank } from '../../ui/states.tsx';

/** An address that leads to no page. */
export function Nowhere(): ReactNode {
  const { t } = useTranslation('console');
  return (
    <>
      <h1 className="visually-hidden">{t('title')}</h1>
      <Blank icon="search" title={t('nowhere.title')} text={t('nowhere.text')}>
        <Link to="/" className="link">
          {t('nowhere.home')}
        </Link>
      </Blank>
    </>
  );
}
