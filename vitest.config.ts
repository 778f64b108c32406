import { defineConfig } from 'vitest/config';

const long = '**/*.long.test.ts';
const architecture = 'tests/architecture/**/*.test.ts';
const withPostgres = { globalSetup: ['tests/support/global-setup.ts'] };

/** The flows run in `platform` as one process, and in each of these once more. */
const arrangements = ['one process over RabbitMQ', 'two processes of each over RabbitMQ'] as const;

/** What belongs to which tier is written in CONTRIBUTING.md. */
export default defineConfig({
  test: {
    pool: 'forks',
    // Files wait for the database most of the time: one per core, where vitest would leave a core free.
    maxWorkers: '100%',
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
          exclude: [architecture, long],
          ...withPostgres,
        },
      },
      ...arrangements.map((arrangement) => ({
        extends: true as const,
        test: {
          name: `flows, ${arrangement}`,
          include: ['tests/flows/**/*.test.ts'],
          // One process of vitest's goes on to the next file, and so do those that the files have the platform run in.
          isolate: false,
          hookTimeout: 180_000,
          provide: { arrangement },
          ...withPostgres,
        },
      })),
      { extends: true, test: { name: 'long', include: [long], testTimeout: 600_000, ...withPostgres } },
    ],
  },
});
