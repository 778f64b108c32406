import { duration, optionalDuration, type Setting, type SettingsOf } from '#runtime/settings/settings.ts';
import { type ParticipantName, participantNames } from './domain/participants.ts';
import type { Terms } from './domain/placing.ts';

const participants: Setting<readonly ParticipantName[]> = {
  name: 'ORDER_PARTICIPANTS',
  help: 'Who must agree before an order becomes payable; inventory always does.',
  default: 'inventory',
  parse(text) {
    const names = text.split(',').map((name) => name.trim());
    const unknown = names.find((name) => !participantNames.some((known) => known === name));
    if (unknown !== undefined) throw new Error(`expected a list of ${participantNames.join(', ')}`);
    return participantNames.filter((name) => name === 'inventory' || names.includes(name));
  },
};

export const orderingSettings = {
  participants,
  waitMs: duration('ORDER_WAIT', '5s', 'How long POST /v1/orders waits for the participants before it answers 202.'),
  deadlineMs: duration('ORDER_DEADLINE', '15m', 'When a draft is given up that not everybody has agreed to.'),
  expiryMs: duration('ORDER_EXPIRY', '30m', 'How long an order may be paid.'),
  graceMs: optionalDuration(
    'ORDER_GRACE',
    'How long payment may then take to say that it was paid in time; a thirtieth of ORDER_EXPIRY by default.',
  ),
  completionMs: duration('ORDER_COMPLETION', '15d', 'When a shipped order counts as received unless somebody says so.'),
};

export function termsOf(settings: SettingsOf<typeof orderingSettings>): Terms {
  const { deadlineMs, expiryMs, graceMs = Math.round(expiryMs / 30), completionMs } = settings;
  return { deadlineMs, payableForMs: expiryMs, graceMs, completionMs };
}
