import { isEmptyLine, quotePrefix, type HtmlLine } from './line-writer.ts';

/** Cells of a data table go on one line; those of a layout table stay below each other. */
const MAX_ROW_CHARS = 160;

/**
 * Joins the lines of a table row, whose cells begin at the given lines, if each cell is one short line: "Roof | 100", "Name: Ann".
 * Otherwise the lines stay.
 */
export function joinRow(lines: HtmlLine[], starts: readonly number[]): void {
  const first = starts[0];
  if (first === undefined || starts.length < 2 || starts.length > MAX_ROW_CHARS) return;
  const cells: HtmlLine[] = [];
  let width = 0;
  for (const [cell, from] of starts.entries()) {
    const to = starts[cell + 1] ?? lines.length;
    if (to - from > 2) return;
    const [line, second] = lines.slice(from, to).filter((one) => !isEmptyLine(one));
    if (second !== undefined) return;
    if (line === undefined) continue;
    width += line.text.length;
    cells.push(line);
  }
  const [head, ...others] = cells;
  if (head === undefined || others.length === 0 || width > MAX_ROW_CHARS) return;
  if (others.some((cell) => cell.region !== head.region || cell.quoteDepth !== head.quoteDepth)) return;
  const prefix = quotePrefix(head.quoteDepth).length;
  const text = others.reduce(
    (row, cell) => row + (row.endsWith(':') ? ' ' : ' | ') + cell.text.slice(prefix).trimStart(),
    head.text,
  );
  lines.length = first;
  lines.push({ ...head, text });
}
