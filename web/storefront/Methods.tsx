import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { listPaymentMethods } from '#contracts/http/payment.ts';
import { getWallet } from '#contracts/http/wallet.ts';
import type { WireMoney } from '#kernel/money.ts';
import { useApi } from '../ui/api/query.ts';
import { Checkbox, Choices } from '../ui/fields.tsx';
import { formatMoney } from '../ui/format.ts';
import { Loaded, Skeleton } from '../ui/states.tsx';
import type { PaymentChoice } from './opening.ts';

export type Method = PaymentChoice['method'];

export interface MethodChoice {
  readonly method: Method;
  /** The balance pays what it can, the method the rest. */
  readonly isSplit: boolean;
}

/** What the balance pays of it; undefined where it pays nothing, or all. */
function balancePart(due: WireMoney, balance: WireMoney | undefined): WireMoney | undefined {
  if (!balance || balance.currency !== due.currency || balance.amount === 0) return undefined;
  return balance.amount < due.amount ? balance : undefined;
}

/** The choice as the platform wants it. */
export function useChosenPayment(
  choice: MethodChoice | undefined,
  due: WireMoney | undefined,
): PaymentChoice | undefined {
  const { data } = useApi(getWallet);
  if (!choice) return undefined;
  const part = due && choice.isSplit && choice.method !== 'balance' ? balancePart(due, data?.balance) : undefined;
  return { method: choice.method, ...(part && { balanceAmount: part }) };
}

const place = 'suanpan.method';

/** For the next time: what this browser paid with. */
export function keepMethod(method: Method): void {
  localStorage.setItem(place, method);
}

/**
 * The way to pay, and how to choose another. At first it is the one before, `last` or this browser's, then the balance where
 * that is enough: it is there at once, and costs nobody a phone. Undefined until it is known what there is.
 */
export function useMethodChoice(due: WireMoney, last?: Method | null) {
  const [chosen, choose] = useState<MethodChoice>();
  const methods = useApi(listPaymentMethods, {}, { staleMs: 300_000 });
  const wallet = useApi(getWallet);
  const isKnown = methods.data !== undefined && !wallet.isPending;
  const offered = methods.data?.data.map(({ method }) => method) ?? [];
  const usable = offered.filter((method) => method !== 'balance' || isEnough(due, wallet.data?.balance));
  const before = [last, localStorage.getItem(place), 'balance'];
  const known = before.flatMap((wanted) => usable.filter((method) => method === wanted));
  const first = isKnown ? (known[0] ?? usable[0]) : undefined;
  return [chosen ?? (first && { method: first, isSplit: false }), choose] as const;
}

function isEnough(due: WireMoney, balance: WireMoney | undefined): boolean {
  return balance !== undefined && balance.currency === due.currency && balance.amount >= due.amount;
}

export function Methods(props: {
  readonly due: WireMoney;
  readonly choice: MethodChoice | undefined;
  onChoose(choice: MethodChoice): void;
}): ReactNode {
  const { t } = useTranslation(['shop', 'ui']);
  const { due, choice, onChoose } = props;
  const methods = useApi(listPaymentMethods, {}, { staleMs: 300_000 });
  const { data: wallet } = useApi(getWallet);
  const balance = wallet?.balance;
  const part = balancePart(due, balance);
  const textOf = (method: Method): string => {
    if (method !== 'balance' || !balance) return t(`checkout.methodText.${method}`);
    return t(isEnough(due, balance) ? 'checkout.balanceNow' : 'checkout.balanceShort', {
      balance: formatMoney(balance),
    });
  };
  return (
    <Loaded of={choice ? methods : { ...methods, data: undefined }} waiting={<Skeleton height="4.2rem" count={4} />}>
      {({ data }) => (
        <div className="stack">
          <Choices<Method>
            label={t('checkout.how')}
            isLabelHidden
            value={choice?.method}
            onChange={(method) => onChoose({ isSplit: choice?.isSplit ?? false, method })}
            options={data.map(({ method }) => ({
              value: method,
              isDisabled: method === 'balance' && balance !== undefined && !isEnough(due, balance),
              content: (
                <>
                  <span className="choice-title">{t(`ui:method.${method}`)}</span>
                  <span className="choice-text">{textOf(method)}</span>
                </>
              ),
            }))}
          />
          {part && choice && choice.method !== 'balance' && (
            <Checkbox isSelected={choice.isSplit} onChange={(isSplit) => onChoose({ ...choice, isSplit })}>
              {t('checkout.useBalance', { amount: formatMoney(part) })}
            </Checkbox>
          )}
        </div>
      )}
    </Loaded>
  );
}
