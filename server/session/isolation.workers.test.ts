/** Two sessions in one isolate, as an attacker in one of them sees the host and the other. */

import { describe, expect, it } from 'vitest';
import { TestSession } from '../testing/workers-client.ts';

describe('the live kernel of one session', () => {
  it('changes nothing of another, whatever it does to its own globals', async () => {
    const attacker = await new TestSession().attach();
    const other = await new TestSession().attach();
    await other.show("const kept = { n: 1 }; fs.writeFileSync('kept.txt', 'mine'); await kv.set('kept', 1)");
    const attacks = [
      'Object.prototype.polluted = 1; 0',
      "Array.prototype.push = () => { throw new Error('spoiled') }; 0",
      "JSON.stringify = JSON.parse = () => 'spoiled'; 0",
      "Uint8Array.prototype.set = Uint8Array.prototype.slice = () => 'spoiled'; 0",
      'Promise.prototype.then = function () { return this }; 0',
      'globalThis.fs = globalThis.kv = globalThis.console = null; 0',
      "(() => {}).constructor.prototype.call = () => 'spoiled'; 0",
    ];
    for (const code of attacks) attacker.submit(code);
    await attacker.run('0');
    const seen = "[({}).polluted, [1].push(2), JSON.stringify({ a: 1 }), fs.readFileSync('kept.txt', 'utf8'), kept.n]";
    expect(await other.show(seen)).toBe("[ undefined, 2, '{\"a\":1}', 'mine', 1 ]");
    expect(await other.show("await kv.get('kept')")).toBe('1');
  });

  it('sees no file, key or variable of another', async () => {
    const other = await new TestSession().attach();
    await other.show("globalThis.secret = 'x'; fs.writeFileSync('secret.txt', 'x'); await kv.set('secret', 'x')");
    const attacker = await new TestSession().attach();
    const paths = ['secret.txt', '/home/user/secret.txt', '../user/secret.txt', '/etc/passwd', '/proc/self/environ'];
    const look = `[typeof secret, ${JSON.stringify(paths)}.some((path) => { try { return fs.existsSync(path) } catch { return false } }),
      (await kv.get('secret')) ?? null]`;
    expect(await attacker.show(look)).toBe("[ 'undefined', false, null ]");
  });
});

describe('the live kernel', () => {
  it.each([
    'http://127.0.0.1/',
    'http://localhost./',
    'http://2130706433/',
    'http://[::ffff:127.0.0.1]/',
    'http://[::1]/',
    'http://169.254.169.254/latest/meta-data/',
    'http://metadata.google.internal/',
    'http://example.com@10.0.0.1/',
    'http://example.com:22/',
    'file:///etc/passwd',
    'data:text/plain,x',
  ])('does not fetch %s', async (url) => {
    const terminal = await new TestSession().attach();
    const shown = await terminal.show(
      `await fetch('${url}').then(() => 'got', (error) => 'refused: ' + (error.cause?.message ?? error.message))`,
    );
    expect(shown).toMatch(/^'refused: /);
  });
});
