/** `preview`: a request for a preview, beside the same Worker run directly. */

import { Agent, request } from 'node:http';
import { fileURLToPath } from 'node:url';
import { CliProcess } from '../support/cli-process.ts';
import { type Benchmark, type Findings, ratio } from './benchmark.ts';
import { interleave, time, timeEach } from './support/interleave.ts';
import { withPlainWorker } from './support/plain-worker.ts';
import { Product } from './support/product.ts';
import { withWranglerDev } from './support/wrangler-dev.ts';

const ROUNDS = 60;
const IN_A_ROW = 20;
const AT_ONCE = 16;
const BURST = 400;

const script = fileURLToPath(new URL('workers/page.js', import.meta.url));

export const preview: Benchmark = {
  name: 'preview',
  description:
    'A request for a public preview over a connection that is open, beside the same Worker in a workerd with the same ' +
    'options, beside one that only passes requests on to an isolate with it, the least that the platform takes for ' +
    'that, and beside `wrangler dev` with its defaults, which is what one would serve it with instead: ' +
    `one after the other, and the rate of ${BURST} requests of which ${AT_ONCE} are under way at once.`,
  run: () =>
    Product.use(async (product) => {
      const options = { cwd: product.home, env: product.env, hasStdin: false };
      const serve = new CliProcess(process.execPath, product.command(['serve', '--public', script]), options);
      await serve.until(({ stdout }) => stdout.includes('\n'));
      const previewUrl = new URL(serve.stdout.slice(0, serve.stdout.indexOf('\n')));
      try {
        const page = { script: 'page.js', objects: null, name: 'direct' };
        const passing = { script: 'pass-on.js', objects: null, name: 'passing', guest: 'page.js' };
        return await withPlainWorker(page, (direct) =>
          withPlainWorker(passing, (passedOn) =>
            withWranglerDev('page.js', (wrangler) => compare({ preview: previewUrl, direct, passedOn, wrangler })),
          ),
        );
      } finally {
        serve.kill('SIGINT');
        await serve.ended;
      }
    }),
};

async function compare(urls: { preview: URL; direct: URL; passedOn: URL; wrangler: URL }): Promise<Findings> {
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
  const expected = await get(urls.direct, agent);
  const ask = (url: URL) => async () => {
    if ((await get(url, agent)) !== expected) throw new Error(`${url.host} answers something else.`);
  };
  const [preview, direct, passedOn, wrangler] = await interleave({ rounds: ROUNDS, warmUp: 5, unit: 'ms' }, [
    { label: 'preview', measure: () => timeEach(IN_A_ROW, ask(urls.preview)) },
    { label: 'the Worker itself', measure: () => timeEach(IN_A_ROW, ask(urls.direct)) },
    { label: 'passed on to an isolate', measure: () => timeEach(IN_A_ROW, ask(urls.passedOn)) },
    { label: 'wrangler dev', measure: () => timeEach(IN_A_ROW, ask(urls.wrangler)) },
  ]);
  const rates = await interleave({ rounds: 8, warmUp: 1, unit: 'requests/s' }, [
    { label: 'preview, many at once', measure: () => rate(ask(urls.preview)) },
    { label: 'the Worker itself, many at once', measure: () => rate(ask(urls.direct)) },
    { label: 'wrangler dev, many at once', measure: () => rate(ask(urls.wrangler)) },
  ]);
  agent.destroy();
  const findings = [
    ratio('preview / direct, p50', preview, direct, 1.3),
    ratio('passed on / direct, p50', passedOn, direct),
    ratio('preview / wrangler dev, p50', preview, wrangler),
    ratio('preview / direct, requests/s', rates[0], rates[1]),
    ratio('preview / wrangler dev, requests/s', rates[0], rates[2]),
  ];
  return { series: [preview, direct, passedOn, wrangler, ...rates], findings };
}

async function rate(ask: () => Promise<void>): Promise<number[]> {
  let left = BURST;
  const worker = async (): Promise<void> => {
    while (left-- > 0) await ask();
  };
  const milliseconds = await time(() => Promise.all(Array.from({ length: AT_ONCE }, worker)));
  return [(BURST / milliseconds) * 1000];
}

/** `*.localhost` leads to this machine, whatever its resolver says. */
function get({ host, port }: URL, agent: Agent): Promise<string> {
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, path: '/?limit=20', agent, headers: { host } }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve(Buffer.concat(chunks).toString()));
      response.on('error', reject);
    })
      .on('error', reject)
      .end();
  });
}
