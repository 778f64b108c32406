import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { listProducts } from '#contracts/http/catalog.ts';
import type { Answered } from '../ui/api/call.ts';
import { Badge } from '../ui/badges.tsx';
import { formatMoney } from '../ui/format.ts';
import { Picture } from './Picture.tsx';

export type ShownProduct = Answered<typeof listProducts>['data'][number];

export function ProductCard({
  product,
  isFirst,
}: {
  readonly product: ShownProduct;
  readonly isFirst: boolean;
}): ReactNode {
  const { t } = useTranslation('shop');
  const { variants } = product;
  const available = variants.reduce((sum, variant) => sum + variant.available, 0);
  const amounts = variants.map(({ price }) => price.amount);
  const cheapest = variants.find(({ price }) => price.amount === Math.min(...amounts))?.price;
  const isOnePrice = new Set(amounts).size === 1;
  const price = cheapest && formatMoney(cheapest);
  return (
    <Link to="/products/$id" params={{ id: product.id }} className="product-card">
      <div className="product-card-picture" data-gone={available === 0 || undefined}>
        <Picture of={product.id} url={product.images[0]} alt="" isFirst={isFirst} />
        {available === 0 && <Badge tone="plain">{t('list.soldOut')}</Badge>}
        {available > 0 && available <= 5 && <Badge tone="warn">{t('list.fewLeft', { count: available })}</Badge>}
      </div>
      <p className="product-card-name">{product.name}</p>
      {price && <p className="price">{isOnePrice ? price : t('list.from', { price })}</p>}
    </Link>
  );
}

export function ProductGrid({ products }: { readonly products: readonly ShownProduct[] }): ReactNode {
  return (
    <ul className="product-grid">
      {products.map((product, index) => (
        <li key={product.id}>
          <ProductCard product={product} isFirst={index < 4} />
        </li>
      ))}
    </ul>
  );
}

/** Room for as many products as are on their way. */
export function GridWaiting({ count }: { readonly count: number }): ReactNode {
  const { t } = useTranslation('ui');
  return (
    <div className="product-grid" role="status" aria-label={t('loading')}>
      {Array.from({ length: count }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they are all alike and never move
        <div key={index} className="product-card-waiting">
          <div className="skeleton" />
          <div className="skeleton" />
        </div>
      ))}
    </div>
  );
}
