/**
 * A table for a terminal, as lines: columns of equal width, two spaces apart.
 *
 * @param toRight for each column, whether its cells are aligned to the right, as numbers are
 */
export function inColumns(rows: readonly string[][], toRight: readonly boolean[]): string[] {
  const widths = toRight.map((_, column) => Math.max(...rows.map((cells) => (cells[column] ?? "").length)));
  return rows.map((cells) =>
    cells
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return toRight[column] ? cell.padStart(width) : cell.padEnd(width);
      })
      .join("  ")
      .trimEnd(),
  );
}
