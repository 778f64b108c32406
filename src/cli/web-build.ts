import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isWebBuilt, projectRoot, webApplications } from '#apps/web.ts';

/**
 * Builds the pages for browsers where they are missing or older than their sources. Without the development dependencies there is
 * nothing to build with: then those are served that are there, or none.
 */
export async function buildWebIfStale(): Promise<void> {
  if (isWebBuilt(projectRoot) || !existsSync(join(projectRoot, 'node_modules/vite'))) return;
  const child = spawn(process.execPath, [join(projectRoot, 'scripts/build-web.ts')], { stdio: 'inherit' });
  const code = await new Promise<number | null>((resolve) => {
    child.on('error', () => resolve(1));
    child.on('close', resolve);
  });
  if (code !== 0) process.stderr.write('The web pages could not be built; the API is there all the same.\n');
}

export function hasPages(): boolean {
  return webApplications(projectRoot).length > 0;
}
