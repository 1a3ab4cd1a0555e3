/** What a program draws on a terminal, as SVG: the text stays sharp, small and selectable. */

import xterm, { type IBufferCell, type IBufferLine, type Terminal } from "@xterm/headless";
import { execa } from "execa";

/** How a piece of a line looks. */
interface Look {
  colour: string;
  isBold: boolean;
}

interface Piece extends Look {
  text: string;
  column: number;
  /** In columns. */
  width: number;
}

/** The lines of a screen with what has scrolled out of it. */
export type Screen = readonly (readonly Piece[])[];

export interface TerminalOptions {
  columns: number;
  cwd: string;
  /** Is told all that the program has written so far, at each piece. */
  heard?: (soFar: string) => void;
}

/**
 * Runs a line of a shell on a terminal of its own, by util-linux's `script`.
 *
 * @returns all that it wrote, with the codes for the terminal
 * @throws Error when it fails, with its last words
 */
export async function onTerminal(line: string, { columns, cwd, heard }: TerminalOptions): Promise<string> {
  const running = execa("script", ["-qefc", `stty cols ${columns} rows 50; ${line}`, "/dev/null"], {
    cwd,
    // A job of CI has no terminal, and programs draw for it as if there were none.
    env: { TERM: "xterm-256color", CI: undefined, NO_COLOR: undefined },
    stdin: "ignore",
    reject: false,
    all: true,
  });
  let said = "";
  for await (const text of running.all.setEncoding("utf8")) {
    said += text;
    heard?.(said);
  }
  const { exitCode } = await running;
  if (exitCode !== 0) throw new Error(`${line} ended with exit code ${exitCode}:\n${said.slice(-2000)}`);
  return said;
}

/** What a terminal shows after a program has written this. */
export async function screenOf(written: string, columns: number): Promise<Screen> {
  const terminal = new xterm.Terminal({ cols: columns, rows: 50, scrollback: 5000, allowProposedApi: true });
  // A program that is piped ends its lines by LF alone.
  await new Promise<void>((done) => terminal.write(written.replaceAll(/(?<!\r)\n/g, "\r\n"), done));
  const lines = [...linesOf(terminal)];
  terminal.dispose();
  return lines.slice(0, lines.findLastIndex((line) => line.length > 0) + 1);
}

/** The text of a line of a screen. */
export const textOf = (line: Screen[number]): string => line.map(({ text }) => text).join("");

function* linesOf({ buffer }: Terminal): Generator<Piece[]> {
  for (let row = 0; row < buffer.active.length; row += 1) {
    const line = buffer.active.getLine(row);
    if (line !== undefined) yield piecesOf(line);
  }
}

function piecesOf(line: IBufferLine): Piece[] {
  const pieces: Piece[] = [];
  for (let column = 0; column < line.length; column += 1) {
    const cell = line.getCell(column);
    // The second half of a wide character has no width.
    if (cell === undefined || cell.getWidth() === 0) continue;
    const piece = { ...lookOf(cell), text: cell.getChars() || " ", column, width: cell.getWidth() };
    const last = pieces.at(-1);
    if (last === undefined || last.colour !== piece.colour || last.isBold !== piece.isBold)
      pieces.push(piece);
    else {
      last.text += piece.text;
      last.width += piece.width;
    }
  }
  const end = pieces.findLastIndex(({ text }) => text.trim() !== "");
  return pieces.slice(0, end + 1).map((piece, index) => (index === end ? trimmed(piece) : piece));
}

function trimmed(piece: Piece): Piece {
  const text = piece.text.trimEnd();
  return { ...piece, text, width: piece.width - (piece.text.length - text.length) };
}

const foreground = "#e6edf3";
const faint = "#8b949e";
/** The sixteen colours that programs name, on a dark ground. */
const palette = [
  ...["#6e7681", "#ff7b72", "#3fb950", "#d29922", "#79c0ff", "#d2a8ff", "#56d4dd", "#e6edf3"],
  ...["#8b949e", "#ffa198", "#56d364", "#e3b341", "#a5d6ff", "#e2c5ff", "#76e3ea", "#ffffff"],
];

function lookOf(cell: IBufferCell): Look {
  const isBold = cell.isBold() !== 0;
  const colour = cell.isFgDefault() ? (cell.isDim() ? faint : foreground) : colourOf(cell);
  return { colour, isBold };
}

/** By a number of the 256 colours (a cube of six steps, then greys), or as it is. */
function colourOf(cell: IBufferCell): string {
  const value = cell.getFgColor();
  if (cell.isFgRGB()) return `#${value.toString(16).padStart(6, "0")}`;
  const named = palette[value];
  if (named !== undefined) return named;
  if (value >= 232) return rgb(Array(3).fill(8 + (value - 232) * 10));
  const steps = [0, 95, 135, 175, 215, 255];
  const cube = value - 16;
  return rgb([Math.floor(cube / 36), Math.floor(cube / 6) % 6, cube % 6].map((step) => steps[step] ?? 0));
}

const rgb = (parts: readonly number[]) =>
  `#${parts.map((part) => part.toString(16).padStart(2, "0")).join("")}`;

const cell = { width: 7.8, height: 18, size: 13 };
const margin = { side: 18, top: 48, bottom: 16 };

/**
 * A window of a terminal, dark in light and dark pages alike.
 *
 * @param title in the window's bar
 */
export function terminalSvg(screen: Screen, columns: number, title: string): string {
  const width = Math.ceil(columns * cell.width + 2 * margin.side);
  const height = margin.top + screen.length * cell.height + margin.bottom;
  const lines = screen.flatMap((line, row) => {
    const y = margin.top + (row + 1) * cell.height - 5;
    return line.filter(({ text }) => text.trim() !== "").map((piece) => drawPiece(piece, y));
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(title)}">`,
    `<style>text{font:${cell.size}px ui-monospace,"SF Mono","Cascadia Mono",Menlo,Consolas,"DejaVu Sans Mono","Liberation Mono",monospace;white-space:pre;fill:${foreground}}.b{font-weight:700}.t{fill:${faint};text-anchor:middle;font-family:system-ui,sans-serif}</style>`,
    `<rect x=".5" y=".5" width="${width - 1}" height="${height - 1}" rx="10" fill="#0d1117" stroke="#3d444d"/>`,
    ...["#ff5f57", "#febc2e", "#28c840"].map(
      (fill, index) => `<circle cx="${22 + index * 20}" cy="20" r="6" fill="${fill}"/>`,
    ),
    `<text class="t" x="${width / 2}" y="25">${escaped(title)}</text>`,
    ...lines,
    "</svg>",
    "",
  ].join("\n");
}

/** `textLength` keeps the columns, whatever font a reader has. */
function drawPiece({ text, column, width, colour, isBold }: Piece, y: number): string {
  const indent = text.length - text.trimStart().length;
  const x = (margin.side + (column + indent) * cell.width).toFixed(1);
  const length = ((width - indent) * cell.width).toFixed(1);
  const style = `${isBold ? ' class="b"' : ""}${colour === foreground ? "" : ` style="fill:${colour}"`}`;
  return `<text x="${x}" y="${y}" textLength="${length}"${style}>${escaped(text.trimStart())}</text>`;
}

const escaped = (text: string) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
