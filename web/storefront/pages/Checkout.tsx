import { useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { type ReactNode, useCallback, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Cart } from '#contracts/http/cart.ts';
import { checkout } from '#contracts/http/gateway.ts';
import type { ShippingAddress } from '#contracts/http/ordering.ts';
import { listAddresses } from '#contracts/http/profile.ts';
import type { WireMoney } from '#kernel/money.ts';
import { type ApiProblem, fromDocument, isProblemDocument } from '../../ui/api/problem.ts';
import { useAct, useApi } from '../../ui/api/query.ts';
import { Button } from '../../ui/Button.tsx';
import { Money } from '../../ui/badges.tsx';
import { Choices, TextInput } from '../../ui/fields.tsx';
import { formatMoney } from '../../ui/format.ts';
import { Loaded, Notice, Skeleton } from '../../ui/states.tsx';
import { AddressForm, AddressText } from '../Addresses.tsx';
import { takeOut, useCart } from '../cart.ts';
import { keepMethod, Methods, useChosenPayment, useMethodChoice } from '../Methods.tsx';
import { keepFailedOpening, type PaymentChoice } from '../opening.ts';
import { ForMe, Page } from '../Page.tsx';
import { Picture } from '../Picture.tsx';
import { Refused } from '../Refused.tsx';
import { Sums } from '../Sums.tsx';

export function Checkout(): ReactNode {
  return <ForMe>{() => <WithCart />}</ForMe>;
}

function WithCart(): ReactNode {
  const { t } = useTranslation('shop');
  const { cart, problem, refetch } = useCart();
  // What was ordered leaves the cart while this page is still here.
  const [isLeaving, setLeaving] = useState(false);
  return (
    <Page title={t('checkout.title')}>
      <Loaded of={{ data: cart, error: problem, refetch }} waiting={<Skeleton height="9rem" count={3} />}>
        {(data) =>
          data.lines.length === 0 || data.subtotal === null ? (
            isLeaving || <ToCart />
          ) : (
            <Ordering cart={data} total={data.subtotal} onOrdered={() => setLeaving(true)} />
          )
        }
      </Loaded>
    </Page>
  );
}

/** There is nothing to order: it was taken out, or ordered in another tab. */
function ToCart(): ReactNode {
  const navigate = useNavigate();
  // Once: the router's own component goes there again with every rendering, of which going there is one.
  useEffect(() => void navigate({ to: '/cart', replace: true }), [navigate]);
  return null;
}

function Ordering(props: { readonly cart: Cart; readonly total: WireMoney; onOrdered(): void }): ReactNode {
  const { t } = useTranslation('shop');
  const { cart, total } = props;
  const [address, setAddress] = useState<ShippingAddress>();
  const [choice, setChoice] = useMethodChoice(total);
  const [note, setNote] = useState('');
  const [isAsked, setAsked] = useState(false);
  const payment = useChosenPayment(choice, total);
  const act = useOrdering(cart, payment, props.onOrdered);
  // Until the cart is without what was in the way, ordering would meet the same refusal.
  const [isSettling, setSettling] = useState(false);
  const [settled, setSettled] = useState<ApiProblem | null>(null);
  const settle = async (work: () => Promise<unknown>): Promise<void> => {
    setSettling(true);
    try {
      await work();
      setSettled(act.error);
    } finally {
      setSettling(false);
    }
  };
  const order = (): void => {
    setAsked(true);
    if (!address || !payment) return;
    keepMethod(payment.method);
    const items = cart.lines.map(({ sku, quantity }) => ({ sku, quantity }));
    const body = { items, shippingAddress: address, expectedTotal: total, payment };
    act.mutate({ body: note.trim() === '' ? body : { ...body, note: note.trim() } });
  };
  return (
    <div className="beside">
      <div className="stack-l">
        {act.error && act.error !== settled && <Refused problem={act.error} cart={cart} settle={settle} />}
        <section className="card stack">
          <h2>{t('checkout.where')}</h2>
          <Where onChoose={setAddress} />
          {isAsked && !address && <Notice tone="warn" title={t('checkout.needAddress')} isAlert />}
        </section>
        <section className="card stack">
          <h2>{t('checkout.how')}</h2>
          <Methods due={total} choice={choice} onChoose={setChoice} />
        </section>
        <section className="card stack">
          <TextInput label={t('checkout.note')} isOptional maxLength={500} rows={2} value={note} onChange={setNote} />
        </section>
      </div>
      <aside className="card stack summary" aria-label={t('checkout.what')}>
        <div className="spread">
          <h2>{t('checkout.what')}</h2>
          <Link to="/cart" className="link small">
            {t('checkout.edit')}
          </Link>
        </div>
        <Lines cart={cart} />
        <Sums
          order={{ subtotal: total, total, discount: { ...total, amount: 0 }, refunded: { ...total, amount: 0 } }}
        />
        <Button wide isDisabled={!payment} isPending={act.isPending || isSettling} onPress={order}>
          {act.isPending ? t('checkout.placing') : t('checkout.pay', { total: formatMoney(total) })}
        </Button>
        <p className="small soft">{t('checkout.agree')}</p>
      </aside>
    </div>
  );
}

/** Orders and pays; then on to the payment, or to the order where that takes its time. */
function useOrdering(cart: Cart, payment: PaymentChoice | undefined, onOrdered: () => void) {
  const navigate = useNavigate();
  const queries = useQueryClient();
  return useAct(checkout, {
    onDone: async (answer) => {
      onOrdered();
      const skus = cart.lines.map(({ sku }) => sku);
      await takeOut(skus, cart).catch(() => undefined);
      const orderId = answer.order.id;
      if (!('payment' in answer)) void navigate({ to: '/orders/$orderId', params: { orderId }, replace: true });
      else {
        const problem = isProblemDocument(answer.payment) ? fromDocument(answer.payment) : undefined;
        keepFailedOpening(orderId, problem && payment && { problem, choice: payment });
        void navigate({ to: '/pay/$orderId', params: { orderId }, replace: true });
      }
      await queries.invalidateQueries();
    },
    onProblem: () => void queries.invalidateQueries({ queryKey: ['cart'] }),
  });
}

function Lines({ cart }: { readonly cart: Cart }): ReactNode {
  return (
    <ul className="small-lines">
      {cart.lines.map(({ sku, productId, name, image, quantity, subtotal }) => (
        <li key={sku} className="small-line">
          <div className="small-line-picture">
            <Picture of={productId ?? sku} url={image} alt="" />
          </div>
          <span className="grow">
            {name} <span className="soft">× {quantity}</span>
          </span>
          {subtotal && <Money of={subtotal} />}
        </li>
      ))}
    </ul>
  );
}

/** An address of the book, the default first chosen, or a new one. */
function Where({ onChoose }: { onChoose(address: ShippingAddress): void }): ReactNode {
  const { t } = useTranslation('shop');
  const book = useApi(listAddresses, { query: { limit: 50 } });
  const [chosen, setChosen] = useState<string>();
  const [isNew, setNew] = useState(false);
  const choose = useCallback(
    (id: string, address: ShippingAddress): void => {
      setChosen(id);
      onChoose(address);
    },
    [onChoose],
  );
  const first = book.data?.data[0];
  useEffect(() => {
    if (first && chosen === undefined) choose(first.id, first.address);
  }, [first, chosen, choose]);
  return (
    <Loaded of={book} waiting={<Skeleton height="5rem" />}>
      {({ data }) => {
        if (data.length === 0 || isNew) {
          return (
            <AddressForm
              onDone={({ id, address }) => {
                setNew(false);
                choose(id, address);
              }}
              {...(data.length > 0 && { onCancel: () => setNew(false) })}
            />
          );
        }
        return (
          <>
            <Choices
              label={t('checkout.where')}
              isLabelHidden
              value={chosen}
              onChange={(id) => {
                const found = data.find((each) => each.id === id);
                if (found) choose(id, found.address);
              }}
              options={data.map(({ id, address }) => ({ value: id, content: <AddressText address={address} /> }))}
            />
            <div>
              <Button kind="quiet" size="s" icon="plus" onPress={() => setNew(true)}>
                {t('address.add')}
              </Button>
            </div>
          </>
        );
      }}
    </Loaded>
  );
}
