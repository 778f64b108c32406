// For `node --import ./bin/require-node.mjs <program>.ts`: what is missing in one line, where Node would show a stack.
import { runsTypeScript, tooOld } from './node.mjs';

if (!runsTypeScript()) {
  process.stderr.write(`${tooOld}\n`);
  process.exit(1);
}
