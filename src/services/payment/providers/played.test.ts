import { afterEach, beforeEach, describe } from 'vitest';
import { type Habits, habitsOf, type PlayedMethod, playedMethods } from '../../../../simulators/port/habits.ts';
import { type PlayedMishap, PlayedProvider } from '../../../../simulators/port/provider.ts';
import type { Provider } from './provider.ts';
import { type Act, act } from './testing/act.ts';
import { callingBack, refusingCallbacks } from './testing/callbacks.ts';
import { closing, opening, paying } from './testing/charges.ts';
import { losingAnswers } from './testing/mishaps.ts';
import { refunding } from './testing/refunds.ts';
import { isApplied, type Mishap, type Scene } from './testing/scene.ts';

/*
 * A provider that is played behind the port keeps to what those keep to that are asked over the wire: so what is shown with it, of
 * payments as a whole, holds for them. It has no bills, and nothing to be set up.
 */

const startedAt = Date.UTC(2026, 10, 18, 4);
const mishaps: readonly Mishap[] = ['no answer in time, not applied', 'no answer in time, applied'];

function playedScene(method: PlayedMethod, habits: Habits): Scene {
  let now = startedAt;
  const played = new PlayedProvider(method, () => now, habits);
  return {
    provider: played as unknown as Provider,
    charge: { flow: 'qr', returnUrl: null, openid: null, currency: 'CNY' },
    declined: habits.declineIsFinal ? 'failed' : 'open',
    now: () => now,
    move(byMs) {
      now += byMs;
    },
    stop: async () => undefined,
    simulator: {
      pay: async (number) => played.pay(number),
      decline: async (number) => played.decline(number),
      settleRefunds: async () => played.settleRefunds(),
      failNext: (mishap) => played.failNext((isApplied(mishap) ? 'applied' : 'not applied') satisfies PlayedMishap),
      callbacks: async () => played.notices.map((notice) => played.sent(notice)),
      forge: async (number, forgery) => played.forge(number, forgery),
      captures: (number) => played.books.capturesOf(number),
      refunds: (number) => played.books.refundsOf(number).map(({ amount }) => amount),
      ...noBills,
    },
  };
}

const none = (): never => {
  throw new Error('there are no bills behind the port');
};
const noBills = { today: none, issueBill: none, billFile: none };

describe.each(playedMethods)('%s, played behind the port, as a provider', (method) => {
  // A code that nobody has scanned cannot be closed: what the suite asks of charges is asked of those that are begun.
  const habits = { ...habitsOf[method], beginsWhenScanned: false };
  let current: Act;
  beforeEach(() => {
    current = act(playedScene(method, habits));
  });
  afterEach(() => current.stop());
  const tried = (): Act => current;
  opening(tried);
  paying(tried);
  closing(tried);
  refunding(tried);
  losingAnswers(tried, mishaps);
  callingBack(tried);
  refusingCallbacks(tried);
});
