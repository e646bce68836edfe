/** Three kinds of tests: `node` (plain), `workers` (inside workerd, beside the source) and `e2e` (the built product). */
import { availableParallelism } from 'node:os';
import { cloudflareTest } from '@cloudflare/vitest-pool-workers';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // Of two cores vitest would use one: most tests wait for other processes.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      {
        test: {
          name: 'node',
          include: ['{protocol,server,tui,test/checks}/**/*.test.{ts,tsx}'],
          exclude: ['**/*.workers.test.ts', '**/node_modules/**'],
        },
      },
      {
        plugins: [
          cloudflareTest({
            main: './test/support/workers-main.ts',
            wrangler: { configPath: './wrangler.toml' },
            miniflare: {
              cf: false,
              durableObjects: { STORAGE: { className: 'StorageHost', useSQLite: true } },
              bindings: { TOKEN_SECRET: 'the secret of the tests in workerd' },
            },
          }),
        ],
        test: { name: 'workers', include: ['server/**/*.workers.test.ts'] },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          globalSetup: ['test/support/install-package.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'torture',
          include: process.env.SPAWNPOINT_TORTURE ? ['test/torture/**/*.test.ts'] : [],
          globalSetup: ['test/support/install-package.ts'],
          testTimeout: 3_600_000,
        },
      },
    ],
  },
});
