/**
 * Runs a WASI program (preview 1). Its files are a copy of those of `node:fs`, which gets what it changed. Where a
 * program of an operating system would block (input, output, sleep), the stack of WebAssembly is put aside.
 */

import process from 'node:process';
import { fs, onSave } from './files.guest.js';
import { isLagging, whenCaughtUp } from './output.guest.js';
import { Directory, Fd, File, PreopenDirectory, WASI, WASIProcExit, wasi } from './wasi-shim.guest.js';

const interfaces = ['wasi_snapshot_preview1', 'wasi_unstable'];
const roots = ['/home/user', '/tmp'];

/** Resolves with the exit status. Rejects with what the program failed of. */
export async function runWasi(module, { entry, args, env }) {
  for (const { module: from, name } of WebAssembly.Module.imports(module)) {
    if (interfaces.includes(from)) continue;
    throw new Error(
      `${entry} needs ${from}.${name}, which is not part of WASI: only WASI programs can run by themselves`,
    );
  }
  if (!WebAssembly.Module.exports(module).some(({ name }) => name === '_start')) {
    throw new Error(`${entry} has no _start: it is no WASI program. Import it from a program instead`);
  }
  const [home, temporary] = await Promise.all(roots.map(readTree));
  onSave(() => writeTree('/home/user', home));
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const descriptors = [
    new Input(),
    new Output(process.stdout),
    new Output(process.stderr),
    new PreopenDirectory('.', home.contents),
    new PreopenDirectory('/home/user', home.contents),
    new PreopenDirectory('/tmp', temporary.contents),
  ];
  const shim = new WASI([entry, ...args], variables, descriptors, { debug: false });
  const imports = { ...shim.wasiImport, ...waiting(shim) };
  const instance = new WebAssembly.Instance(module, Object.fromEntries(interfaces.map((name) => [name, imports])));
  shim.inst = instance;
  try {
    await WebAssembly.promising(instance.exports._start)();
    return 0;
  } catch (error) {
    if (error instanceof WASIProcExit) return error.code;
    throw error;
  }
}

/** The calls that may have to wait. */
function waiting(shim) {
  const { fd_read: read, fd_write: write, poll_oneoff: poll } = shim.wasiImport;
  const memory = () => new DataView(shim.inst.exports.memory.buffer);
  return {
    fd_read: new WebAssembly.Suspending((fd, ...rest) => {
      const file = shim.fds[fd];
      if (!(file instanceof Input) || file.isReady) return read(fd, ...rest);
      return file.fill().then(() => read(fd, ...rest));
    }),
    fd_write: new WebAssembly.Suspending((...args) => {
      const result = write(...args);
      return isLagging() ? new Promise(whenCaughtUp).then(() => result) : result;
    }),
    poll_oneoff: new WebAssembly.Suspending((from, to, count, written) => {
      const subscription = count === 1 ? wasi.Subscription.read_bytes(memory(), from) : null;
      if (subscription?.eventtype !== wasi.EVENTTYPE_CLOCK) return poll(from, to, count);
      const isAbsolute = (subscription.flags & wasi.SUBCLOCKFLAGS_SUBSCRIPTION_CLOCK_ABSTIME) !== 0;
      const now = subscription.clockid === wasi.CLOCKID_REALTIME ? Date.now() : performance.now();
      const milliseconds = Number(subscription.timeout) / 1e6 - (isAbsolute ? now : 0);
      return new Promise((resolve) => setTimeout(resolve, Math.max(0, milliseconds))).then(() => {
        new wasi.Event(subscription.userdata, wasi.ERRNO_SUCCESS, subscription.eventtype).write_bytes(memory(), to);
        memory().setUint32(written, 1, true);
        return wasi.ERRNO_SUCCESS;
      });
    }),
  };
}

/** A stream of characters. */
class Stream extends Fd {
  fd_fdstat_get() {
    return { ret: wasi.ERRNO_SUCCESS, fdstat: new wasi.Fdstat(wasi.FILETYPE_CHARACTER_DEVICE, 0) };
  }

  fd_filestat_get() {
    return { ret: wasi.ERRNO_SUCCESS, filestat: new wasi.Filestat(0n, wasi.FILETYPE_CHARACTER_DEVICE, 0n) };
  }
}

/** Standard input: read from what came, once `fill` has waited for it. */
class Input extends Stream {
  #chunks = process.stdin[Symbol.asyncIterator]();
  #rest = new Uint8Array(0);
  #hasEnded = false;

  get isReady() {
    return this.#hasEnded || this.#rest.length > 0;
  }

  async fill() {
    const { done, value } = await this.#chunks.next();
    if (done) this.#hasEnded = true;
    else this.#rest = value;
  }

  fd_read(size) {
    const data = this.#rest.subarray(0, size);
    this.#rest = this.#rest.subarray(data.length);
    return { ret: wasi.ERRNO_SUCCESS, data };
  }
}

class Output extends Stream {
  #stream;

  constructor(stream) {
    super();
    this.#stream = stream;
  }

  fd_write(data) {
    this.#stream.write(data);
    return { ret: wasi.ERRNO_SUCCESS, nwritten: data.byteLength };
  }
}

/** What is below a directory, as the shim has it. Files that the session cannot give are left out. */
async function readTree(path) {
  const contents = new Map();
  for (const entry of fs.readdirSync(path, { withFileTypes: true })) {
    const each = `${path}/${entry.name}`;
    if (entry.isDirectory()) contents.set(entry.name, await readTree(each));
    else if (entry.isFile()) {
      const bytes = await fs.promises.readFile(each).catch(() => null);
      if (bytes !== null) contents.set(entry.name, new KnownFile(bytes));
    }
  }
  return new Directory(contents);
}

/** A file that knows what it was, so that only what changed is written. */
class KnownFile extends File {
  constructor(bytes) {
    // The shim writes in place.
    super(bytes.slice());
    this.before = bytes;
  }
}

/** Brings `node:fs` up to what the program made of its copy. */
function writeTree(path, { contents }) {
  for (const entry of fs.readdirSync(path, { withFileTypes: true })) {
    const mine = contents.get(entry.name);
    const isSame = entry.isDirectory() ? mine instanceof Directory : mine instanceof File;
    const isBeyond = mine === undefined && isLeftOut(`${path}/${entry.name}`);
    if (!isSame && !isBeyond) fs.rmSync(`${path}/${entry.name}`, { recursive: true });
  }
  for (const [name, mine] of contents) {
    const each = `${path}/${name}`;
    if (mine instanceof Directory) {
      fs.mkdirSync(each, { recursive: true });
      writeTree(each, mine);
    } else if (!(mine instanceof KnownFile) || !mine.before.equals(mine.data)) {
      fs.writeFileSync(each, mine.data);
    }
  }
}

function isLeftOut(path) {
  try {
    fs.readFileSync(path);
    return false;
  } catch (error) {
    return error.code === 'EFBIG';
  }
}
