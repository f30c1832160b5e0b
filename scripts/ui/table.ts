/** One column of a table. */
export interface Column<Row> {
  readonly title: string;
  readonly value: (row: Row) => string;
  /** Shares what the others leave of the width, its words wrapped. @default false: as wide as its longest value */
  readonly wrap?: boolean;
}

/** Room for a wrapped column, however narrow the terminal. */
const narrowest = 24;

/**
 * Rows as aligned columns under their titles.
 *
 * @param width in characters. @default the terminal's, or 120 where there is none
 */
export function table<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  width = process.stdout.columns ?? 120,
): string {
  const cells = rows.map((row) => columns.map((column) => column.value(row)));
  const longest = columns.map(({ title }, at) =>
    Math.max(title.length, ...cells.map((row) => row[at]?.length ?? 0)),
  );
  const fixed = columns.reduce((sum, { wrap }, at) => sum + (wrap ? 0 : (longest[at] ?? 0)) + 2, -2);
  const wrapped = columns.filter(({ wrap }) => wrap).length;
  const share = Math.max(narrowest, Math.floor((width - fixed) / Math.max(1, wrapped)));
  const widths = columns.map(({ wrap }, at) =>
    wrap ? Math.min(share, longest[at] ?? 0) : (longest[at] ?? 0),
  );
  const lines = [columns.map(({ title }) => title), ...cells].flatMap((row) => {
    const wraps = row.map((cell, at) => wrapWords(cell, widths[at] ?? narrowest));
    const height = Math.max(...wraps.map((wrap) => wrap.length));
    return Array.from({ length: height }, (_, line) =>
      wraps
        .map((wrap, at) => (wrap[line] ?? "").padEnd(widths[at] ?? 0))
        .join("  ")
        .trimEnd(),
    );
  });
  return `${lines.join("\n")}\n`;
}

function wrapWords(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/)) {
    if (line && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line ? `${line} ${word}` : word;
    }
  }
  return [...lines, line];
}
