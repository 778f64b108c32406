import { inject } from 'vitest';
import { type Environment, startTestPlatform } from './platform.ts';
import type { TestShop } from './shop.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** How the flows of this project are laid out over processes (vitest.config.ts). */
    arrangement: Arrangement;
  }
}

export type Arrangement = 'one process';

const starts: Readonly<Record<Arrangement, (environment: Environment) => Promise<TestShop>>> = {
  'one process': startTestPlatform,
};

/** The whole platform with the demo shop open, in the arrangement of the project that the test runs in. */
export function startTestShop(environment: Environment = {}): Promise<TestShop> {
  return starts[inject('arrangement')](environment);
}
