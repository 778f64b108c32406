/**
 * A message in hand that came by way of a broker. It is acknowledged once its effect, or its being set aside, is committed; what
 * is neither settled nor given back stays the broker's.
 */
export interface Delivery {
  /** The position of the message before it that the subscription gets: where both are heard, nothing is missing between. */
  readonly previous: number;
  /** It is not to be handled any more: the broker has taken it back (the channel is gone), or it was handed over anew. */
  readonly lost: boolean;
  /** Committed: acknowledge it. It may be lost by then, and comes again as a duplicate. */
  settled(): void;
  /**
   * Broken infrastructure, nobody's attempt: hand it to the inbox once more, and with it all that came after it and is not
   * settled, in the order in which it came; what was handed over before is lost from now on. Otherwise what waits already would
   * overtake it.
   */
  again(): void;
}
