/** Errors as the author of a program or preview expects them: with places of the sources, and nothing of ours. */

/** A frame that names the function into which the build put the program's body. */
const ownFunction =
  /^(?:async )?(?:Module\.default|module\.exports|default|exports\.default|Object\.<anonymous>|Object\.body) \((.*)\)$/;

/** `columns` as build/build.ts tells them; `entry` is null where it is no function. */
export function installStacks({ entry, columns }) {
  const place = (site) => {
    const [file, line, column] = [site.getFileName(), site.getLineNumber(), site.getColumnNumber()];
    const built = column - 1;
    const move = columns.get(file)?.[line]?.findLast(([start]) => start <= built);
    const own = built + 1 + (move === undefined ? 0 : move[1] - move[0]);
    const text = `${site}`.replace(`${file}:${line}:${column}`, () => `${file}:${line}:${Math.max(1, own)}`);
    return `\n    at ${file === entry ? text.replace(ownFunction, '$1') : text}`;
  };
  Error.prepareStackTrace = (error, sites) => {
    const frames = sites.filter((site) => !`${site.getFileName()}`.startsWith('spawnpoint:'));
    return headOf(error) + frames.map(place).join('');
  };
  const send = globalThis.fetch;
  globalThis.fetch = async function fetch(...args) {
    try {
      return await send(...args);
    } catch (error) {
      // The platform's mark of an error of another isolate, which the network is for a guest.
      delete error.remote;
      throw error;
    }
  };
}

const textOf = Error.prototype.toString;

function headOf(error) {
  try {
    return textOf.call(error);
  } catch {
    return '<error>';
  }
}
