import type { Context as ContextOf } from '#runtime/service.ts';
import { introduceKey } from './domain.ts';
import type { identitySettings } from './settings.ts';
import { findNewestKey } from './store.ts';
import { generateSigningKey } from './tokens.ts';

type Context = ContextOf<typeof identitySettings>;

/** A token may be accepted a little after its end by clocks that are behind. */
const clockLeewayMs = 60_000;

/** Makes the first key, or the next one where the newest is near its end; it is published for a while before it signs. */
export async function rotateKeys(context: Context): Promise<void> {
  const { accessTokenLifetimeMs, keyPublicationMs, keyRotationMs } = context.settings;
  const newest = await findNewestKey(context.database);
  if (newest && context.clock.now() < newest.activeAt + keyRotationMs - keyPublicationMs) return;
  const introduction = {
    key: { generation: (newest?.generation ?? 0) + 1, ...(await generateSigningKey()) },
    publishMs: keyPublicationMs,
    afterlifeMs: accessTokenLifetimeMs + clockLeewayMs,
  };
  const { answer: introduced } = await context.write(introduceKey, introduction, context.timer('rotate-keys'));
  if (introduced)
    context.log.info({ kid: introduction.key.kid, generation: introduction.key.generation }, 'a new signing key');
}
