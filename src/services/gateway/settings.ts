import { httpSettings } from '#runtime/http/settings.ts';
import { duration } from '#runtime/settings/settings.ts';

export const settings = {
  publicUrl: httpSettings.publicUrl,
  auditBoundMs: duration('AUDIT_BOUND', '10s', 'What is under way longer than this counts as stuck in an audit.'),
};
