/** The app: connects terminal, session, controller and view, from the first frame until the person leaves. */

import type { ClientClock } from '../client/clock.ts';
import type { Language, SessionView } from '../client/session-view.ts';
import { Controller } from './controller.ts';
import type { HistoryStorage } from './editor/history.ts';
import { Tokenizer } from './input/tokenizer.ts';
import { Panes } from './panes/panes.ts';
import type { Terminal } from './terminal.ts';
import { View } from './ui/view.tsx';

export interface AppOptions {
  readonly clock: ClientClock;
  readonly history: HistoryStorage;
  /** Of the inputs at the beginning. */
  readonly language: Language;
  /** False for NO_COLOR: weight and inverse stay. */
  readonly color: boolean;
}

/** A frame at most this often. */
const FRAME_MS = 16;

/**
 * Runs the app on a terminal that it takes and gives back. Resolves when the person leaves; rejects when the app itself
 * failed. The session is not closed.
 */
export async function runApp(terminal: Terminal, session: SessionView, options: AppOptions): Promise<void> {
  const { clock } = options;
  const panes = new Panes();
  const view = new View(terminal, panes, { color: options.color });
  let drawnAt = Number.NEGATIVE_INFINITY;
  let cancelDraw: (() => void) | null = null;

  await new Promise<void>((resolve, reject) => {
    /** Runs a listener's work; a failure ends the app instead of the process. */
    const guarded = (work: () => void) => {
      try {
        work();
      } catch (error) {
        end(() => reject(error));
      }
    };
    const changed = () => {
      if (cancelDraw !== null) return;
      cancelDraw = clock.after(Math.max(0, drawnAt + FRAME_MS - clock.now()), () => guarded(draw));
    };
    const draw = () => {
      cancelDraw = null;
      drawnAt = clock.now();
      view.draw(controller.state, session.getSnapshot());
    };
    const redraw = () => {
      view.invalidate();
      changed();
    };
    const controller = new Controller(session, panes, options.history, {
      language: options.language,
      changed,
      redraw,
      suspend: () => terminal.suspend?.(),
      leave: () => end(resolve),
    });
    const tokenizer = new Tokenizer(clock, (event) => guarded(() => controller.receive(event)));
    const stops = [
      terminal.onInput((data) => tokenizer.write(data)),
      terminal.onResize(redraw),
      session.subscribe(() => {
        guarded(() => controller.sessionChanged());
        changed();
      }),
      () => tokenizer.close(),
      () => cancelDraw?.(),
      () => view.close(),
      () => terminal.close(),
    ];
    let ended = false;
    const end = (settle: () => void) => {
      if (ended) return;
      ended = true;
      for (const stop of stops) stop();
      cancelDraw = () => {};
      settle();
    };
    // Before the first key.
    void controller.loadHistory();
    guarded(() => {
      terminal.setRawMode(true);
      draw();
    });
  });
}
