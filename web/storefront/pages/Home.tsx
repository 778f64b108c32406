import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { listCategories, listProducts } from '#contracts/http/catalog.ts';
import { useApi } from '../../ui/api/query.ts';
import { Icon } from '../../ui/icons.tsx';
import { Loaded } from '../../ui/states.tsx';
import { usePageTitle } from '../Page.tsx';
import { Picture } from '../Picture.tsx';
import { GridWaiting, ProductGrid } from '../ProductCard.tsx';

const shown = 12;

export function Home(): ReactNode {
  const { t } = useTranslation('shop');
  usePageTitle('');
  const products = useApi(listProducts, { query: { limit: shown } });
  return (
    <div className="page">
      <section className="hero">
        <div className="hero-words">
          <h1>{t('home.title')}</h1>
          <p>{t('home.text')}</p>
          <Link to="/products" className="button" data-kind="primary">
            {t('home.browse')}
          </Link>
        </div>
        <div className="hero-pictures" aria-hidden="true">
          {[0, 4, 8].map((place) => {
            const product = products.data?.data[place];
            if (!product) return <div key={place} className="picture" />;
            return <Picture key={place} of={product.id} url={product.images[0]} alt="" isFirst />;
          })}
        </div>
      </section>
      <ul className="promises">
        <li>
          <Icon name="box" /> {t('home.promise.stock')}
        </li>
        <li>
          <Icon name="card" /> {t('home.promise.pay')}
        </li>
        <li>
          <Icon name="refresh" /> {t('home.promise.cancel')}
        </li>
      </ul>
      <section className="stack">
        <h2>{t('home.categories')}</h2>
        <Categories />
      </section>
      <section className="stack">
        <div className="spread">
          <h2>{t('home.popular')}</h2>
          <Link to="/products" className="link small">
            {t('nav.all')}
          </Link>
        </div>
        <Loaded of={products} waiting={<GridWaiting count={shown} />}>
          {({ data }) => <ProductGrid products={data} />}
        </Loaded>
      </section>
    </div>
  );
}

function Categories(): ReactNode {
  const categories = useApi(listCategories, {}, { staleMs: 300_000 });
  return (
    <Loaded of={categories} waiting={<div className="chips chips-waiting" />}>
      {({ data }) => (
        <ul className="chips">
          {data.map(({ slug, name, products }) => (
            <li key={slug}>
              <Link to="/products" search={{ category: slug }} className="chip">
                {name} <span className="soft small">{products}</span>
              </Link>
            </li>
          ))}
        </ul>
      )}
    </Loaded>
  );
}
