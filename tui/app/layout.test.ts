/** Where the panes are, in every size of the screen. */

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { layOut, MIN_COLUMNS, MIN_ROWS, type PaneName } from './layout.ts';

it('is null below the smallest size, not at it', () => {
  const show = { focus: 'repl', viewer: false, variables: true } as const;
  expect(layOut({ columns: MIN_COLUMNS, rows: MIN_ROWS }, show)).not.toBeNull();
  expect(layOut({ columns: MIN_COLUMNS - 1, rows: MIN_ROWS }, show)).toBeNull();
  expect(layOut({ columns: MIN_COLUMNS, rows: MIN_ROWS - 1 }, show)).toBeNull();
});

it('keeps every pane on the screen, above the status line, apart from the others', () => {
  const size = fc.record({
    columns: fc.integer({ min: MIN_COLUMNS, max: 500 }),
    rows: fc.integer({ min: MIN_ROWS, max: 200 }),
  });
  const show = fc.record({
    focus: fc.constantFrom<PaneName[]>('repl', 'files', 'log'),
    viewer: fc.boolean(),
    variables: fc.boolean(),
  });
  fc.assert(
    fc.property(size, show, ({ columns, rows }, shown) => {
      const layout = layOut({ columns, rows }, shown);
      const panes = [layout?.repl, layout?.viewer, layout?.files, layout?.variables, layout?.log].filter(
        (rect) => rect != null,
      );
      expect(panes.length).toBeGreaterThan(0);
      for (const { x, y, width, height } of panes) {
        expect(Math.min(x, y)).toBeGreaterThanOrEqual(0);
        expect(Math.min(width, height)).toBeGreaterThan(0);
        expect(x + width).toBeLessThanOrEqual(columns);
        expect(y + height).toBeLessThanOrEqual(rows - 1);
      }
      const apart = panes.every((a, i) =>
        panes
          .slice(i + 1)
          .every((b) => a.x + a.width < b.x || b.x + b.width < a.x || a.y + a.height < b.y || b.y + b.height < a.y),
      );
      expect(apart).toBe(true);
    }),
  );
});
