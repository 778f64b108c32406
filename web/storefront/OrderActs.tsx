import { useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { cancelOrder, confirmReceipt, type Order } from '#contracts/http/ordering.ts';
import { requestRefund } from '#contracts/http/refunds.ts';
import { useAct } from '../ui/api/query.ts';
import { Button } from '../ui/Button.tsx';
import { Dialog } from '../ui/Dialog.tsx';
import { TextInput } from '../ui/fields.tsx';
import { formatMoney, parseAmount, writeAmount } from '../ui/format.ts';
import { ProblemNotice } from '../ui/states.tsx';
import { toast } from '../ui/toasts.tsx';
import { useBuyAgain } from './buy-again.ts';

/** What the buyer can do with an order now. */
export function OrderActs({ order }: { readonly order: Order }): ReactNode {
  const { t } = useTranslation('shop');
  const queries = useQueryClient();
  const again = useBuyAgain();
  const [open, setOpen] = useState<'cancel' | 'refund'>();
  const { id, status } = order;
  const receive = useAct(confirmReceipt, {
    onDone: () => {
      toast(t('order.received'));
      void queries.invalidateQueries();
    },
  });
  const isPaid = ['PAID', 'CONFIRMED', 'SHIPPED', 'COMPLETED'].includes(status);
  const isCancellable = ['CREATED', 'REVIEW', 'PENDING', 'PAID', 'CONFIRMED'].includes(status);
  const isOver = ['COMPLETED', 'CANCELLED', 'FAILED'].includes(status);
  const isRefundable = isPaid && order.refunded.amount < order.total.amount;
  return (
    <>
      {receive.error && <ProblemNotice problem={receive.error} />}
      <div className="row">
        {status === 'PENDING' && (
          <Link to="/pay/$orderId" params={{ orderId: id }} className="button" data-kind="primary">
            {t('order.pay')}
          </Link>
        )}
        {status === 'SHIPPED' && (
          <Button isPending={receive.isPending} onPress={() => receive.mutate({ params: { id }, body: {} })}>
            {t('order.receive')}
          </Button>
        )}
        {isOver && (
          <Button kind={status === 'COMPLETED' ? 'secondary' : 'primary'} icon="cart" onPress={() => void again(order)}>
            {t('order.again')}
          </Button>
        )}
        {isRefundable && (
          <Button kind="secondary" onPress={() => setOpen('refund')}>
            {t('order.refund')}
          </Button>
        )}
        {isCancellable && (
          <Button kind="danger" onPress={() => setOpen('cancel')}>
            {t('order.cancel')}
          </Button>
        )}
      </div>
      {open === 'cancel' && <Cancelling order={order} isPaid={isPaid} onClose={() => setOpen(undefined)} />}
      {open === 'refund' && <Refunding order={order} onClose={() => setOpen(undefined)} />}
    </>
  );
}

function Cancelling(props: { readonly order: Order; readonly isPaid: boolean; onClose(): void }): ReactNode {
  const { t } = useTranslation('shop');
  const queries = useQueryClient();
  const [reason, setReason] = useState('');
  const cancel = useAct(cancelOrder, {
    onDone: () => {
      toast(t('order.cancelled'));
      props.onClose();
      void queries.invalidateQueries();
    },
  });
  const send = (): void => {
    const body = reason.trim() === '' ? {} : { reason: reason.trim() };
    cancel.mutate({ params: { id: props.order.id }, body });
  };
  return (
    <Dialog
      title={t('order.cancelTitle')}
      isOpen
      onClose={props.onClose}
      foot={
        <>
          <Button kind="secondary" onPress={props.onClose}>
            {t('order.cancelNo')}
          </Button>
          <Button kind="danger" isPending={cancel.isPending} onPress={send}>
            {t('order.cancel')}
          </Button>
        </>
      }
    >
      <p>
        {t('order.cancelText')} {props.isPaid && t('order.cancelPaid')}
      </p>
      {cancel.error && <ProblemNotice problem={cancel.error} />}
      <TextInput label={t('order.cancelReason')} isOptional maxLength={500} value={reason} onChange={setReason} />
    </Dialog>
  );
}

function Refunding({ order, onClose }: { readonly order: Order; onClose(): void }): ReactNode {
  const { t } = useTranslation(['shop', 'ui']);
  const queries = useQueryClient();
  const { currency } = order.total;
  const most = order.total.amount - order.refunded.amount;
  const [amount, setAmount] = useState(writeAmount({ amount: most, currency }));
  const [reason, setReason] = useState('');
  const [isChecked, setChecked] = useState(false);
  const wanted = parseAmount(amount, currency);
  const isAmountWrong = wanted === undefined || wanted < 1 || wanted > most;
  const isReasonMissing = reason.trim() === '';
  const refund = useAct(requestRefund, {
    onDone: () => {
      toast(t('order.refundSent'));
      onClose();
      void queries.invalidateQueries();
    },
  });
  const send = (): void => {
    setChecked(true);
    if (isAmountWrong || isReasonMissing) return;
    // All of it is asked for without an amount: so it stays all, whatever else is going on.
    const part = wanted === most ? {} : { amount: { amount: wanted, currency } };
    refund.mutate({ body: { orderId: order.id, reason: reason.trim(), ...part } });
  };
  return (
    <Dialog
      title={t('order.refundTitle')}
      isOpen
      onClose={onClose}
      foot={
        <>
          <Button kind="secondary" onPress={onClose}>
            {t('ui:cancel')}
          </Button>
          <Button isPending={refund.isPending} onPress={send}>
            {t('order.refundSend')}
          </Button>
        </>
      }
    >
      <p className="soft">{t('order.refundText')}</p>
      {refund.error && <ProblemNotice problem={refund.error} />}
      <TextInput
        label={t('order.refundAmount')}
        inputMode="decimal"
        value={amount}
        onChange={setAmount}
        hint={t('order.refundMost', { amount: formatMoney({ amount: most, currency }) })}
        error={isChecked && isAmountWrong ? t('ui:form.range') : undefined}
      />
      <TextInput
        label={t('order.refundReason')}
        rows={3}
        maxLength={500}
        value={reason}
        onChange={setReason}
        error={isChecked && isReasonMissing ? t('ui:form.required') : undefined}
      />
    </Dialog>
  );
}
