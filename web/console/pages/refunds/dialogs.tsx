import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { getAnyOrder } from '#contracts/http/ordering.ts';
import { carryOnWithRefund } from '#contracts/http/payment.ts';
import {
  type AdminRefund,
  approveRefund,
  createRefund,
  rejectRefund,
  retryRefund,
  settleRefund,
} from '#contracts/http/refunds.ts';
import type { Operation } from '#contracts/operation.ts';
import type { WireMoney } from '#kernel/money.ts';
import { useApi } from '../../../ui/api/query.ts';
import { Checkbox, TextInput } from '../../../ui/fields.tsx';
import { formatMoney, parseAmount } from '../../../ui/format.ts';
import { ActDialog, ReasonInput } from '../../parts/ActDialog.tsx';

export type Decision = 'approve' | 'reject' | 'retry' | 'carryOn' | 'settle';

const acts = {
  approve: { operation: approveRefund, body: 'approve_refund' },
  reject: { operation: rejectRefund, body: 'reject_refund' },
  retry: { operation: retryRefund, body: 'retry_refund' },
  carryOn: { operation: carryOnWithRefund, body: 'carry_on_refund' },
  settle: { operation: settleRefund, body: 'settle_refund' },
} as const;

export function DecideRefund(props: {
  readonly refund: AdminRefund;
  readonly decision: Decision;
  onClose(): void;
}): ReactNode {
  const { t } = useTranslation('console');
  const { refund, decision } = props;
  const { operation, body } = acts[decision];
  const needsAmount = decision === 'settle' && refund.amount === null;
  const left = useLeft(needsAmount ? refund.orderId : '');
  return (
    <ActDialog<Operation, { readonly reason: string; readonly restock: boolean; readonly amount: string }>
      title={t(`refunds.${decision}`)}
      text={
        <>
          <p>{t(`refunds.${decision}Text`)}</p>
          {refund.amount && <p className="figure number">{formatMoney(refund.amount)}</p>}
        </>
      }
      submit={t(`refunds.${decision}`)}
      isDanger={decision === 'reject' || decision === 'settle'}
      operation={operation}
      params={{ id: decision === 'carryOn' ? (refund.retry?.id ?? refund.id) : refund.id }}
      schema={async () => (await import('../../schemas.ts')).actionBodies[body]}
      initial={{ reason: '', restock: false, amount: '' }}
      bodyOf={(values) => ({
        ...((decision !== 'approve' || values.reason !== '') && { reason: values.reason }),
        ...(decision === 'approve' && values.restock && { restock: true }),
        ...(needsAmount && { amount: amountOf(values.amount, left?.currency ?? 'CNY') }),
      })}
      done={t('done')}
      onClose={props.onClose}
    >
      {(form) => (
        <>
          {needsAmount && (
            <TextInput
              label={t('field.amount')}
              inputMode="decimal"
              value={form.values.amount}
              onChange={(value) => form.set('amount', value)}
              error={form.errorOf('/amount/amount')}
            />
          )}
          {decision === 'approve' && (
            <Checkbox isSelected={form.values.restock} onChange={(value) => form.set('restock', value)}>
              {t('case.restock')}
            </Checkbox>
          )}
          <ReasonInput form={form} isOptional={decision === 'approve'} />
        </>
      )}
    </ActDialog>
  );
}

/** What was typed as money; what is none goes as it is, for the schema to say so. */
function amountOf(text: string, currency: string): WireMoney {
  return { amount: parseAmount(text, currency) ?? Number.NaN, currency };
}

/** What may be given back of the order at most, once its id is whole. */
function useLeft(orderId: string): WireMoney | undefined {
  const isWhole = /^ord_[0-9a-f-]{36}$/.test(orderId);
  const { data } = useApi(getAnyOrder, { params: { id: orderId } }, { enabled: isWhole });
  return data && { ...data.paid, amount: data.paid.amount - data.refundRequested.amount };
}

export function CreateRefund(props: { readonly orderId: string; onClose(): void }): ReactNode {
  const { t } = useTranslation('console');
  const [orderId, setOrderId] = useState(props.orderId);
  const left = useLeft(orderId.trim());
  return (
    <ActDialog
      title={t('refunds.create')}
      text={t('refunds.createText')}
      submit={t('refunds.create')}
      isDanger
      operation={createRefund}
      schema={async () => (await import('../../schemas.ts')).actionBodies.refund}
      initial={{ orderId, amount: '', reason: '', restock: false }}
      bodyOf={(values) => ({
        orderId: values.orderId.trim(),
        amount: amountOf(values.amount, left?.currency ?? 'CNY'),
        reason: values.reason,
        ...(values.restock && { restock: true }),
      })}
      done={t('done')}
      onClose={props.onClose}
    >
      {(form) => (
        <>
          <TextInput
            label={t('field.orderId')}
            value={form.values.orderId}
            onChange={(value) => {
              form.set('orderId', value);
              setOrderId(value);
            }}
            error={form.errorOf('/orderId')}
          />
          <TextInput
            label={t('field.amount')}
            {...(left && { hint: t('case.most', { amount: formatMoney(left) }) })}
            inputMode="decimal"
            value={form.values.amount}
            onChange={(value) => form.set('amount', value)}
            error={form.errorOf('/amount/amount')}
          />
          <Checkbox isSelected={form.values.restock} onChange={(value) => form.set('restock', value)}>
            {t('case.restock')}
          </Checkbox>
          <ReasonInput form={form} />
        </>
      )}
    </ActDialog>
  );
}
