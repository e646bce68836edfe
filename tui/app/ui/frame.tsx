/** The frame around the painted panes: editor, file tree, titles, status line. */

import { Box, Text } from 'ink';
import type { FrameModel } from './frame-model.ts';

export function Frame({ model }: { readonly model: FrameModel }) {
  return (
    <Box flexDirection="column" width={model.columns} height={model.rows} overflow="hidden">
      <Box height={model.rows - 1} overflow="hidden">
        <Column width={model.main.width} blank={model.main.blank} rows={model.main.rows} />
        {model.side !== null && (
          <>
            <Divider height={model.rows - 1} />
            <Column width={model.side.width} blank={0} rows={model.side.rows} />
          </>
        )}
      </Box>
      <Row text={model.status} />
    </Box>
  );
}

interface ColumnProps {
  readonly width: number;
  /** Empty rows at the top. */
  readonly blank: number;
  readonly rows: readonly string[];
}

/** Each row is a text of its own, known by its place: a wide one cannot push the others. */
function Column({ width, blank, rows }: ColumnProps) {
  return (
    <Box flexDirection="column" width={width} flexShrink={0}>
      <Box height={blank} flexShrink={0} />
      {Array.from(rows.keys(), (y) => (
        <Row key={y} text={rows[y] ?? ''} />
      ))}
    </Box>
  );
}

function Row({ text }: { readonly text: string }) {
  return (
    <Box height={1} flexShrink={0}>
      <Text wrap="truncate">{text === '' ? ' ' : text}</Text>
    </Box>
  );
}

function Divider({ height }: { readonly height: number }) {
  return (
    <Box width={1} flexShrink={0}>
      <Text dimColor>{Array.from({ length: height }, () => '│').join('\n')}</Text>
    </Box>
  );
}

export function TooSmall({
  columns,
  rows,
  text,
}: {
  readonly columns: number;
  readonly rows: number;
  readonly text: string;
}) {
  return (
    <Box width={columns} height={rows} overflow="hidden">
      <Text wrap="wrap">{text}</Text>
    </Box>
  );
}
