import { statfsSync } from 'node:fs';
import { totalmem } from 'node:os';

const MIB = 1024 * 1024;
export const LOOPBACK = '127.0.0.1';

/**
 * Where the server listens: a port of the loopback interface (ADR 28). Beside it a Unix socket in its folder, if the path is short
 * enough for one: it shows to other containers that the folder is in use.
 */
export interface Listening {
  readonly port: number;
  readonly socket: boolean;
}

/**
 * The settings that differ from PostgreSQL's own. What makes a commit durable (fsync, full_page_writes,
 * synchronous_commit) stays on, and is said so that a file in the data directory cannot turn it off.
 */
export function serverArguments(listening: Listening): string[] {
  const settings: Record<string, string> = {
    fsync: 'on',
    full_page_writes: 'on',
    synchronous_commit: 'on',
    // Each service takes about eight of each of its processes.
    max_connections: '500',
    shared_buffers: `${sharedBuffersMiB()}MB`,
    huge_pages: 'off',
    dynamic_shared_memory_type: dynamicSharedMemory(),
    max_wal_size: '2GB',
    checkpoint_timeout: '15min',
    checkpoint_completion_target: '0.9',
    autovacuum: 'on',
    // A table is analysed whenever it has grown by a tenth, and 3,000 of its rows say as much as 30,000 of what is asked here.
    default_statistics_target: '10',
    jit: 'off',
    password_encryption: 'scram-sha-256',
    // Kept for a week: the file of a weekday is begun anew when the day comes round.
    logging_collector: 'on',
    log_directory: 'log',
    log_filename: 'postgresql-%a.log',
    log_rotation_age: '1d',
    log_rotation_size: '0',
    log_truncate_on_rotation: 'on',
    log_timezone: 'UTC',
    timezone: 'UTC',
    listen_addresses: LOOPBACK,
    port: `${listening.port}`,
    // Relative to the data directory, which only PostgreSQL's user (and root) can enter.
    unix_socket_directories: listening.socket ? '.' : '',
    unix_socket_permissions: '0700',
  };
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

function sharedBuffersMiB(): number {
  const limit = process.constrainedMemory();
  const memory = limit > 0 ? Math.min(limit, totalmem()) : totalmem();
  return Math.max(32, Math.min(256, Math.floor(memory / 8 / MIB)));
}

/** Containers often give /dev/shm 64 MB: too little for a parallel query, which then uses files instead. */
function dynamicSharedMemory(): string {
  if (process.platform !== 'linux') return 'posix';
  try {
    const { bavail, bsize } = statfsSync('/dev/shm');
    return bavail * bsize > 128 * MIB ? 'posix' : 'mmap';
  } catch {
    return 'mmap';
  }
}
