import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Static } from 'typebox';
import type { Order } from '#contracts/http/ordering.ts';
import type { Payment as PaymentSchema } from '#contracts/http/payment.ts';
import type { WireMoney } from '#kernel/money.ts';
import { Button } from '../ui/Button.tsx';
import { formatMoney } from '../ui/format.ts';
import { Notice, problemText } from '../ui/states.tsx';
import { keepMethod, Methods, useChosenPayment, useMethodChoice } from './Methods.tsx';
import { type FailedOpening, useFailedOpening, useOpening } from './opening.ts';

type Payment = Static<typeof PaymentSchema>;

/** A method for what is due, and what went wrong with the one before. */
export function ChoosePayment(props: {
  readonly order: Order;
  readonly payment: Payment | undefined;
  readonly due: WireMoney;
}): ReactNode {
  const { t } = useTranslation('shop');
  const { order, payment, due } = props;
  const { failed } = useFailedOpening(order.id);
  const [choice, setChoice] = useMethodChoice(due, payment?.method);
  const chosen = useChosenPayment(choice, due);
  const { pay, isPending } = useOpening(order.id);
  const send = (): void => {
    if (!chosen) return;
    keepMethod(chosen.method);
    pay(chosen);
  };
  return (
    <div className="stack chooser">
      {failed && <NotOpened failed={failed} />}
      <h2>{t('pay.choose')}</h2>
      <Methods due={due} choice={choice} onChoose={setChoice} />
      <Button wide isPending={isPending} onPress={send}>
        {t('pay.payNow', { amount: formatMoney(due) })}
      </Button>
    </div>
  );
}

/** Why a payment was not opened, and what to do: another try, another method, money into the wallet. */
function NotOpened({ failed }: { readonly failed: FailedOpening }): ReactNode {
  const { t } = useTranslation(['shop', 'ui']);
  const { t: say } = useTranslation('ui');
  const { choice, problem } = failed;
  switch (problem.code) {
    case 'insufficient_balance':
      return (
        <Notice tone="warn" title={t('pay.lowTitle')} isAlert>
          <p>{t('pay.lowText')}</p>
          <p>
            <Link to="/wallet" className="link">
              {t('pay.topUp')}
            </Link>
          </p>
        </Notice>
      );
    // Not known at first, and by now it is: nothing is open.
    case 'provider_unknown':
    case 'provider_refused':
      return (
        <Notice tone="bad" title={t('pay.notOpenedTitle')} isAlert>
          <p>{t('pay.notOpenedText', { method: t(`ui:method.${choice.method}`) })}</p>
        </Notice>
      );
    default:
      return (
        <Notice tone="bad" title={t('pay.notOpenedTitle')} isAlert>
          <p>{problemText(say, problem)}</p>
        </Notice>
      );
  }
}
