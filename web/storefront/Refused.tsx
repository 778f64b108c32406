import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Cart } from '#contracts/http/cart.ts';
import type { ApiProblem } from '../ui/api/problem.ts';
import { Button } from '../ui/Button.tsx';
import { Notice, problemText } from '../ui/states.tsx';
import { useCartActs } from './cart.ts';

/** Why an order was not taken: what exactly is in the way, and the one step that clears it. */
export function Refused(props: Facts): ReactNode {
  const { t } = useTranslation('shop');
  const { t: say } = useTranslation('ui');
  const { problem } = props;
  switch (problem.code) {
    case 'insufficient_stock':
      return <Short {...props} />;
    case 'price_changed':
      return <Dearer {...props} />;
    case 'item_not_for_sale':
      return <OffSale {...props} />;
    case 'refused_by_risk':
      return (
        <Notice tone="bad" title={t('checkout.riskTitle')} isAlert>
          <p>{problemText(say, problem)}</p>
        </Notice>
      );
    default:
      return (
        <Notice tone="bad" title={t('checkout.failedTitle')} isAlert>
          <p>{problemText(say, problem)}</p>
        </Notice>
      );
  }
}

interface Facts {
  readonly problem: ApiProblem;
  readonly cart: Cart;
  /** Does what clears it; once that is done the refusal is past. */
  settle(work: () => Promise<unknown>): Promise<void>;
}

function Short({ problem, cart, settle }: Facts): ReactNode {
  const { t } = useTranslation('shop');
  const { set, remove } = useCartActs();
  const shortages = problem.errors.map((error) => {
    const sku = String(error.sku);
    const line = cart.lines.find((each) => each.sku === sku);
    return {
      sku,
      name: line?.name ?? sku,
      requested: Number(error.requested),
      available: Number(error.available),
      line,
    };
  });
  const clear = async (): Promise<void> => {
    for (const { sku, available, line } of shortages) {
      if (available > 0) await set.mutateAsync({ sku, quantity: available, unitPrice: line?.unitPrice ?? null });
      else await remove.mutateAsync(sku);
    }
  };
  const isAnyLeft = shortages.some(({ available }) => available > 0);
  return (
    <Notice tone="warn" title={t('checkout.stockTitle')} isAlert>
      <p>{t('checkout.stockText')}</p>
      <ul className="stack-s">
        {shortages.map(({ sku, name, requested, available }) => (
          <li key={sku}>
            <strong>
              {available > 0
                ? t('checkout.stockLine', { name, requested, available })
                : t('checkout.stockGone', { name })}
            </strong>
          </li>
        ))}
      </ul>
      <div>
        <Button
          kind="secondary"
          size="s"
          isPending={set.isPending || remove.isPending}
          onPress={() => void settle(clear)}
        >
          {isAnyLeft ? t('checkout.stockAction') : t('checkout.stockEmpty')}
        </Button>
      </div>
    </Notice>
  );
}

function Dearer({ cart, settle }: Facts): ReactNode {
  const { t } = useTranslation('shop');
  const { set } = useCartActs();
  const clear = async (): Promise<void> => {
    for (const { sku, quantity, unitPrice, changes } of cart.lines) {
      if (changes.some(({ type }) => type === 'price_changed')) await set.mutateAsync({ sku, quantity, unitPrice });
    }
  };
  return (
    <Notice tone="warn" title={t('checkout.priceTitle')} isAlert>
      <p>{t('checkout.priceText')}</p>
      <div>
        <Button kind="secondary" size="s" isPending={set.isPending} onPress={() => void settle(clear)}>
          {t('checkout.priceAction')}
        </Button>
      </div>
    </Notice>
  );
}

function OffSale({ problem, cart, settle }: Facts): ReactNode {
  const { t } = useTranslation('shop');
  const { remove } = useCartActs();
  const gone = problem.errors.map(({ sku }) => String(sku));
  const clear = async (): Promise<void> => {
    for (const sku of gone) await remove.mutateAsync(sku);
  };
  return (
    <Notice tone="warn" title={t('checkout.saleTitle')} isAlert>
      <p>{t('checkout.saleText')}</p>
      <ul className="stack-s">
        {gone.map((sku) => (
          <li key={sku}>
            <strong>{cart.lines.find((line) => line.sku === sku)?.name ?? sku}</strong>
          </li>
        ))}
      </ul>
      <div>
        <Button kind="secondary" size="s" isPending={remove.isPending} onPress={() => void settle(clear)}>
          {t('checkout.saleAction')}
        </Button>
      </div>
    </Notice>
  );
}
