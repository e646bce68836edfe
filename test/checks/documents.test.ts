/** What the documents state and could go stale: their tables, options, scripts, paths and the recipe for a token. */

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { LIMITS } from '../../protocol/limits.ts';
import { authenticate } from '../../server/auth/token.ts';
import { NETWORK_LIMITS } from '../../server/egress/network-list.ts';
import * as files from '../../server/files/limits.ts';
import { MEMORY_LIMIT_BYTES } from '../../server/kernels/javascript/engine-options.ts';
import { MAX_PYTHON_HEAP_BYTES } from '../../server/kernels/python/limits.ts';
import { maxKernelRuns, maxRuns } from '../../server/programs/limits.ts';
import { MAX_RUNNING } from '../../server/session/programs.ts';
import { RETENTION } from '../../server/session/retention.ts';
import { OPTIONS } from '../../tui/arguments/options.ts';
import { COMMANDS } from '../../tui/commands/table.ts';
import { EXIT } from '../../tui/exit.ts';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const readme = read('README.md');

type Row = readonly string[];

/** The body rows of the table under the given headings, cell by cell. */
function table(markdown: string, ...headings: string[]): Row[] {
  const lines = markdown.split('\n');
  const start = lines.indexOf(`| ${headings.join(' | ')} |`);
  if (start < 0) throw new Error(`There is no table ${headings.join(', ')}.`);
  const body = lines.slice(start + 2);
  return body
    .slice(
      0,
      body.findIndex((line) => !line.startsWith('|')),
    )
    .map(cells);
}

function cells(line: string): Row {
  return line
    .slice(1, -1)
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replaceAll('\\|', '|'));
}

function bytes(count: number): string {
  const [unit, size] = count < 1024 ** 2 ? ['KiB', 1024] : count < 1024 ** 3 ? ['MiB', 1024 ** 2] : ['GiB', 1024 ** 3];
  return `${count / size} ${unit}`;
}

const number = (count: number) => count.toLocaleString('en');

describe('README.md', () => {
  it('lists every command as --help does', () => {
    expect(table(readme, 'Command', 'Does')).toEqual(
      COMMANDS.map(({ name, synopsis, summary }) => {
        const words = ['spawnpoint-cf', name, synopsis].filter((word) => word !== '');
        return [`\`${words.join(' ')}\``, summary];
      }),
    );
  });

  it('lists every exit status', () => {
    const statuses = table(readme, 'Exit status', 'When').flatMap(([status = '']) => status.split(', ').map(Number));
    const { ok, ...others } = EXIT;
    expect(statuses.toSorted((a, b) => a - b)).toEqual(Object.values(others).toSorted((a, b) => a - b));
    expect(ok).toBe(0);
  });

  it('states the limits that the code checks', () => {
    expect(table(readme, 'What', 'Limit')).toEqual([
      ['code of one input', bytes(LIMITS.inputCode)],
      ['inputs waiting', number(LIMITS.queuedInputs)],
      ['output of one input or program', bytes(LIMITS.output)],
      ['sources of a program', bytes(LIMITS.programSources)],
      ['arguments of a program', number(LIMITS.programArguments)],
      ['`--timeout`', `${number(LIMITS.timeoutSeconds)} s`],
      ['log of a session', bytes(LIMITS.log)],
      ['terminals of a session', number(LIMITS.terminals)],
      ['programs at once, of a session and of a server', `${number(MAX_RUNNING)}, ${number(maxRuns)}`],
      ['of them in Python, or without a Worker Loader', number(maxKernelRuns)],
      ['requests of one program to the network', number(NETWORK_LIMITS.programRequests)],
      ['hosts that a session allows, and denies', number(NETWORK_LIMITS.hosts)],
      ['files and directories of a session', number(files.maxEntries)],
      ['files up to 8 MiB, together', bytes(files.maxSqliteTotalBytes)],
      ['one larger file', bytes(files.maxLargeFileBytes)],
      ['larger files, together', bytes(files.maxLargeTotalBytes)],
      ['uploads of a session that are not finished', number(files.maxUploads)],
      ['keys in `kv`', number(files.maxKeys)],
      ['one value in `kv`', bytes(files.maxValueBytes)],
      ['values in `kv`, together', bytes(files.maxValuesTotalBytes)],
      [
        'variables of a session, in JavaScript and in Python',
        `${bytes(MEMORY_LIMIT_BYTES)}, ${bytes(MAX_PYTHON_HEAP_BYTES)}`,
      ],
    ]);
    expect(bytes(files.maxSqliteFileBytes)).toBe('8 MiB');
  });

  it('states how much history is kept', () => {
    const kept = /keeps its newest (\d+) revisions, fewer when\s+their .* take more than ([\w ]+),/.exec(readme);
    expect(kept?.slice(1)).toEqual([String(RETENTION.revisions), bytes(RETENTION.bytes)]);
  });

  it('names only options that exist', () => {
    const usage = readme.split('## Commands')[1]?.split('## Deploy')[0] ?? '';
    const named = [...usage.matchAll(/(?<![\w-])--([a-z][a-z-]*)/g)].map(([, name]) => name);
    expect(named.length).toBeGreaterThan(4);
    for (const name of named) expect(Object.keys(OPTIONS)).toContain(name);
  });

  it('makes a token that the server accepts', async () => {
    const recipe = /^export SPAWNPOINT_TOKEN="\$\([\s\S]*?^"\)"$/m.exec(readme)?.[0];
    expect(recipe).toBeDefined();
    const secret = 'a secret of at least thirty-two bytes';
    const token = execFileSync('bash', ['-c', `${recipe}\nprintf %s "$SPAWNPOINT_TOKEN"`], {
      env: { ...process.env, TOKEN_SECRET: secret },
      encoding: 'utf8',
    });
    const request = new Request('http://server/', { headers: { authorization: `Bearer ${token}` } });
    await expect(authenticate(request, secret)).resolves.toEqual({ user: 'ada', role: 'owner' });
  });
});

describe.each(['README.md', 'CONTRIBUTING.md', 'ARCHITECTURE.md'])('%s', (document) => {
  const text = read(document);

  it('names only scripts that exist', () => {
    for (const [, script] of text.matchAll(/npm run (?:--silent )?([\w:-]+)/g)) {
      expect(Object.keys(packageJson.scripts)).toContain(script);
    }
  });

  it('names only paths that exist', () => {
    const linked = [...text.matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map(([, path]) => path ?? '');
    const quoted = [...text.matchAll(/`((?:bin|protocol|server|test|tui)\/[\w./-]*)`/g)].map(([, path]) => path ?? '');
    const paths = [...linked, ...quoted];
    expect(paths.filter((path) => !existsSync(new URL(`../../${path}`, import.meta.url)))).toEqual([]);
  });
});
