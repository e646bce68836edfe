/** Programs in a real workerd, as an attacker would see them: the network, the runner, and a runner in its own process. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RunnerGate } from '../../server/local/runner-gate.ts';
import { exited, lostMessage, ProgramHost, type ProgramResult, runnerSecret } from '../support/program-host.ts';

const visited: string[] = [];
let host: ProgramHost;

beforeAll(async () => {
  host = await ProgramHost.start({
    internet(url) {
      visited.push(url);
      if (url.includes('/to-loopback')) return { status: 302, location: 'http://127.0.0.1/secret' };
      if (url.includes('/forever')) return { status: 302, location: `${url}x` };
      return { status: 200, body: 'the public internet' };
    },
  });
});
afterAll(() => host.dispose());

const run = (code: string, more: Partial<Parameters<ProgramHost['run']>[0]> = {}) => host.run({ code, ...more });

describe('the network of a program', () => {
  const attempt = (url: string) =>
    run(
      `await fetch(${JSON.stringify(url)}).then(async (r) => console.log(await r.text()), (e) => console.log(e.message))`,
    );

  it('is the public internet', async () => {
    expect(await attempt('https://example.com/')).toEqual(exited('the public internet\n'));
  });

  it.each([
    'http://127.0.0.1/',
    'http://[::1]/',
    'http://localhost/',
    'http://169.254.169.254/latest/meta-data/',
    'http://2130706433/',
    'http://example.com:22/',
    'http://example.com/to-loopback',
  ])('has no %s', async (url) => {
    const { stdout } = await attempt(url);
    expect(stdout).toMatch(/^Network access refused: /);
    expect(visited.some((seen) => seen.includes('secret'))).toBe(false);
  });

  it('has no sockets', async () => {
    const code =
      "import net from 'node:net'; net.connect(80, '127.0.0.1').on('error', () => console.log('refused')).on('connect', () => console.log('connected'))";
    expect((await run(code)).stdout).toBe('refused\n');
    const direct =
      "import { connect } from 'cloudflare:sockets'; try { connect('127.0.0.1:80') } catch { console.log('refused') }";
    expect((await run(direct)).stdout).toBe('refused\n');
  });

  it('is followed by hand for kernels, hop by hop', async () => {
    const ask = async (url: string) => (await host.fetch(`/egress?url=${encodeURIComponent(url)}`)).text();
    expect(await ask('http://example.com/')).toBe('the public internet');
    expect(await ask('http://example.com/to-loopback')).toContain('127.0.0.1 is not a public address');
    const before = visited.length;
    expect(await ask('http://example.com/forever')).toContain('redirects more than 20 times');
    expect(visited.length - before).toBe(21);
  });
});

describe('a program that would deceive its runner', () => {
  it('is stopped when its time is up', async () => {
    expect((await run('setInterval(() => {}, 5)', { timeoutSeconds: 0.2 })).exit).toEqual({ kind: 'timeout' });
  });

  it.each([
    ['timers', "setInterval(() => fetch('http://beacon.example/'), 5)"],
    [
      'waitUntil',
      `import { waitUntil } from 'cloudflare:workers'; setInterval(() => {}, 1000)
      waitUntil((async () => {
        for (;;) { await fetch('http://beacon.example/'); await new Promise((r) => setTimeout(r, 5)) }
      })())`,
    ],
  ])('does nothing more once it is killed, with %s', async (_, beaconing) => {
    visited.length = 0;
    const beacon = `${beaconing}; setTimeout(() => console.log('go'), 50)`;
    await run(beacon, { onOutput: (_, kill) => kill() });
    const count = () => visited.filter((url) => url.includes('beacon')).length;
    // The next program ends well after what was in flight.
    await run('await new Promise((r) => setTimeout(r, 50))');
    const before = count();
    expect(before).toBeGreaterThan(0);
    await run('await new Promise((r) => setTimeout(r, 100))');
    expect(count()).toBe(before);
  });

  it('prints records as text', async () => {
    const code = 'process.stdout.write(new Uint8Array([3, 4, 0, 0, 0, 0, 0, 0, 0])); process.exit(7)';
    expect(await run(code)).toEqual(exited('\u0003\u0004\0\0\0\0\0\0\0', 7));
  });

  it('finds no bindings', async () => {
    const code =
      "import { env, exports } from 'cloudflare:workers'; console.log(Object.keys(env), Object.keys(exports))";
    expect((await run(code)).stdout).toBe("[] [ 'default' ]\n");
  });

  it('cannot open the routes of the runner', async () => {
    const health = (authorization: string) => host.fetch('/v1/runner/health', { headers: { authorization } });
    expect((await health('')).status).toBe(401);
    expect((await health('Bearer wrong')).status).toBe(401);
    expect((await health(`Bearer ${runnerSecret}`)).status).toBe(200);
    const kill = await host.fetch('/v1/runner/kill?run=x', { method: 'POST' });
    expect(kill.status).toBe(401);
  });
});

it('says what is missing where programs cannot run', async () => {
  const bare = await ProgramHost.start({ loader: false });
  try {
    const { exit } = await bare.run({ code: '1' });
    expect(exit).toEqual({ kind: 'failed', message: expect.stringContaining('no LOADER binding') });
  } finally {
    await bare.dispose();
  }
});

describe('a runner in a process of its own', () => {
  it('leaves the main server answering while a program loops, and says so when it is lost', async () => {
    const runner = await ProgramHost.start();
    const main = await ProgramHost.start({ runner });
    try {
      expect(await main.run({ code: 'console.log(1)' })).toEqual(exited('1\n'));
      let seen: () => void = () => {};
      const going = new Promise<void>((resolve) => {
        seen = resolve;
      });
      const looping = "console.log('go'); await new Promise((r) => setTimeout(r, 20)); while (true) {}";
      const ticking = main.run({ code: "setInterval(() => console.log('tick'), 5)" });
      const lost = main.run({ code: looping, onOutput: () => seen() });
      await going;
      for (let i = 0; i < 20; i++) expect(await (await main.fetch('/ping')).text()).toBe('pong');
      runner.kill();
      expect((await lost).exit).toEqual({ kind: 'failed', message: lostMessage });
      expect((await ticking).exit).toEqual({ kind: 'failed', message: lostMessage });
    } finally {
      await main.dispose();
      await runner.dispose();
    }
  });

  it('loses no output of a program that never reads its input', async () => {
    const runner = await ProgramHost.start();
    const main = await ProgramHost.start({ runner });
    try {
      const code = 'for (let i = 0; i < 300000; i++) console.log(i)';
      const expected = Array.from({ length: 300_000 }, (_, i) => `${i}\n`).join('');
      for (const stdin of ['', '', 'unread', 'x'.repeat(300_000)]) {
        const { stdout, exit } = await main.run({ code, stdin });
        expect([stdout === expected, exit]).toEqual([true, { kind: 'exit', code: 0 }]);
      }
    } finally {
      await main.dispose();
      await runner.dispose();
    }
  });

  it('takes along no program that never began, nor its input', async () => {
    const [first, second] = [await ProgramHost.start(), await ProgramHost.start()];
    let target = first.url;
    let requests = 0;
    let seen: () => void = () => {};
    const asked = new Promise<void>((resolve) => {
      seen = resolve;
    });
    const active = (): void => {
      if (++requests === 2) seen();
    };
    const gate = new RunnerGate({
      target: async () => target,
      active,
      loss: () => null,
      heard: () => undefined,
      endWanted: () => undefined,
    });
    const main = await ProgramHost.start({ runner: { url: new URL(`http://${await gate.listen()}`) } });
    try {
      let blocking: Promise<ProgramResult> | undefined;
      await new Promise<void>((going) => {
        const code = "console.log('go'); await new Promise((r) => setTimeout(r, 20)); while (true) {}";
        blocking = main.run({ code, onOutput: () => going() });
      });
      await new Promise((resolve) => setTimeout(resolve, 100));
      const waiting = main.run({ code: 'process.stdin.pipe(process.stdout)', stdin: 'the input' });
      await asked;
      target = second.url;
      first.kill();
      expect((await blocking)?.exit).toEqual({ kind: 'failed', message: lostMessage });
      expect(await waiting).toEqual(exited('the input'));
      expect(requests).toBe(3);
    } finally {
      await main.dispose();
      await Promise.all([first.dispose(), second.dispose()]);
    }
  });

  it('is not waited for when a program that never yields is killed', async () => {
    const runner = await ProgramHost.start();
    const main = await ProgramHost.start({ runner });
    try {
      const code = "console.log('go'); await new Promise((r) => setTimeout(r, 20)); while (true) {}";
      const { exit } = await main.run({ code, onOutput: (_, kill) => setTimeout(kill, 100) });
      expect(exit).toEqual({ kind: 'killed' });
    } finally {
      runner.kill();
      await main.dispose();
      await runner.dispose();
    }
  });
});
