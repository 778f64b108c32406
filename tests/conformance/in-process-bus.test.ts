import { startTestHost } from '../support/host.ts';
import { busConformance } from './bus-suite.ts';

busConformance('in-process', startTestHost);
