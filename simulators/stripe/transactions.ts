import type { Transaction } from './objects.ts';
import type { World } from './world.ts';

interface Moved {
  readonly kind: 'charge' | 'refund' | 'refund_failure';
  /** In the buyer's currency; positive. */
  readonly amount: number;
  readonly currency: string;
  readonly source: string;
}

/** What a movement is on the account's balance: in its own currency, less the fee. Fees of refunded payments stay with Stripe. */
export function record(world: World, { kind, amount, currency, source }: Moved): Transaction {
  const { account } = world;
  const rate = currency === account.currency ? null : (account.exchangeRates[currency] ?? 1);
  const converted = rate === null ? amount : Math.round(amount * rate);
  const fee = kind === 'charge' ? Math.round((converted * account.feeBasisPoints) / 10_000) + account.feeFixed : 0;
  const signed = kind === 'refund' ? -converted : converted;
  const transaction: Transaction = {
    ...{
      id: world.id('txn'),
      object: 'balance_transaction',
      amount: signed,
      available_on: world.seconds() + 2 * 86_400,
    },
    ...{ balance_type: 'payments', created: world.seconds(), currency: account.currency, description: null },
    ...{ exchange_rate: rate, fee, fee_details: feeDetails(fee, account.currency), net: signed - fee },
    ...{ reporting_category: kind, source, status: 'pending', type: kind },
  };
  world.transactions.push(transaction);
  return transaction;
}

/** Stripe sends what is there to the merchant's bank: on the balance, and no payment. */
export function payOut(world: World, amount: number): Transaction {
  const transaction: Transaction = {
    ...{ id: world.id('txn'), object: 'balance_transaction', amount: -amount, available_on: world.seconds() },
    ...{
      balance_type: 'payments',
      created: world.seconds(),
      currency: world.account.currency,
      description: 'STRIPE PAYOUT',
    },
    ...{ exchange_rate: null, fee: 0, fee_details: [], net: -amount },
    ...{ reporting_category: 'payout', source: world.id('po'), status: 'available', type: 'payout' },
  };
  world.transactions.push(transaction);
  return transaction;
}

function feeDetails(amount: number, currency: string): Transaction['fee_details'] {
  return amount === 0 ? [] : [{ amount, currency, type: 'stripe_fee', description: 'Stripe processing fees' }];
}
