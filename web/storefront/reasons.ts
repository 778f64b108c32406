import { useTranslation } from 'react-i18next';

/** Why an order ended, in words; a reason that has none here is not shown by its code. */
export function useReason(): (reason: string | null | undefined) => string {
  const { t } = useTranslation('shop');
  const wordsOf = useWords();
  return (reason) => wordsOf(reason) ?? t('order.reasons.other');
}

/** Why there is a refund: as somebody wrote it, or in words where the platform gave the reason by a code. */
export function useRefundReason(): (reason: string) => string | undefined {
  const wordsOf = useWords();
  return (reason) => wordsOf(reason) ?? (/^[a-z]+(_[a-z]+)+$/.test(reason) ? undefined : reason);
}

function useWords(): (reason: string | null | undefined) => string | undefined {
  const { t, i18n } = useTranslation('shop');
  return (reason) => {
    const key = `order.reasons.${reason ?? ''}`;
    return i18n.exists(key, { ns: 'shop' }) ? String(t(key as 'order.reasons.other')) : undefined;
  };
}
