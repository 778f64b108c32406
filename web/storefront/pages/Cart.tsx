import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { CartLine } from '#contracts/http/cart.ts';
import { Button, IconButton } from '../../ui/Button.tsx';
import { Money } from '../../ui/badges.tsx';
import { formatMoney } from '../../ui/format.ts';
import { Stepper } from '../../ui/Stepper.tsx';
import { Blank, Loaded, Notice, ProblemNotice, Skeleton } from '../../ui/states.tsx';
import { useCart, useCartActs } from '../cart.ts';
import { Page } from '../Page.tsx';
import { Picture } from '../Picture.tsx';

export function Cart(): ReactNode {
  const { t } = useTranslation('shop');
  const { cart, problem, refetch } = useCart();
  return (
    <Page title={t('cart.title')}>
      <Loaded of={{ data: cart, error: problem, refetch }} waiting={<Skeleton height="7rem" count={3} />}>
        {({ lines, subtotal, orderable }) =>
          lines.length === 0 ? (
            <Blank icon="cart" title={t('cart.empty')} text={t('cart.emptyText')}>
              <Link to="/products" className="button" data-kind="primary">
                {t('cart.browse')}
              </Link>
            </Blank>
          ) : (
            <div className="beside">
              <ul className="cart-lines">
                {lines.map((line) => (
                  <Line key={line.sku} line={line} />
                ))}
              </ul>
              <aside className="card stack summary" aria-label={t('cart.summary')}>
                <h2>{t('cart.summary')}</h2>
                <dl className="sums">
                  <div>
                    <dt>{t('cart.subtotal')}</dt>
                    <dd>{subtotal ? <Money of={subtotal} /> : '–'}</dd>
                  </div>
                  <div>
                    <dt>{t('cart.delivery')}</dt>
                    <dd>{t('cart.free')}</dd>
                  </div>
                </dl>
                {orderable ? (
                  <Link to="/checkout" className="button" data-kind="primary" data-wide>
                    {t('cart.checkout')}
                  </Link>
                ) : (
                  <Notice tone="warn">{t('cart.settleFirst')}</Notice>
                )}
              </aside>
            </div>
          )
        }
      </Loaded>
    </Page>
  );
}

function Line({ line }: { readonly line: CartLine }): ReactNode {
  const { t } = useTranslation('shop');
  const { set, remove } = useCartActs();
  const { sku, productId, name, quantity, unitPrice, subtotal, available } = line;
  const problem = set.error ?? remove.error;
  const picture = <Picture of={productId ?? sku} url={line.image} alt="" />;
  const isForSale = unitPrice !== null;
  // What was pressed stands at once: who presses again counts on from there.
  const wanted = set.isPending ? set.variables.quantity : quantity;
  return (
    <li className="cart-line">
      <div className="cart-line-picture">{picture}</div>
      <div className="stack-s grow">
        <div className="spread">
          {productId ? (
            <Link to="/products/$id" params={{ id: productId }} className="cart-line-name">
              {name}
            </Link>
          ) : (
            <span className="cart-line-name">{name}</span>
          )}
          {subtotal && (
            <strong>
              <Money of={subtotal} />
            </strong>
          )}
        </div>
        {unitPrice && <p className="small soft">{t('cart.each', { price: formatMoney(unitPrice) })}</p>}
        <Changes line={line} />
        {problem && <ProblemNotice problem={problem} />}
        <div className="row">
          {isForSale && (
            <Stepper
              label={`${t('product.quantity')}: ${name}`}
              value={wanted}
              max={Math.max(wanted, Math.min(available, 9999))}
              onChange={(next) => set.mutate({ sku, quantity: next, unitPrice })}
            />
          )}
          <IconButton
            icon="trash"
            label={t('cart.remove', { name })}
            isDisabled={remove.isPending}
            onPress={() => remove.mutate(sku)}
          />
        </div>
      </div>
    </li>
  );
}

/** What is different since it was put in, each with what to do about it. */
function Changes({ line }: { readonly line: CartLine }): ReactNode {
  const { t } = useTranslation('shop');
  const { set, remove } = useCartActs();
  const { sku, quantity, unitPrice } = line;
  return line.changes.map((change) => {
    if (change.type === 'price_changed') {
      return (
        <Notice key={change.type} tone="info">
          <div className="spread">
            <p>{t('cart.priceChanged', { from: formatMoney(change.from), to: formatMoney(change.to) })}</p>
            <Button kind="quiet" size="s" onPress={() => set.mutate({ sku, quantity, unitPrice })}>
              {t('cart.acceptPrice')}
            </Button>
          </div>
        </Notice>
      );
    }
    const rest = change.type === 'insufficient_stock' ? change.available : 0;
    const text =
      change.type === 'not_for_sale'
        ? t('cart.notForSale')
        : rest === 0
          ? t('cart.noneLeft')
          : t('cart.notEnough', { requested: quantity, available: rest });
    return (
      <Notice key={change.type} tone="warn">
        <div className="spread">
          <p>{text}</p>
          {rest > 0 ? (
            <Button kind="quiet" size="s" onPress={() => set.mutate({ sku, quantity: rest, unitPrice })}>
              {t('cart.takeRest', { available: rest })}
            </Button>
          ) : (
            <Button kind="quiet" size="s" onPress={() => remove.mutate(sku)}>
              {t('cart.takeOut')}
            </Button>
          )}
        </div>
      </Notice>
    );
  });
}
