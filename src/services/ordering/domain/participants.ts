import { type Saying, say } from '#contracts/message.ts';
import { ReleaseStock } from '#contracts/messages/ordering/release-stock.v1.ts';
import { ReserveStock } from '#contracts/messages/ordering/reserve-stock.v1.ts';
import { ReturnStock } from '#contracts/messages/ordering/return-stock.v1.ts';
import type { OrderLine } from '#contracts/schema.ts';
import type { Order } from './order.ts';

export interface Draft {
  readonly orderId: string;
  readonly userId: string;
  readonly lines: readonly OrderLine[];
}

/** A service that must agree before an order becomes payable (docs/order-lifecycle.md). */
interface Participant {
  ask(draft: Draft): Saying;
  /** Ends what it holds for the order, or bars what it does not hold yet. */
  release(orderId: string): Saying;
  /** Takes back what payment had turned into a sale; a participant without it is released. */
  reverse?(orderId: string): Saying;
}

/** To add one: its messages, a line here, and a line in handlers.ts for what it answers. */
const participants = {
  inventory: {
    ask: ({ orderId, lines }) => say(ReserveStock, { orderId, lines: [...lines] }),
    release: (orderId) => say(ReleaseStock, { orderId }),
    reverse: (orderId) => say(ReturnStock, { orderId }),
  },
} satisfies Readonly<Record<string, Participant>>;

export type ParticipantName = keyof typeof participants;

export const participantNames = Object.keys(participants) as ParticipantName[];

export function asks(names: readonly ParticipantName[], draft: Draft): Saying[] {
  return names.map((name) => participants[name].ask(draft));
}

export function release(name: ParticipantName, orderId: string): Saying {
  return participants[name].release(orderId);
}

/** Everybody who was asked is released: a release that comes first bars what comes late. */
export function releases({ id, participants: asked }: Order): Saying[] {
  return namesOf(asked).map((name) => participants[name].release(id));
}

export function reversals({ id, participants: asked }: Order): Saying[] {
  return namesOf(asked).map((name) => {
    const participant: Participant = participants[name];
    return (participant.reverse ?? participant.release)(id);
  });
}

function namesOf(asked: Order['participants']): ParticipantName[] {
  return participantNames.filter((name) => Object.hasOwn(asked, name));
}
