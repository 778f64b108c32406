import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { deliverOrder, shipOrder } from '#contracts/http/fulfillment.ts';
import { retryDeadLetter } from '#contracts/http/gateway.ts';
import { type ActionStep, type OrderAction, showOrderAction } from '#contracts/http/operator.ts';
import { cancelAnyOrder, completeAnyOrder } from '#contracts/http/ordering.ts';
import { carryOnWithRefund, refreshAnyPayment } from '#contracts/http/payment.ts';
import { approveRefund, createRefund, rejectRefund, retryRefund, settleRefund } from '#contracts/http/refunds.ts';
import type { ActionName } from '#contracts/http/runtime-insight.ts';
import type { Operation } from '#contracts/operation.ts';
import { call } from '../../../ui/api/call.ts';
import { ApiProblem } from '../../../ui/api/problem.ts';
import { Checkbox, TextInput } from '../../../ui/fields.tsx';
import { formatMoney, fractionDigits, parseAmount } from '../../../ui/format.ts';
import type { Form } from '../../../ui/forms/form.ts';
import { Notice, ProblemNotice, Skeleton } from '../../../ui/states.tsx';
import { ActDialog, ReasonInput } from '../../parts/ActDialog.tsx';
import { useWords } from '../../parts/words.ts';
import { StepList } from './Steps.tsx';

interface Values {
  readonly reason: string;
  readonly amount: string;
  readonly restock: boolean;
  readonly carrier: string;
  readonly trackingNumber: string;
}

type Field = 'reason' | 'reason?' | 'amount' | 'restock' | 'parcel';

/** Which operation does it, and what it has to be told. */
const acts: Readonly<
  Record<ActionName, { readonly operation: Operation; readonly fields: readonly Field[]; readonly isDanger?: true }>
> = {
  cancel: { operation: cancelAnyOrder, fields: ['reason?'], isDanger: true },
  refund: { operation: createRefund, fields: ['amount', 'restock', 'reason'], isDanger: true },
  ship: { operation: shipOrder, fields: ['parcel'] },
  deliver: { operation: deliverOrder, fields: [] },
  complete: { operation: completeAnyOrder, fields: ['reason'] },
  approve_refund: { operation: approveRefund, fields: ['restock', 'reason?'] },
  reject_refund: { operation: rejectRefund, fields: ['reason'], isDanger: true },
  retry_refund: { operation: retryRefund, fields: ['reason'] },
  carry_on_refund: { operation: carryOnWithRefund, fields: ['reason'] },
  settle_refund: { operation: settleRefund, fields: ['reason'], isDanger: true },
  query_provider: { operation: refreshAnyPayment, fields: ['reason'] },
  retry_message: { operation: retryDeadLetter, fields: ['reason?'] },
};

/** An act: first what it would do, then its reason, then the act itself. */
export function ActionDialog(props: {
  readonly orderId: string;
  readonly action: OrderAction;
  onClose(): void;
}): ReactNode {
  const { t } = useTranslation('console');
  const words = useWords();
  const { orderId, action } = props;
  const { operation, fields, isDanger = false } = acts[action.action];
  const currency = action.most?.currency ?? 'CNY';
  return (
    <ActDialog<Operation, Values>
      title={words('action', action.action)}
      submit={words('action', action.action)}
      isDanger={isDanger}
      operation={operation}
      params={{ id: action.object }}
      schema={async () => (await import('../../schemas.ts')).actionBodies[action.action]}
      initial={{ reason: '', amount: amountText(action), restock: false, carrier: '', trackingNumber: '' }}
      bodyOf={(values) => bodyOf(fields, values, { orderId, currency })}
      done={t('done')}
      onClose={props.onClose}
    >
      {(form) => (
        <>
          <Fields fields={fields} form={form} action={action} />
          <Rehearsal orderId={orderId} action={action} input={inputOf(fields, form.values, currency)} />
        </>
      )}
    </ActDialog>
  );
}

function amountText({ most }: OrderAction): string {
  if (!most) return '';
  return (most.amount / 10 ** fractionDigits(most.currency)).toFixed(fractionDigits(most.currency));
}

