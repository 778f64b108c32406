// Plain JavaScript that any Node can read: an old Node cannot run TypeScript, so this comes before everything else.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, dirname } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/**
 * Runs a TypeScript program with the Node that `npm install` brought along (an optional dependency; some npm do not put it
 * on the PATH), else with this one. Programs that it starts find that Node first. `channel` is `['ipc']` for a program that
 * must not outlive this one.
 */
export async function launch(program, args, channel = []) {
  const node = pinnedNode() ?? process.execPath;
  process.env.PATH = [dirname(node), process.env.PATH].join(delimiter);
  if (node !== process.execPath) runWith(node, program, args, channel);
  // Without a flag these are 22.18, 23.6 and newer.
  else if (process.features.typescript) {
    process.argv = [process.execPath, program, ...args];
    await import(pathToFileURL(program).href);
  } else {
    process.stderr.write(
      `Suanpan needs Node 22.18 or newer and this is ${process.versions.node}: run 'npm install' first, which brings ` +
        'its own on Linux (x64, arm64); elsewhere install one from https://nodejs.org\n',
    );
    process.exitCode = 1;
  }
}

export function pinnedNode() {
  const path = fileURLToPath(
    new URL(`../node_modules/node-${process.platform}-${process.arch}/bin/node`, import.meta.url),
  );
  return existsSync(path) ? path : undefined;
}

/**
 * Stands in for the program: how much memory it may use and signals go down, the exit code comes up. What cannot be passed on, a SIGKILL, the program sees by
 * the end of the channel between the two, if it looks.
 */
function runWith(node, program, args, channel) {
  const memory = process.execArgv.filter((flag) => /^--max-[a-z-]+-size=/.test(flag));
  const child = spawn(node, [...memory, program, ...args], {
    stdio: ['inherit', 'inherit', 'inherit', ...channel],
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    process.stderr.write(`${node} does not start: ${error.message}\n`);
    process.exitCode = 1;
  });
  child.on('exit', (code, signal) => {
    if (signal) {
      process.removeAllListeners(signal);
      process.kill(process.pid, signal);
    } else process.exitCode = code ?? 1;
  });
}
