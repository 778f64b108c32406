import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** A shop that runs in a process of its own, with what its start told. */
export interface Demo {
  readonly url: string;
  /** Where the played providers are, by name. */
  readonly phones: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** `suanpan start`, and nothing else; resolves when it says that it is up. */
export async function startDemo(environment: Readonly<Record<string, string>>): Promise<Demo> {
  const child = spawn(process.execPath, [`${root}bin/suanpan.mjs`, 'start'], {
    cwd: root,
    env: { ...process.env, DATABASE_URL: '', ...environment },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  const { stdout } = child;
  if (!stdout) throw new Error('what the shop says cannot be read');
  const said: string[] = [];
  const phones: Record<string, string> = {};
  let url: string | undefined;
  for await (const line of createInterface({ input: stdout })) {
    said.push(line);
    const told = /^ +(\S.*?) {2,}(https?:\/\/\S+)/.exec(line);
    if (told?.[1] === 'shop') url = told[2];
    else if (told?.[2]?.includes('/_simulator/')) phones[told[1] ?? ''] = new URL(told[2]).origin;
    if (line.includes('Ctrl-C')) break;
  }
  if (url === undefined) throw new Error(`the shop did not start:\n${said.join('\n')}`);
  stdout.resume();
  return {
    url,
    phones,
    async stop() {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
  };
}
