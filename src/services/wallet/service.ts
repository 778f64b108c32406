import { defineService } from '#runtime/service.ts';
import { audit } from './audit.ts';
import {
  onFeesSettled,
  onPaymentCaptured,
  onRefundSucceeded,
  onTopUpCaptured,
  onTopUpReturned,
  onUserRegistered,
} from './handlers.ts';
import { records } from './records.ts';
import {
  adjustWallet,
  creditRefund,
  debitWallet,
  findJournals,
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
    findJournals,
  ],
  hears: [onUserRegistered, onPaymentCaptured, onRefundSucceeded, onTopUpCaptured, onTopUpReturned, onFeesSettled],
  says: [],
  audit,
  records,
});
