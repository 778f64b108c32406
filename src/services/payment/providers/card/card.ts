import type { Provider } from '../provider.ts';
import { fetchedBill } from './bill.ts';
import { readEvent } from './callback.ts';
import { charges } from './charges.ts';
import { findings } from './check.ts';
import { asking, type Means } from './client.ts';
import { refunds } from './refunds.ts';
import { billFrom } from './report.ts';
import type { CardSettings } from './settings.ts';

/** Cards by Stripe: PaymentIntents, confirmed in the buyer's browser, and webhooks (docs.stripe.com/api). */
export function cardProvider(settings: CardSettings, means: Means): Provider {
  const { clock } = means;
  const ask = asking(settings, means);
  const ours = charges(ask, settings, clock);
  return {
    method: 'card',
    // A declined card leaves the PaymentIntent open for another one; once canceled it stays so, and its key with it.
    renewal: 'same number until closed',
    open: ours.open,
    query: ours.query,
    close: ours.close,
    ...refunds(ask, ours, clock),
    readCallback: (raw) => readEvent(settings, raw),
    acknowledgement: { status: 200, contentType: null, body: '' },
    refusal: { status: 400, contentType: null, body: '' },
    fetchBill: (day, origin) => fetchedBill(ask, clock, day, origin),
    readBill: billFrom,
    check: (origin) => findings(ask, settings, clock, origin),
  };
}
