import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './tests/support/sequencer.ts';

const long = '**/*.long.test.ts';
const architecture = 'tests/architecture/**/*.test.ts';
const browser = 'tests/browser/**/*.test.ts';
const withPostgres = { globalSetup: ['tests/support/global-setup.ts'] };

/** One process of vitest's goes on to the next file, and so does what the files have in common: modules, processes, a platform. */
const onward = { isolate: false };

/** The flows run in `platform` as one process, and in each of these once more; many processes at a time are not many platforms. */
const arrangements = ['one process over RabbitMQ', 'two processes of each over RabbitMQ'] as const;

/** What belongs to which tier is written in CONTRIBUTING.md. */
export default defineConfig({
  test: {
    pool: 'forks',
    // Files wait for the database, a broker or a browser most of the time: three for two cores.
    maxWorkers: Math.ceil(availableParallelism() * 1.5),
    sequence: { sequencer: LongestFirst },
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // A test that leaves a timer or a socket open shall be seen, not waited for.
    teardownTimeout: 10_000,
    reporters: ['default'],
    slowTestThreshold: 5_000,
    // Long enough for any machine: only what never comes true takes it all.
    expect: { requireAssertions: true, poll: { timeout: 20_000 } },
    projects: [
      { extends: true, test: { name: 'architecture', include: [architecture] } },
      {
        extends: true,
        test: {
          name: 'platform',
          provide: { arrangement: 'one process' },
          include: ['src/**/*.test.ts', 'simulators/**/*.test.ts', 'tests/**/*.test.ts', 'bench/**/*.test.ts'],
          exclude: [architecture, browser, long],
          ...onward,
          ...withPostgres,
        },
      },
      {
        extends: true,
        test: {
          name: 'browser',
          include: [browser],
          globalSetup: ['tests/browser/global-setup.ts'],
          testTimeout: 120_000,
        },
      },
      ...arrangements.map((arrangement, groupOrder) => ({
        extends: true as const,
        test: {
          name: `flows, ${arrangement}`,
          ...(groupOrder > 0 && { maxWorkers: availableParallelism(), sequence: { groupOrder } }),
          include: ['tests/flows/**/*.test.ts'],
          ...onward,
          hookTimeout: 180_000,
          provide: { arrangement },
          ...withPostgres,
        },
      })),
      { extends: true, test: { name: 'long', include: [long], testTimeout: 600_000, ...withPostgres } },
    ],
  },
});
