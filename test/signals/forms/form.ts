// The forms in which a recording may be written: one choice for each of the dimensions below. Some choices exclude others (a
// Parquet file has no line endings). In that case, write-form.ts ignores the less important choice.

/** All choices, plainest first, so that fast-check shrinks a failure to plain forms. */
export const choices = {
  /**
   * The layout of the files: a table with a column per channel, a table with a row per sensor and time, or one file per sensor.
   */
  layout: ["wide", "long", "sensor files"],
  /**
   * What one file contains: all recordings, one person (named in a column or in the file's name), or one recording of one
   * person.
   */
  split: ["one file", "person column", "person in name", "recording in name"],
  container: ["csv", "tsv", "semicolon", "pipe", "spaces", "json", "jsonl", "parquet", "gz", "zip"],
  encoding: ["utf-8", "bom", "utf-16le", "utf-16be", "crlf"],
  decimals: ["point", "comma"],
  numbers: ["fixed", "exponent", "quoted", "padded", "signed"],
  clock: [
    "s",
    "ms",
    "us",
    "ns",
    "epoch s",
    "epoch ms",
    "epoch us",
    "epoch ns",
    "iso z",
    "iso local",
    "iso space",
    "iso offset",
    "zone in brackets",
    "dst with zone",
    "dmy",
    "mdy",
    "dmy dots",
    "am pm",
    "month name",
    "colon fraction",
    "serial days",
    "ticks",
    "samples",
    "none",
    "time of day",
    "minutes",
    "whole seconds",
    "tenths",
    "packets",
    "date and time",
  ],
  /** Which of a clock's usual column names is used. */
  clockName: [0, 1, 2],
  /** The order of rows in a file with several people. */
  order: ["blocks", "interleaved", "by activity"],
  recording: ["column", "restarting", "none"],
  acceleration: ["m/s^2", "g", "milli-g"],
  rotation: ["rad/s", "deg/s"],
  /** Where the file gives the units. */
  unit: ["nowhere", "brackets", "square brackets", "underscore"],
  channelNames: ["letters", "snake", "camel", "words", "dotted", "axis first", "capitals"],
  rateHz: [50, 10, 20, 25, 32, 64, 100, 128, 200],
  ids: [
    "words",
    "numbers",
    "padded",
    "days",
    "short days",
    "times",
    "exponents",
    "decimals",
    "long numbers",
    "accents",
    "commas",
  ],
  labels: ["words", "numbers", "spaced", "booleans"],
  keyNames: [0, 1, 2],
  columnOrder: ["keys first", "time first", "channels first", "keys last", "reversed"],
  extra: [
    "none",
    "row number",
    "battery",
    "note",
    "magnetometer",
    "empty column",
    "device",
    "flag",
    "counter",
    "heart rate",
  ],
  missing: ["none", "empty", "NaN", "NA", "null", "hyphen"],
  /** Whether the gyroscope has its own times, which requires separate rows for the gyroscope. */
  gyroscopeClock: ["same", "shifted"],
} as const;

type Choices = typeof choices;
export type Form = { readonly [K in keyof Choices]: Choices[K][number] };

const dimensions = Object.keys(choices) as (keyof Choices)[];

export const plainForm: Form = Object.fromEntries(dimensions.map((name) => [name, choices[name][0]])) as Form;

/** Describes how a form differs from the plain form, for messages. */
export function describeForm(form: Form): string {
  const changed = dimensions.filter((name) => form[name] !== plainForm[name]);
  return changed.map((name) => `${name}: ${form[name]}`).join(", ") || "plain";
}

/**
 * Generates forms in which every choice of a dimension occurs once before any choice occurs again, each time in a different
 * order.
 */
export function mixedForms(count: number, random: () => number): Form[] {
  const left = new Map<string, unknown[]>();
  const next = (name: keyof Choices): unknown => {
    const own = left.get(name) ?? [];
    if (own.length === 0) own.push(...choices[name]);
    left.set(name, own);
    return own.splice(Math.floor(random() * own.length), 1)[0];
  };
  return Array.from({ length: count }, () => Object.fromEntries(dimensions.map((name) => [name, next(name)])) as Form);
}

/**
 * Generates forms in which every pair of choices of two dimensions occurs; the first forms contain most of the pairs. The
 * algorithm is greedy: each form is the best of a few random forms that contain a missing pair.
 */
export function pairwiseForms(random: () => number): Form[] {
  const key = (a: string, x: unknown, b: string, y: unknown): string => `${a}=${x}|${b}=${y}`;
  const missing = new Map<string, Partial<Form>>();
  for (const [i, a] of dimensions.entries()) {
    for (const b of dimensions.slice(i + 1))
      for (const x of choices[a]) for (const y of choices[b]) missing.set(key(a, x, b, y), { [a]: x, [b]: y });
  }
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
  const pairsOf = (form: Form): string[] =>
    dimensions.flatMap((a, i) => dimensions.slice(i + 1).map((b) => key(a, form[a], b, form[b])));
  const forms: Form[] = [];
  while (missing.size > 0) {
    const [first] = missing.values();
    let best: { form: Form; gain: number } | undefined;
    for (let k = 0; k < 12; k++) {
      const form = {
        ...Object.fromEntries(dimensions.map((name) => [name, pick<unknown>(choices[name])])),
        ...first,
      } as Form;
      const gain = pairsOf(form).filter((pair) => missing.has(pair)).length;
      if (best === undefined || gain > best.gain) best = { form, gain };
    }
    forms.push(best!.form);
    for (const pair of pairsOf(best!.form)) missing.delete(pair);
  }
  return forms;
}
