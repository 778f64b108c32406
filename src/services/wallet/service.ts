import { defineService } from '#runtime/service.ts';
import { audit } from './audit.ts';
import { onPaymentCaptured, onRefundSucceeded, onUserRegistered } from './handlers.ts';
import {
  adjustWallet,
  creditRefund,
  debitWallet,
  getUserWallet,
  getWallet,
  grantOpeningBalance,
  listWalletEntries,
  resolveDebit,
} from './routes.ts';
import { walletSettings } from './settings.ts';
import { tables } from './store.ts';

export const wallet = defineService({
  name: 'wallet',
  tables,
  migrations: new URL('./migrations/', import.meta.url),
  settings: walletSettings,
  answers: [
    getWallet,
    listWalletEntries,
    getUserWallet,
    adjustWallet,
    grantOpeningBalance,
    debitWallet,
    resolveDebit,
    creditRefund,
  ],
  hears: [onUserRegistered, onPaymentCaptured, onRefundSucceeded],
  says: [],
  audit,
});
