export const playedMethods = ['wechat', 'alipay', 'card'] as const;
export type PlayedMethod = (typeof playedMethods)[number];

/** In what the providers differ as far as it can be seen behind the port. */
export interface Habits {
  /** A code begins nothing before it is scanned: until then the provider knows of no charge, and cannot close it. */
  readonly beginsWhenScanned: boolean;
  /** Nobody can pay any more once the time is over; else only what was closed cannot be paid. */
  readonly endsByItself: boolean;
  /** A declined payment is over; else the buyer may try again. */
  readonly declineIsFinal: boolean;
  /** A refund is taken on and carried out later; else it is done at once. */
  readonly refundsLater: boolean;
  /** Has a name of its own for a charge. */
  readonly names: boolean;
}

export const habitsOf: Readonly<Record<PlayedMethod, Habits>> = {
  wechat: { beginsWhenScanned: false, endsByItself: true, declineIsFinal: true, refundsLater: true, names: false },
  alipay: { beginsWhenScanned: true, endsByItself: true, declineIsFinal: false, refundsLater: false, names: false },
  card: { beginsWhenScanned: false, endsByItself: false, declineIsFinal: false, refundsLater: true, names: true },
};
