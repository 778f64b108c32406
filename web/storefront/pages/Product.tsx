import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { getProduct, listProducts } from '#contracts/http/catalog.ts';
import { isProblem } from '../../ui/api/problem.ts';
import { useApi } from '../../ui/api/query.ts';
import { Button } from '../../ui/Button.tsx';
import { Badge, Money } from '../../ui/badges.tsx';
import { Choices } from '../../ui/fields.tsx';
import { Stepper } from '../../ui/Stepper.tsx';
import { Blank, Loaded, ProblemNotice, Skeleton } from '../../ui/states.tsx';
import { toast } from '../../ui/toasts.tsx';
import { useCart, useCartActs } from '../cart.ts';
import { usePageTitle } from '../Page.tsx';
import { Picture } from '../Picture.tsx';
import { ProductGrid, type ShownProduct } from '../ProductCard.tsx';

export function Product(): ReactNode {
  const { t } = useTranslation('shop');
  const { id } = useParams({ from: '/products/$id' });
  const product = useApi(getProduct, { params: { id } });
  if (isProblem(product.error, 'not_found')) {
    return (
      <div className="page">
        <Blank isPage icon="box" title={t('product.gone')} text={t('product.goneText')}>
          <Link to="/products" className="button" data-kind="primary">
            {t('nav.all')}
          </Link>
        </Blank>
      </div>
    );
  }
  return (
    <div className="page">
      <Loaded
        of={product}
        waiting={
          <div className="product">
            <div className="skeleton product-picture" />
            <Skeleton height="3rem" count={4} />
          </div>
        }
      >
        {(data) => <Shown key={data.id} product={data} />}
      </Loaded>
    </div>
  );
}

function Shown({ product }: { readonly product: ShownProduct }): ReactNode {
  const { t } = useTranslation('shop');
  usePageTitle(product.name);
  const { variants } = product;
  const [sku, setSku] = useState((variants.find(({ available }) => available > 0) ?? variants[0])?.sku);
  const variant = variants.find((each) => each.sku === sku);
  return (
    <>
      <article className="product">
        <div className="product-picture">
          <Picture of={product.id} url={product.images[0]} alt={t('product.zoom', { name: product.name })} isFirst />
        </div>
        <div className="stack">
          <h1>{product.name}</h1>
          {variant && (
            <p className="price price-l">
              <Money of={variant.price} />
            </p>
          )}
          <p className="soft">{product.description}</p>
          {variants.length > 1 && (
            <Choices
              label={t('product.variant')}
              value={sku}
              onChange={setSku}
              options={variants.map(({ sku: value, name, price, available }) => ({
                value,
                content: (
                  <span className="spread">
                    <span>{name}</span>
                    <span className="soft">{available === 0 ? t('product.soldOut') : <Money of={price} />}</span>
                  </span>
                ),
              }))}
            />
          )}
          {variant && <Buy key={variant.sku} product={product} variant={variant} />}
        </div>
      </article>
      <Similar product={product} />
    </>
  );
}

type Variant = ShownProduct['variants'][number];

function Buy({ product, variant }: { readonly product: ShownProduct; readonly variant: Variant }): ReactNode {
  const { t } = useTranslation('shop');
  const navigate = useNavigate();
  const { cart } = useCart();
  const { set } = useCartActs();
  const [quantity, setQuantity] = useState(1);
  const { sku, available, price } = variant;
  if (available === 0) {
    return (
      <div className="stack-s">
        <div>
          <Badge tone="bad">{t('product.soldOut')}</Badge>
        </div>
        <p className="soft">{t('product.soldOutText')}</p>
      </div>
    );
  }
  const put = async (): Promise<void> => {
    const already = cart?.lines.find((line) => line.sku === sku)?.quantity ?? 0;
    await set.mutateAsync({ sku, quantity: Math.min(9999, already + quantity), unitPrice: price });
  };
  const toCart = (
    <Link to="/cart" className="button" data-kind="secondary" data-size="s">
      {t('product.toCart')}
    </Link>
  );
  return (
    <div className="stack">
      <div className="row">
        <Stepper
          label={t('product.quantity')}
          value={quantity}
          max={Math.min(available, 9999)}
          onChange={setQuantity}
        />
        <Badge tone={available <= 5 ? 'warn' : 'good'}>
          {available <= 20 ? t('product.left', { count: available }) : t('product.inStock')}
        </Badge>
      </div>
      {set.error && <ProblemNotice problem={set.error} />}
      <div className="buy">
        <Button
          icon="cart"
          isPending={set.isPending}
          onPress={() =>
            void put().then(
              () => toast(t('product.added', { name: product.name }), toCart),
              () => undefined,
            )
          }
        >
          {t('product.add')}
        </Button>
        <Button
          kind="secondary"
          onPress={() =>
            void put().then(
              () => navigate({ to: '/cart' }),
              () => undefined,
            )
          }
        >
          {t('product.buyNow')}
        </Button>
      </div>
    </div>
  );
}

function Similar({ product }: { readonly product: ShownProduct }): ReactNode {
  const { t } = useTranslation('shop');
  const { data } = useApi(listProducts, { query: { category: product.category, limit: 5 } });
  const others = data?.data.filter(({ id }) => id !== product.id).slice(0, 4) ?? [];
  if (others.length === 0) return null;
  return (
    <section className="stack">
      <h2>{t('product.similar')}</h2>
      <ProductGrid products={others} />
    </section>
  );
}
