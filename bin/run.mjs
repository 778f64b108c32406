// `node bin/run.mjs <program>.ts …`: for the scripts of package.json.
import { resolve } from 'node:path';
import { completeInstallation } from './complete.mjs';
import { launch } from './launch.mjs';

const [program, ...args] = process.argv.slice(2);
completeInstallation();
await launch(resolve(program), args);
