/** Three kinds of tests: `node` (plain), `workers` (inside workerd, beside the source) and `e2e` (the built product). */
import { availableParallelism } from 'node:os';
import { cloudflareTest } from '@cloudflare/vitest-pool-workers';
import { defineConfig } from 'vitest/config';

const every = {
  // Files share a process, in workerd too, and each module is loaded there once: half of the time went into loading.
  isolate: false,
  // A test that takes this long hangs. How fast things are is for `npm run bench` to say, not for a loaded machine.
  testTimeout: 180_000,
  hookTimeout: 180_000,
};

export default defineConfig({
  test: {
    // More than there are cores: many tests wait for other processes.
    maxWorkers: availableParallelism() + 1,
    projects: [
      {
        test: {
          ...every,
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
              bindings: { TOKEN_SECRET: 'the secret of the tests in workerd', PREVIEW_DOMAIN: 'previews.test' },
            },
          }),
        ],
        test: { ...every, name: 'workers', include: ['server/**/*.workers.test.ts'] },
      },
      {
        test: {
          ...every,
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          globalSetup: ['test/support/install-package.ts'],
        },
      },
      {
        test: {
          ...every,
          name: 'torture',
          include: process.env.SPAWNPOINT_TORTURE ? ['test/torture/**/*.test.ts'] : [],
          globalSetup: ['test/support/install-package.ts'],
          testTimeout: 3_600_000,
        },
      },
    ],
  },
});
