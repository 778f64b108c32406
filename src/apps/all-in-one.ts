import { type Platform, type PlatformOptions, startPlatform } from './platform.ts';
import type { Environment } from './settings.ts';

/** Everything in one process. */
export async function startAllInOne(
  environment: Environment,
  options: Pick<PlatformOptions, 'time'> = {},
): Promise<Platform & { readonly url: string }> {
  const platform = await startPlatform({ environment, ...options });
  if (platform.url === undefined) throw new Error('the gateway does not run here');
  return { ...platform, url: platform.url };
}
