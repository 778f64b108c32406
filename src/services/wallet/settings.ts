import { text } from '#runtime/settings/settings.ts';

const currency = text('CURRENCY', 'CNY', 'Currency of wallets that are still empty (ISO 4217)');

export const walletSettings = {
  currency: {
    ...currency,
    parse(given: string): string {
      if (!/^[A-Z]{3}$/.test(given)) throw new Error('expected a currency code of three capital letters such as CNY');
      return given;
    },
  },
};
