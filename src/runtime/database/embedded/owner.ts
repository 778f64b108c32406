import { readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { EmbeddedPostgresError } from './log.ts';

/** Whom PostgreSQL runs as. Undefined: as ourselves. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

const NOBODY: Owner = { uid: 65_534, gid: 65_534 };

/**
 * PostgreSQL refuses to run as root. Started as root, it runs as whoever owns the data already, else as the system's
 * user `postgres`, else as nobody. Anyone else runs it as himself.
 */
export function chooseOwner(dataDirectory: string): Owner | undefined {
  const owner = ownerOf(dataDirectory);
  const ourUid = process.getuid?.();
  if (ourUid !== 0) {
    if (owner !== undefined && owner.uid !== ourUid) {
      throw new EmbeddedPostgresError(
        `The data in ${dataDirectory} belongs to user ${owner.uid}, and this is user ${ourUid}. ` +
          'Start Suanpan as root or as that user, or choose another DATA_DIR.',
      );
    }
    return undefined;
  }
  return owner !== undefined && owner.uid !== 0 ? owner : systemUser();
}

function ownerOf(path: string): Owner | undefined {
  try {
    const { uid, gid } = statSync(path);
    return { uid, gid };
  } catch {
    return undefined;
  }
}

function systemUser(): Owner {
  let passwd = '';
  try {
    passwd = readFileSync('/etc/passwd', 'utf8');
  } catch {
    // No such file in the smallest containers.
  }
  const [, uid, gid] = /^postgres:[^:]*:(\d+):(\d+):/m.exec(passwd) ?? [];
  return uid === undefined || uid === '0' ? NOBODY : { uid: Number(uid), gid: Number(gid) };
}

/** Whether the owner may enter each folder on the way to `path`, and `path` itself. */
export function canReach(owner: Owner, path: string): boolean {
  const { mode, uid, gid } = statSync(path);
  const bit = uid === owner.uid ? 0o100 : gid === owner.gid ? 0o010 : 0o001;
  if ((mode & bit) === 0) return false;
  const parent = dirname(path);
  return parent === path || canReach(owner, parent);
}
