// Draws a signal across the width of the terminal. It uses braille patterns, with two by four dots per character, or asterisks
// if the locale does not support braille patterns.
import { visible } from "../../visible.ts";
import { displayWidth } from "./display-width.ts";

/**
 * Each strip shows one signal; all strips share one scale. The chart is laid out for the available width when it is printed.
 */
export interface SignalChart {
  readonly signals: readonly { readonly name: string; readonly values: readonly number[] }[];
}

const stripRows = 3;
const mostColumns = 100;
const leastColumns = 8;
const longestName = 12;

/** The number of dots per character, and the characters used to draw them. */
interface Ink {
  readonly across: number;
  readonly down: number;
  /** @param dots the dots that are set, as bits; bit x + across * y is the dot at column x and row y */
  readonly character: (dots: number) => string;
}

/** The bit for each dot in a braille pattern, row by row; Unicode numbers the dots column by column. */
const brailleBits = [0, 3, 1, 4, 2, 5, 6, 7];
const braille: Ink = {
  across: 2,
  down: 4,
  character: (dots) =>
    String.fromCodePoint(0x2800 + brailleBits.reduce((sum, bit, i) => sum + (((dots >> i) & 1) << bit), 0)),
};
const asterisks: Ink = { across: 1, down: 1, character: (dots) => (dots === 0 ? " " : "*") };

/** Whether the locale supports braille patterns and the terminal can show them. */
export function chartShowsBraille(env: NodeJS.ProcessEnv = process.env, platform: string = process.platform): boolean {
  if (env.TERM === "dumb" || env.TERM === "linux") return false;
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG;
  return locale === undefined ? platform === "win32" || platform === "darwin" : /utf-?8/i.test(locale);
}

/** The lines of a chart; none ends in spaces, and none is wider than `width` unless fewer than `leastColumns` would be left. */
export function signalChartLines({ signals }: SignalChart, width: number, isBraille: boolean): string[] {
  const ink = isBraille ? braille : asterisks;
  const [low, high] = rangeOfSignalChart(signals.map(({ values }) => values));
  const ends = [formatSignalChartEnd(high), formatSignalChartEnd(low)];
  const names = signals.map(({ name }) => shortSignalChartName(visible(name.trim())));
  const nameWidth = Math.max(...names.map(displayWidth));
  const endWidth = Math.max(...ends.map((text) => text.length));
  const columns = Math.min(mostColumns, Math.max(leastColumns, width - nameWidth - endWidth - 4));
  return signals.flatMap(({ values }, s) => {
    const name = names[s]! + " ".repeat(nameWidth - displayWidth(names[s]!));
    return signalChartStrip(values, { low, high, columns, ink }).map((strip, row) => {
      const end = row === 0 ? ends[0]! : row === stripRows - 1 ? ends[1]! : "";
      const title = row === 1 ? name : " ".repeat(nameWidth);
      return `  ${title} ${end.padStart(endWidth)} ${strip}`.replace(/[ \u2800]+$/, "");
    });
  });
}

/**
 * A channel's name without the unit, which the line above the chart shows. The names of a sensor's channels differ at their
 * ends, so a long name loses its beginning.
 */
function shortSignalChartName(name: string): string {
  const text = name.replace(/(?<=\S)\s*[([][^()[\]]*[)\]]$/, "");
  if (displayWidth(text) <= longestName) return text;
  const letters = Array.from(new Intl.Segmenter().segment(text), ({ segment }) => segment);
  while (displayWidth(letters.join("")) > longestName - 1) letters.shift();
  return `…${letters.join("")}`;
}

function rangeOfSignalChart(signals: readonly (readonly number[])[]): [low: number, high: number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const values of signals) {
    for (const value of values) {
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return [low, high];
}

/** Each column of dots extends to the first value of the next column, so that the line is connected. */
function signalChartStrip(
  values: readonly number[],
  { low, high, columns, ink }: { low: number; high: number; columns: number; ink: Ink },
): string[] {
  const [width, height] = [columns * ink.across, stripRows * ink.down];
  const cells = new Uint8Array(columns * stripRows);
  const rowOf = (value: number): number =>
    high > low ? Math.round(((high - value) / (high - low)) * (height - 1)) : Math.floor(height / 2);
  for (let x = 0; x < width; x++) {
    const from = Math.floor((x * (values.length - 1)) / width);
    const to = Math.max(from, Math.floor(((x + 1) * (values.length - 1)) / width));
    const [least, most] = rangeOfSignalChart([values.slice(from, to + 1)]);
    for (let y = rowOf(most); y <= rowOf(least); y++) {
      const cell = Math.floor(y / ink.down) * columns + Math.floor(x / ink.across);
      cells[cell]! |= 1 << ((x % ink.across) + ink.across * (y % ink.down));
    }
  }
  return Array.from({ length: stripRows }, (_, row) =>
    Array.from(cells.subarray(row * columns, (row + 1) * columns), ink.character).join(""),
  );
}

function formatSignalChartEnd(value: number): string {
  return String(Number(value.toPrecision(3)));
}
