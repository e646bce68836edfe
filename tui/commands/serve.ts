/** `serve FILE`: a preview of local files, reloaded when they change, until it is ended. */

import type { Invocation } from '../arguments/parse.ts';
import type { PreviewEntry } from '../client/previews.ts';
import { EXIT, ExitError } from '../exit.ts';
import type { Io } from '../io.ts';
import { programVerdict } from '../plain/outcomes.ts';
import type { PlainSession } from '../plain/plain-session.ts';
import type { CommandBody } from './command.ts';
import { SessionPreviews } from './previews.ts';
import { sessionPath } from './run.ts';
import { placeOf, readServed, type ServedFiles, Watcher } from './served-files.ts';
import { report, withSession } from './session.ts';

export const servePreview: CommandBody = async (invocation, io) => {
  const [file = ''] = invocation.args;
  const { options } = invocation;
  const previews = new SessionPreviews(options, io);
  let served = await readServed(file, options.language);
  let program = 0;

  const reload = async (): Promise<void> => {
    try {
      const next = await readServed(file, options.language);
      if (next === null) return;
      watcher.watch(next.directories);
      if (served === null || isSame(served, next)) return;
      served = next;
      await previews.replace(program, next);
      io.inform('reloaded');
    } catch (error) {
      // What is wrong with the code comes back as output of the preview.
      if (!(error instanceof ExitError)) throw error;
      if (error.status === EXIT.unreachable) io.warn(`not reloaded: ${error.message}`);
    }
  };
  const watcher = new Watcher(() => void reload());

  const start = async (client: string): Promise<number> => {
    const wish = served === null ? { entry: sessionPath(file), sources: null } : served;
    const { entry, sources } = wish;
    const place = await placeOf(file);
    const preview = await previews.start({ entry, sources, place, isPublic: options.public, client });
    program = preview.program;
    await announce(preview, invocation, io);
    if (served !== null) watcher.watch(served.directories);
    return program;
  };

  const follow = async (session: PlainSession): Promise<number> => {
    let isLate = false;
    const late = (): void => {
      isLate = true;
      session.interrupt();
    };
    const timer = options.timeout === null ? undefined : setTimeout(late, options.timeout * 1000);
    const outcome = await session
      .follow(() => start(session.client))
      .finally(() => {
        clearTimeout(timer);
        watcher.close();
      });
    return isLate ? EXIT.timeout : report(programVerdict(outcome, session.wasInterrupted), io);
  };
  return withSession(invocation, io, follow, { endsWithTerminal: true });
};

/** The address goes to stdout, where the output of the preview follows. */
async function announce(preview: PreviewEntry, { options }: Invocation, io: Io): Promise<void> {
  await io.stdout.write(options.json ? `${JSON.stringify(preview)}\n` : `${preview.link}\n`);
  if (!preview.isPublic) {
    io.inform('the link is good once, for ten minutes; spawnpoint-cf ps shows another. Ctrl-C ends the preview');
  }
}

function isSame(before: ServedFiles, after: ServedFiles): boolean {
  if (before.sources.length !== after.sources.length) return false;
  return before.sources.every(({ path, bytes }, index) => {
    const other = after.sources[index];
    return other?.path === path && Buffer.compare(bytes, other.bytes) === 0;
  });
}
