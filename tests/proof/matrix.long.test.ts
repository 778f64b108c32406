import { deathsOverRabbit } from './matrix.ts';
import { splitOff } from './processes/arrangement.ts';
import { matrixSuite } from './processes/matrix-suite.ts';

/** docs/reliability.md, "The crash matrix": the service that dies in a process of its own, all others in a second one. */
matrixSuite((service) => splitOff(service), deathsOverRabbit);
