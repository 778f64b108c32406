import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Order } from '#contracts/http/ordering.ts';
import { Button } from '../ui/Button.tsx';
import { useBuyAgain } from './buy-again.ts';
import { useReason } from './reasons.ts';
import { Verdict } from './Verdict.tsx';

/** An order that came to nothing: why, and how to have the things all the same. */
export function OrderEnded({ order }: { readonly order: Order }): ReactNode {
  const { t } = useTranslation('shop');
  const again = useBuyAgain();
  const reasonOf = useReason();
  const { title, text } = ((): { title: string; text: string } => {
    if (order.statusReason === 'expired') return { title: t('pay.expiredTitle'), text: t('pay.expiredText') };
    if (order.statusReason === 'payment_failed') return { title: t('pay.declinedTitle'), text: t('pay.declinedText') };
    if (order.status === 'FAILED') return { title: t('pay.failedTitle'), text: reasonOf(order.statusReason) };
    return { title: t('pay.cancelledTitle'), text: `${reasonOf(order.statusReason)} ${t('pay.cancelledText')}` };
  })();
  return (
    <Verdict tone={order.statusReason === 'expired' ? 'warn' : 'bad'} title={title} text={text}>
      <Button icon="cart" onPress={() => void again(order)}>
        {t('pay.again')}
      </Button>
    </Verdict>
  );
}
