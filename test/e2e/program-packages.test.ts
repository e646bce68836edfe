/** What programs import from the network: packages from the operator's CDN, which here is a server on this machine. */

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Machine } from '../support/machine.ts';

const MODULES: Readonly<Record<string, string>> = {
  '/left@1.2.3/mod.mjs': "import pad from './lib/pad.mjs'; export * from '/shared.mjs'; export default (s) => pad(s)",
  '/left@1.2.3/lib/pad.mjs': "import { n } from '../../shared.mjs'; export default (s) => s.padStart(n, '.')",
  '/shared.mjs':
    "export const n = 5; export const files = async () => (await import('node:fs')).readdirSync('.').length",
  '/@scope/round@2': "import { two } from '/round.mjs'; export const one = () => two() + 1; export const base = 1",
  '/round.mjs': "import { base } from '/@scope/round@2'; export const two = () => base + 1",
  '/broken': "import nothing from '/missing.mjs'",
  '/thrower': "export function fail() {\n  throw new Error('inside')\n}",
};

let cdn: Server;
let machine: Machine;
let base: string;
let requests: string[] = [];

beforeAll(async () => {
  cdn = createServer(({ url = '' }, response) => {
    requests.push(url);
    const body = MODULES[url];
    if (url === '/left') return response.writeHead(302, { location: '/left@1.2.3/mod.mjs' }).end();
    if (url === '/huge')
      return response.writeHead(200, { 'content-type': 'text/javascript' }).end('/'.repeat(9_000_000));
    if (url === '/page') return response.writeHead(200, { 'content-type': 'text/html' }).end('<p>');
    if (body === undefined) return response.writeHead(404).end('nothing here');
    return response.writeHead(200, { 'content-type': 'application/javascript; charset=utf-8' }).end(body);
  });
  await new Promise<void>((resolve) => cdn.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(cdn.address() as AddressInfo).port}`;
  machine = await Machine.create({ SPAWNPOINT_ESM_CDN: `${base}/` });
});
afterAll(async () => {
  cdn.close();
  await machine.dispose();
});
beforeEach(() => {
  requests = [];
});

const printed = (stdout: string, status = 0) => ({ stdout, stderr: '', status });
const program = (stdin: string, ...options: string[]) => machine.run(options, { stdin });

describe('a package', () => {
  it('is fetched with all that it imports, once for a session', async () => {
    const code = "import left, { n, files } from 'npm:left'; console.log(left('a'), n, await files())";
    expect(await program(code)).toEqual(printed('....a 5 0\n'));
    expect(requests.sort()).toEqual(['/left', '/left@1.2.3/lib/pad.mjs', '/left@1.2.3/mod.mjs', '/shared.mjs']);
    expect(await program(code)).toEqual(printed('....a 5 0\n'));
    expect(requests).toHaveLength(4);
    expect(await program(code, '-s', 'another')).toEqual(printed('....a 5 0\n'));
    expect(requests).toHaveLength(8);
  });

  it.each([
    ['by its bare name, in a circle', "import { one } from '@scope/round@2'; console.log(one())", '3\n'],
    ['from CommonJS', "console.log(require('@scope/round@2').one())", '3\n'],
    ['when the program gets there', "console.log((await import('npm:@scope/round@2')).base)", '1\n'],
  ])('is imported %s', async (_, code, stdout) => {
    expect(await program(code)).toEqual(printed(stdout));
  });

  it('is named where it fails', async () => {
    const { stderr } = await program(`import { fail } from '${base}/thrower'\nfail()`);
    expect(stderr).toMatch(
      /^Uncaught Error: inside\n {4}at fail \(http:\/\/?127\.0\.0\.1:\d+\/thrower:2:9\)\n {4}at stdin\.ts:2:1\n$/,
    );
  });

  it.each([
    [
      "import 'none'",
      /stdin\.ts:1:8\nimport 'none'\n {7}\^\n\nError: Cannot find the package 'none': http.* answered 404\n/,
    ],
    ["import 'broken'", /broken imports '\/missing\.mjs': Cannot find http:.*\/missing\.mjs: http:.* answered 404\n/],
    ["import 'huge'", /Cannot use the package 'huge': a module may have 8 MiB\n/],
    ["import 'page'", /page is no JavaScript but text\/html\n/],
    ["import 'http://127.0.0.1:9/x.mjs'", /Cannot fetch http:\/\/127\.0\.0\.1:9\/x\.mjs/],
    ["import 'https://localhost/x.mjs'", /Cannot fetch https:\/\/localhost\/x\.mjs.*not a public host name/],
  ])('that cannot be had is refused where it is imported: %s', async (code, message) => {
    const { stdout, stderr, status } = await program(code);
    expect([stdout, status]).toEqual(['', 1]);
    expect(stderr).toMatch(message);
  });

  it('that is only wanted later may be missing', async () => {
    const code = "try { require('none') } catch (error) { console.log(error.code, error.message.slice(0, 32)) }";
    expect(await program(code)).toEqual(printed("ERR_MODULE_NOT_FOUND Cannot find the package 'none': \n"));
  });

  it('that was used before works without the CDN', async () => {
    await new Promise((resolve) => cdn.close(resolve).closeAllConnections());
    expect(await program("import { n } from 'npm:left'; console.log(n)")).toEqual(printed('5\n'));
    const { stderr } = await program("import 'npm:other'");
    expect(stderr).toMatch(
      /Error: Cannot fetch the package 'other': http:\/\/127\.0\.0\.1:\d+ cannot be reached \(.*\)\. /,
    );
  });
});
