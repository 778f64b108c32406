import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { listCategories, listProducts } from '#contracts/http/catalog.ts';
import { useApi, useApiList } from '../../ui/api/query.ts';
import { Button } from '../../ui/Button.tsx';
import { SelectInput } from '../../ui/fields.tsx';
import { Blank, Loaded } from '../../ui/states.tsx';
import { Page } from '../Page.tsx';
import { GridWaiting, ProductGrid } from '../ProductCard.tsx';
import { sorts } from '../sorts.ts';

/** What there is: all, of a category, or by words. What is chosen is in the address. */
export function Products(): ReactNode {
  const { t } = useTranslation(['shop', 'ui']);
  const navigate = useNavigate();
  const search = useSearch({ from: '/products' });
  const { q, category, sort = 'relevance' } = search;
  const categories = useApi(listCategories, {}, { staleMs: 300_000 });
  const products = useApiList(listProducts, { query: { ...search, limit: 24 } });
  const named = categories.data?.data.find(({ slug }) => slug === category)?.name;
  const title = q ? t('list.searched', { q }) : category ? (named ?? '…') : t('nav.all');
  return (
    <Page
      title={title}
      beside={
        <SelectInput
          label={t('list.sort')}
          isLabelHidden
          value={sort}
          onChange={(chosen) => void navigate({ to: '/products', search: { ...search, sort: chosen } })}
          options={sorts.map((value) => ({ value, text: t(`list.sorts.${value}`) }))}
        />
      }
    >
      <ul className="chips" aria-label={t('list.category')}>
        <li>
          <Link to="/products" search={q ? { q } : {}} className="chip" data-chosen={!category || undefined}>
            {t('nav.all')}
          </Link>
        </li>
        {categories.data?.data.map(({ slug, name }) => (
          <li key={slug}>
            <Link
              to="/products"
              search={{ ...(q && { q }), category: slug }}
              className="chip"
              data-chosen={slug === category || undefined}
            >
              {name}
            </Link>
          </li>
        ))}
      </ul>
      <Loaded of={{ ...products, data: products.items }} waiting={<GridWaiting count={12} />}>
        {(items) =>
          items.length === 0 ? (
            <Blank icon="search" title={t('list.none')} text={t('list.noneText')}>
              <Link to="/products" className="button" data-kind="secondary">
                {t('nav.all')}
              </Link>
            </Blank>
          ) : (
            <ProductGrid products={items} />
          )
        }
      </Loaded>
      {products.hasNextPage && (
        <div className="more">
          <Button
            kind="secondary"
            isPending={products.isFetchingNextPage}
            onPress={() => void products.fetchNextPage()}
          >
            {t('ui:more')}
          </Button>
        </div>
      )}
    </Page>
  );
}
