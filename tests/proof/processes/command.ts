import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { vi } from 'vitest';
import type { Ended, Environment } from './program.ts';

const entry = fileURLToPath(new URL('../../../bin/suanpan.mjs', import.meta.url));

/** A command of `suanpan` at work; what it writes is kept. */
export interface Command extends AsyncDisposable {
  readonly pid: number;
  readonly ended: Promise<Ended>;
  stdout(): string;
  stderr(): string;
  kill(signal: NodeJS.Signals): void;
  /** The first match in what it writes to stdout. @throws Error where it ends without, or has not written it in time */
  says(pattern: RegExp, withinMs?: number): Promise<RegExpExecArray>;
}

/** In a process group of its own, with nothing of the environment of the tests but what is handed in. */
export function run(args: readonly string[], environment: Environment = {}): Command {
  const { PATH, HOME, TMPDIR, XDG_CACHE_HOME } = process.env;
  const child = spawn(process.execPath, [entry, ...args], {
    env: { PATH, HOME, TMPDIR, XDG_CACHE_HOME, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const written = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      written[name] += text;
    });
  }
  let isOver = false;
  const ended = once(child, 'close').then(([code, signal]): Ended => {
    isOver = true;
    return { code, signal };
  });
  return {
    pid: child.pid ?? 0,
    ended,
    stdout: () => written.stdout,
    stderr: () => written.stderr,
    kill: (signal) => void child.kill(signal),
    async says(pattern, withinMs = 120_000) {
      const look = (): RegExpExecArray | undefined => {
        const found = pattern.exec(written.stdout);
        if (found) return found;
        if (isOver) return undefined;
        throw new Error(`it has not said so: ${written.stdout}${written.stderr}`);
      };
      const found = await vi.waitFor(look, { timeout: withinMs, interval: 25 });
      if (!found) throw new Error(`it ended before: ${written.stdout}${written.stderr}`);
      return found;
    },
    async [Symbol.asyncDispose]() {
      if (!isOver) child.kill('SIGTERM');
      await ended;
    },
  };
}
