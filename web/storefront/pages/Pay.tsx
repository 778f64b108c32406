import { useQueryClient } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Static } from 'typebox';
import { getOrder, type Order } from '#contracts/http/ordering.ts';
import {
  closePayment,
  listPayments,
  type Payment as PaymentSchema,
  payOrder,
  refreshPayment,
} from '#contracts/http/payment.ts';
import { keyOf, useAct, useApi } from '../../ui/api/query.ts';
import { Button } from '../../ui/Button.tsx';
import { Badge } from '../../ui/badges.tsx';
import { formatCountdown, formatMoney } from '../../ui/format.ts';
import { Loaded, Notice, ProblemNotice, Skeleton } from '../../ui/states.tsx';
import { toast } from '../../ui/toasts.tsx';
import { ChoosePayment } from '../ChoosePayment.tsx';
import { useLiveOrder, useTimeLeft } from '../live.ts';
import { OrderEnded } from '../OrderEnded.tsx';
import { useFailedOpening, useOpening } from '../opening.ts';
import { ForMe, Page } from '../Page.tsx';
import { PaymentAction } from '../PaymentAction.tsx';
import { Verdict } from '../Verdict.tsx';

type Payment = Static<typeof PaymentSchema>;

export function Pay(): ReactNode {
  const { orderId } = useParams({ from: '/pay/$orderId' });
  return <ForMe>{() => <PayOrder key={orderId} orderId={orderId} />}</ForMe>;
}

function PayOrder({ orderId }: { readonly orderId: string }): ReactNode {
  const { t } = useTranslation('shop');
  const isLive = useLiveOrder(orderId);
  const refetchMs = isLive ? 15_000 : 3_000;
  const order = useApi(getOrder, { params: { id: orderId } }, { refetchMs });
  const payments = useApi(listPayments, { query: { orderId } }, { refetchMs });
  return (
    <Page title={order.data?.number ? t('pay.title', { number: order.data.number }) : t('order.pay')} width="s">
      <div className="card pay-panel">
        <Loaded of={order} waiting={<Skeleton height="24rem" />}>
          {(data) => (
            <Loaded of={payments} waiting={<Skeleton height="24rem" />}>
              {({ data: [payment] }) => <Stage order={data} payment={payment} />}
            </Loaded>
          )}
        </Loaded>
      </div>
    </Page>
  );
}

/** Where the order stands, as far as paying goes. */
function Stage({ order, payment }: { readonly order: Order; readonly payment: Payment | undefined }): ReactNode {
  const { t } = useTranslation('shop');
  const { status } = order;
  if (status === 'CANCELLED' || status === 'FAILED') return <OrderEnded order={order} />;
  if (status === 'CREATED' || status === 'REVIEW') {
    return <Verdict tone="warn" title={t('checkout.waitingTitle')} text={t(`order.says.${status}`)} />;
  }
  if (status !== 'PENDING' || payment?.status === 'SUCCEEDED') {
    return (
      <Verdict tone="good" title={t('pay.doneTitle')} text={t('pay.doneText')}>
        <Link to="/orders/$orderId" params={{ orderId: order.id }} className="button" data-kind="primary">
          {t('pay.toOrder')}
        </Link>
        <Link to="/products" className="button" data-kind="secondary">
          {t('cart.browse')}
        </Link>
      </Verdict>
    );
  }
  return <Due order={order} payment={payment} />;
}

function Due({ order, payment }: { readonly order: Order; readonly payment: Payment | undefined }): ReactNode {
  const { t } = useTranslation('shop');
  const left = useTimeLeft(order.payableUntil);
  const due = payment ? { ...payment.amount, amount: payment.amount.amount - payment.captured.amount } : order.total;
  return (
    <>
      <div className="stack-s">
        <p className="soft">{t('pay.due')}</p>
        <p className="pay-amount">{formatMoney(due)}</p>
        {left !== undefined && (
          <div>
            <Badge tone="warn">{t('pay.until', { time: formatCountdown(left) })}</Badge>
          </div>
        )}
      </div>
      {payment?.status === 'REQUIRES_ACTION' ? (
        <Open order={order} payment={payment} />
      ) : payment?.status === 'PROCESSING' ? (
        <Processing order={order} payment={payment} />
      ) : (
        <ChoosePayment order={order} payment={payment} due={due} />
      )}
    </>
  );
}

