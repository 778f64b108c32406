import { duration } from '#runtime/settings/settings.ts';

export const settings = {
  auditBoundMs: duration('AUDIT_BOUND', '10s', 'What is under way longer than this counts as stuck in an audit.'),
};
