import { deathsInProcess } from './matrix.ts';
import { inOneProcess } from './processes/arrangement.ts';
import { matrixSuite } from './processes/matrix-suite.ts';

/** docs/reliability.md, "The crash matrix": everything in one process, and messages never leave it. */
matrixSuite(() => inOneProcess, deathsInProcess);