/** Nobody knows yet what becomes of it; where the provider gave no answer at all, that is told. */
function Processing({ order, payment }: { readonly order: Order; readonly payment: Payment }): ReactNode {
  const { t } = useTranslation(['shop', 'ui']);
  const queries = useQueryClient();
  const { failed } = useFailedOpening(order.id);
  const { pay, isPending } = useOpening(order.id);
  const ask = useAct(refreshPayment, {
    onDone: () => void queries.invalidateQueries({ queryKey: keyOf(listPayments) }),
  });
  if (failed?.problem.code !== 'provider_unknown') {
    return <Verdict tone="warn" title={t('pay.processing')} text={t('pay.processingText')} />;
  }
  const { choice } = failed;
  // The same choice goes on with the same attempt: the provider is asked for it once more, and takes it once.
  const again = (): void => (choice.method === 'balance' ? ask.mutate({ params: { id: payment.id } }) : pay(choice));
  return (
    <Verdict
      tone="warn"
      title={t('pay.unknownTitle')}
      text={t('pay.unknownText', { method: t(`ui:method.${choice.method}`) })}
    >
      <Button kind="secondary" icon="refresh" isPending={isPending || ask.isPending} onPress={again}>
        {t('pay.askNow')}
      </Button>
    </Verdict>
  );
}

/** An attempt that waits for the buyer. */
function Open({ order, payment }: { readonly order: Order; readonly payment: Payment }): ReactNode {
  const { t } = useTranslation(['shop', 'ui']);
  const queries = useQueryClient();
  const opening = useFailedOpening(order.id);
  const [isAsked, setAsked] = useState(false);
  const renew = (): void => {
    void queries.invalidateQueries({ queryKey: keyOf(listPayments) });
    void queries.invalidateQueries({ queryKey: keyOf(getOrder) });
  };
  const params = { id: payment.id };
  const ask = useAct(refreshPayment, {
    onDone: (answer) => {
      setAsked(answer.status === 'REQUIRES_ACTION');
      renew();
    },
  });
  const close = useAct(closePayment, {
    onDone: () => {
      opening.set(undefined);
      renew();
    },
  });
  const page = useAct(payOrder, { onDone: renew, onProblem: () => toast(t('pay.notOpenedTitle')) });
  const problem = ask.error ?? close.error;
  const method = payment.method === null ? '' : t(`ui:method.${payment.method}`);
  const isScanned = payment.method === 'alipay' && payment.action?.type === 'qr_code';
  return (
    <>
      <PaymentAction open={payment} onRenew={() => close.mutate({ params })} />
      <p className="row soft" role="status">
        <span className="spinner" aria-hidden="true" /> {t('pay.waiting')}
      </p>
      {isAsked && <Notice tone="info">{t('pay.askedText', { method })}</Notice>}
      {problem && <ProblemNotice problem={problem} />}
      <div className="verdict-acts">
        <Button kind="secondary" size="s" isPending={ask.isPending} onPress={() => ask.mutate({ params })}>
          {t('pay.asked')}
        </Button>
        {isScanned && (
          <Button
            kind="quiet"
            size="s"
            isPending={page.isPending}
            onPress={() =>
              page.mutate({ body: { orderId: order.id, method: 'alipay', flow: 'page', returnUrl: location.href } })
            }
          >
            {t('checkout.flowPage')}
          </Button>
        )}
        <Button kind="quiet" size="s" isPending={close.isPending} onPress={() => close.mutate({ params })}>
          {t('pay.other')}
        </Button>
      </div>
    </>
  );
}