function bodyOf(
  fields: readonly Field[],
  values: Values,
  { orderId, currency }: { readonly orderId: string; readonly currency: string },
): Readonly<Record<string, unknown>> {
  const amount = parseAmount(values.amount, currency);
  return {
    ...(fields.includes('amount') && { orderId, amount: { amount: amount ?? values.amount, currency } }),
    ...(fields.includes('restock') && values.restock && { restock: true }),
    ...(fields.includes('parcel') && { carrier: values.carrier.trim(), trackingNumber: values.trackingNumber.trim() }),
    ...((fields.includes('reason') || (fields.includes('reason?') && values.reason !== '')) && {
      reason: values.reason.trim(),
    }),
  };
}

/** What the dry run is told; what is not there yet is taken as usual. */
function inputOf(fields: readonly Field[], values: Values, currency: string): Readonly<Record<string, unknown>> {
  const amount = parseAmount(values.amount, currency);
  return {
    ...(fields.includes('amount') && amount && { amount: { amount, currency } }),
    ...(fields.includes('restock') && { restock: values.restock }),
    ...(fields.includes('parcel') && values.carrier.trim() && { carrier: values.carrier.trim() }),
    ...(fields.includes('parcel') && values.trackingNumber.trim() && { trackingNumber: values.trackingNumber.trim() }),
  };
}

function Fields(props: {
  readonly fields: readonly Field[];
  readonly form: Form<Values>;
  readonly action: OrderAction;
}): ReactNode {
  const { t } = useTranslation('console');
  const { fields, form, action } = props;
  const line = (name: 'carrier' | 'trackingNumber'): ReactNode => (
    <TextInput
      label={t(`field.${name}`)}
      value={form.values[name]}
      onChange={(value) => form.set(name, value)}
      error={form.errorOf(`/${name}`)}
    />
  );
  return (
    <>
      {fields.includes('amount') && (
        <TextInput
          label={t('field.amount')}
          {...(action.most && { hint: t('case.most', { amount: formatMoney(action.most) }) })}
          inputMode="decimal"
          value={form.values.amount}
          onChange={(value) => form.set('amount', value)}
          error={form.errorOf('/amount/amount') ?? form.errorOf('/amount')}
        />
      )}
      {fields.includes('parcel') && (
        <div className="form-grid">
          {line('carrier')}
          {line('trackingNumber')}
        </div>
      )}
      {fields.includes('restock') && (
        <Checkbox isSelected={form.values.restock} onChange={(value) => form.set('restock', value)}>
          {t('case.restock')}
        </Checkbox>
      )}
      {(fields.includes('reason') || fields.includes('reason?')) && (
        <ReasonInput form={form} isOptional={fields.includes('reason?')} />
      )}
    </>
  );
}

/** What the act would do with this input: decided by the platform's own rules, and nothing is changed. */
function Rehearsal(props: {
  readonly orderId: string;
  readonly action: OrderAction;
  readonly input: Readonly<Record<string, unknown>>;
}): ReactNode {
  const { t } = useTranslation('console');
  const words = useWords();
  const { orderId, action } = props;
  const input = useSettled(JSON.stringify(props.input));
  const body = { action: action.action, object: action.object, input: JSON.parse(input) as object };
  const { data, error } = useQuery({
    queryKey: [showOrderAction.name, orderId, body],
    queryFn: ({ signal }) => call(showOrderAction, { params: { id: orderId }, body }, signal),
    placeholderData: (before) => before,
    staleTime: 5_000,
  });
  if (error instanceof ApiProblem) return <ProblemNotice problem={error} />;
  if (!data) return <Skeleton height="6rem" />;
  if (!data.allowed) {
    return <Notice tone="warn">{words('actionRefused', action.action)}</Notice>;
  }
  const steps: readonly ActionStep[] = data.steps;
  return (
    <section className="rehearsal" aria-live="polite">
      <h3 className="small">{t('case.wouldDo')}</h3>
      <StepList steps={steps} />
    </section>
  );
}

/** The value once it has stayed the same for a moment. */
function useSettled(value: string): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), 300);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}
