import { Link, useNavigate } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type EditedProduct, listAllProducts, listCategories } from '#contracts/http/catalog.ts';
import { useApi, useApiList } from '../../ui/api/query.ts';
import { Button } from '../../ui/Button.tsx';
import { Badge } from '../../ui/badges.tsx';
import { formatMoney } from '../../ui/format.ts';
import { isElsewhere } from '../../ui/pictures.ts';
import { given, useFilters } from '../parts/address.ts';
import { FilterBar, FilterChoice, FilterText } from '../parts/FilterBar.tsx';
import { column, Listing } from '../parts/Listing.tsx';
import { PageHead } from '../parts/page.tsx';
import { Moment } from '../parts/time.tsx';
import { CreateProduct } from './products/CreateProduct.tsx';
import { nameIn } from './products/names.ts';

export function Products(): ReactNode {
  const { t, i18n } = useTranslation('console');
  const filters = useFilters();
  const navigate = useNavigate();
  const [isNew, setNew] = useState(false);
  const { q, category } = filters.values;
  const products = useApiList(listAllProducts, { query: given({ q, category, limit: 25 }) });
  const categories = useApi(listCategories, { query: { limit: 100 } }, { staleMs: 60_000 });
  const names = categories.data?.data ?? [];
  return (
    <>
      <PageHead title={t('pages.products')} text={t('products.text')}>
        <Button icon="plus" onPress={() => setNew(true)}>
          {t('products.create')}
        </Button>
      </PageHead>
      <FilterBar filters={filters}>
        <FilterText filters={filters} name="q" label={t('products.search')} isWide />
        <FilterChoice
          filters={filters}
          name="category"
          label={t('field.category')}
          options={names.map(({ slug, name }) => ({ value: slug, text: name }))}
        />
      </FilterBar>
      <Listing
        of={products}
        caption={t('pages.products')}
        idOf={({ id }) => id}
        blank={{ icon: 'pin', title: t('products.none'), text: t('products.noneText') }}
        columns={[
          column<EditedProduct>('name', t('field.product'), ({ id, texts, images }) => (
            <span className="product-cell">
              {images[0] && !isElsewhere(images[0]) && (
                <img src={images[0]} alt="" width={36} height={36} loading="lazy" />
              )}
              <Link to="/products/$id" params={{ id }} className="row-link">
                {nameIn(texts, i18n.language)}
              </Link>
            </span>
          )),
          column<EditedProduct>(
            'category',
            t('field.category'),
            (row) => names.find(({ slug }) => slug === row.category)?.name ?? row.category,
          ),
          column<EditedProduct>('price', t('field.price'), ({ variants }) => <Prices of={variants} />, { end: true }),
          column<EditedProduct>('variants', t('products.variants'), ({ variants }) => variants.length, { end: true }),
          column<EditedProduct>('sale', t('field.status'), ({ onSale }) => (
            <Badge tone={onSale ? 'good' : 'plain'}>{t(onSale ? 'products.onSale' : 'products.offSale')}</Badge>
          )),
          column<EditedProduct>('at', t('field.changedAt'), ({ updatedAt }) => <Moment at={updatedAt} />),
        ]}
      />
      {isNew && (
        <CreateProduct
          onClose={() => setNew(false)}
          onDone={({ id }) => void navigate({ to: '/products/$id', params: { id } })}
        />
      )}
    </>
  );
}

function Prices({ of }: { readonly of: EditedProduct['variants'] }): ReactNode {
  const sorted = [...of].sort((left, right) => left.price.amount - right.price.amount);
  const [least, most] = [sorted[0]?.price, sorted.at(-1)?.price];
  if (!least || !most) return '–';
  const text = least.amount === most.amount ? formatMoney(least) : `${formatMoney(least)} – ${formatMoney(most)}`;
  return <span className="number nowrap">{text}</span>;
}
