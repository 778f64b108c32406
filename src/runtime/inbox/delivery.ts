/**
 * A message in hand that came by way of a broker. It is acknowledged once its effect, or its being set aside, is committed; what
 * is neither settled nor given back stays the broker's.
 */
export interface Delivery {
  /** The position of the message before it that the subscription gets: where both are heard, nothing is missing between. */
  readonly previous: number;
  /** The broker has taken it back (the channel is gone) and will deliver it once more. */
  readonly lost: boolean;
  /** Committed: acknowledge it. */
  settled(): void;
  /** Broken infrastructure, nobody's attempt: hand it to the inbox once more. */
  again(): void;
}
