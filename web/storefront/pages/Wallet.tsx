import { Link, useNavigate } from '@tanstack/react-router';
import { type FormEvent, type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { listPaymentMethods } from '#contracts/http/payment.ts';
import { topUpWallet } from '#contracts/http/top-ups.ts';
import { getWallet, listWalletEntries } from '#contracts/http/wallet.ts';
import type { WireMoney } from '#kernel/money.ts';
import type { Answered } from '../../ui/api/call.ts';
import { useAct, useApi, useApiList } from '../../ui/api/query.ts';
import { Button } from '../../ui/Button.tsx';
import { Money, Time } from '../../ui/badges.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { Choices, TextInput } from '../../ui/fields.tsx';
import { formatMoney, parseAmount, writeAmount } from '../../ui/format.ts';
import { Blank, Loaded, ProblemNotice, Skeleton } from '../../ui/states.tsx';
import { MyPages } from '../MyPages.tsx';
import { ForMe, Page } from '../Page.tsx';

export function Wallet(): ReactNode {
  return <ForMe>{() => <MyWallet />}</ForMe>;
}

function MyWallet(): ReactNode {
  const { t } = useTranslation('shop');
  const wallet = useApi(getWallet, {}, { staleMs: 0 });
  const [isOpen, setOpen] = useState(false);
  return (
    <Page title={t('wallet.title')}>
      <MyPages />
      <Loaded of={wallet} waiting={<Skeleton height="9rem" />}>
        {({ balance }) => (
          <>
            <section className="balance">
              <div>
                <p>{t('wallet.balance')}</p>
                <p className="pay-amount">
                  <Money of={balance} />
                </p>
              </div>
              <Button kind="secondary" icon="plus" onPress={() => setOpen(true)}>
                {t('wallet.topUp')}
              </Button>
            </section>
            {isOpen && <ToppingUp currency={balance.currency} onClose={() => setOpen(false)} />}
          </>
        )}
      </Loaded>
      <section className="card stack">
        <h2>{t('wallet.entries')}</h2>
        <Entries />
      </section>
    </Page>
  );
}

function Entries(): ReactNode {
  const { t } = useTranslation(['shop', 'ui']);
  const entries = useApiList(listWalletEntries, { query: { limit: 20 } });
  return (
    <>
      <Loaded of={{ ...entries, data: entries.items }} waiting={<Skeleton height="3rem" count={3} />}>
        {(items) =>
          items.length === 0 ? (
            <Blank icon="wallet" title={t('wallet.none')} />
          ) : (
            <ul className="list">
              {items.map((entry) => (
                <li key={entry.id} className="spread">
                  <Entry entry={entry} />
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
      {entries.hasNextPage && (
        <div className="more">
          <Button kind="secondary" isPending={entries.isFetchingNextPage} onPress={() => void entries.fetchNextPage()}>
            {t('ui:more')}
          </Button>
        </div>
      )}
    </>
  );
}

type WalletEntry = Answered<typeof listWalletEntries>['data'][number];

function Entry({ entry }: { readonly entry: WalletEntry }): ReactNode {
  const { t } = useTranslation('shop');
  const { kind, amount, balanceAfter, orderId, reason, createdAt } = entry;
  // Money that an account began with has a word of the platform's for its reason; all others were written by people.
  const isOpening = kind === 'adjustment' && reason === 'opening_balance';
  const title = isOpening ? t('wallet.opening') : t(`wallet.kinds.${kind}`);
  return (
    <>
      <div>
        <p>
          {orderId ? (
            <Link to="/orders/$orderId" params={{ orderId }} className="link">
              {title}
            </Link>
          ) : (
            title
          )}
        </p>
        <p className="small soft">
          <Time at={createdAt} />
          {kind === 'adjustment' && !isOpening && reason && ` · ${reason}`}
        </p>
      </div>
      <div className="entry-amounts">
        <Moved amount={amount} />
        <p className="small soft">{t('wallet.after', { amount: formatMoney(balanceAfter) })}</p>
      </div>
    </>
  );
}

function Moved({ amount }: { readonly amount: WireMoney }): ReactNode {
  const isIn = amount.amount > 0;
  return (
    <p className={isIn ? 'amount-in number' : 'amount-out number'}>
      {isIn && '+'}
      {formatMoney(amount)}
    </p>
  );
}

type TopUpMethod = 'wechat' | 'alipay' | 'card';

function ToppingUp({ currency, onClose }: { readonly currency: string; onClose(): void }): ReactNode {
  const { t } = useTranslation(['shop', 'ui']);
  const navigate = useNavigate();
  const [amount, setAmount] = useState('100');
  const [method, setMethod] = useState<TopUpMethod>('wechat');
  const [isChecked, setChecked] = useState(false);
  const methods = useApi(listPaymentMethods, {}, { staleMs: 300_000 });
  const wanted = parseAmount(amount, currency);
  const isWrong = wanted === undefined || wanted < 1;
  const topUp = useAct(topUpWallet, {
    onDone: ({ id }) => void navigate({ to: '/wallet/top-ups/$id', params: { id } }),
  });
  const send = (event: FormEvent): void => {
    event.preventDefault();
    setChecked(true);
    if (!isWrong) topUp.mutate({ body: { amount: { amount: wanted, currency }, method } });
  };
  const offered = methods.data?.data.flatMap(({ method: each }) => (each === 'balance' ? [] : [each])) ?? [];
  return (
    <Dialog title={t('wallet.topUp')} isOpen onClose={onClose}>
      <form className="stack" onSubmit={send} noValidate>
        {topUp.error && <ProblemNotice problem={topUp.error} />}
        <TextInput
          label={t('wallet.amount', { currency })}
          inputMode="decimal"
          value={amount}
          onChange={setAmount}
          error={
            isChecked && isWrong
              ? t('wallet.amountBad', { example: writeAmount({ amount: 1250, currency }) })
              : undefined
          }
        />
        <Choices<TopUpMethod>
          label={t('checkout.how')}
          value={method}
          onChange={setMethod}
          options={offered.map((value) => ({
            value,
            content: <span className="choice-title">{t(`ui:method.${value}`)}</span>,
          }))}
        />
        <Button type="submit" wide isPending={topUp.isPending}>
          {t('wallet.topUp')}
        </Button>
      </form>
    </Dialog>
  );
}
