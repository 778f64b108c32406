#!/usr/bin/env node
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { pinnedNode, runsTypeScript, tooOld } from './node.mjs';

const program = new URL('../src/cli/suanpan.ts', import.meta.url);

if (runsTypeScript()) {
  await import(program.href);
} else {
  const node = pinnedNode();
  if (node) runWith(node);
  else {
    process.stderr.write(`${tooOld}\n`);
    process.exitCode = 1;
  }
}

/** Stands in for the program: signals go down, the exit code comes up. */
function runWith(node) {
  const child = spawn(node, [fileURLToPath(program), ...process.argv.slice(2)], { stdio: 'inherit' });
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
