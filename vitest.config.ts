import './script/node-version.js';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/**/*.integration.test.ts', 'test/faults/**'],
          // No measure, only an end to what hangs: the machine may be busy with the same tests on another Node.js.
          testTimeout: 60_000,
          hookTimeout: 60_000,
          // vitest leaves a core to itself, which on two cores is half of them.
          maxWorkers: '100%',
        },
      },
      {
        test: {
          name: 'integration',
          include: ['test/**/*.integration.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          // They wait for servers more than they compute.
          maxWorkers: '100%',
        },
      },
      {
        test: {
          // Servers of their own, which are killed and frozen: alone on the machine, after everything else.
          name: 'faults',
          include: ['test/faults/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
