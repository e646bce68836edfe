/**
 * The guest side of a preview: calls the `fetch` handler of the user's module, hands over what it prints, and makes its
 * exported Durable Object classes reachable as bindings of their names.
 */

import { DurableObject, env, WorkerEntrypoint } from 'cloudflare:workers';
import process from 'node:process';
import { inspect } from 'node:util';
import { installConsole } from './console.guest.js';
import { namespaceOf } from './preview-objects.guest.js';
import { attachHost, flushOutput, stderr, stdout } from './preview-output.guest.js';
import { explainWebAssembly } from './webassembly.guest.js';

const host = env.SPAWNPOINT;
// Not for the user's code: `env` has what it would have anywhere else.
delete env.SPAWNPOINT;
attachHost(host);
explainWebAssembly();
/** Of a file of the session, a stream of `length` bytes from `offset`, fewer at its end; null if there is none. */
export const readSession = (path, offset, length) => host.read(path, offset, length);

const streams = { stdout, stderr };
installConsole((name, text) => streams[name].write(text));
for (const [name, value] of Object.entries(streams)) {
  Object.defineProperty(process, name, { value, configurable: true, enumerable: true });
}
globalThis.addEventListener('unhandledrejection', (event) => {
  event.preventDefault();
  report(event.reason);
});

const noHandler = 'it has no fetch handler: export default { fetch(request) { … } }, or a Hono app.';

/**
 * The class that the runner calls. `app`: all that the user's module exports. `files`: the functions of
 * preview-volume.guest.js; absent where `node:fs` is not used.
 */
export function serve(app, files) {
  for (const [name, value] of Object.entries(app)) {
    if (isSubclass(value, DurableObject)) env[name] = namespaceOf(host, name);
  }
  const handler = app.default;
  const isEntrypoint = isSubclass(handler, WorkerEntrypoint);
  const isHandler = typeof handler?.fetch === 'function';

  return class extends WorkerEntrypoint {
    /** Null, or why this module cannot serve. */
    check() {
      flushOutput();
      return isEntrypoint || isHandler ? null : noHandler;
    }

    async fetch(request) {
      flushOutput();
      try {
        await files?.renewFiles(host, this.ctx.props.files);
        const response = isEntrypoint
          ? await new handler(this.ctx, this.env).fetch(request)
          : await handler.fetch(request, this.env, this.ctx);
        await files?.saveFiles(host);
        if (response instanceof Response) return response;
        throw new TypeError(`The fetch handler returned ${inspect(response)} instead of a Response.`);
      } catch (error) {
        report(error);
        return new Response('This preview failed. The log of its session tells why.\n', { status: 500 });
      }
    }
  };
}

/** What the main module exports under a name of the user's: the platform takes classes and handlers only. */
export function exported(value) {
  return isSubclass(value, DurableObject) ? value : {};
}

function isSubclass(value, parent) {
  return typeof value === 'function' && value.prototype instanceof parent;
}

function report(error) {
  let text = 'error that cannot be shown';
  try {
    text = inspect(error);
  } catch {
    // Its own code makes it so.
  }
  stderr.write(`Uncaught ${text}\n`);
}
