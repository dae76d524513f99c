// One option of one command, defined once: its meaning, its allowed values and its default. The command's help, shell
// completion, the validation of values, the types of the API (src/options/config-types.ts), the schemas of config files and
// docs/api.md all come from this definition.

import { inspect } from "node:util";
import { z } from "zod";
import { kebabCase } from "../letter-case.ts";

/** An option whose value, once checked, has type `T`. */
export interface Option<T = unknown> {
  /** A phrase for the help, without a full stop, in lower case apart from names, and with the unit if there is one. */
  readonly doc: string;
  /** Placeholder for the value in the help, such as "hz"; a flag has none. */
  readonly value?: string;
  /** The value's type in TypeScript. */
  readonly type: string;
  readonly check: z.ZodType<T>;
  /** Type of the values that a config file may contain, if `check` converts them before it checks them. */
  readonly written?: z.ZodType;
  readonly presence: "required" | "optional" | "default";
  readonly default?: T | (() => T);
  /** The default in words, if it is not a constant. */
  readonly otherwise?: string;
  /** The allowed words, each with its meaning or with "". */
  readonly choices?: Readonly<Record<string, string>>;
  /** How several values are written: separated by commas, as several words, or by repeating the option. */
  readonly many?: "commas" | "words" | "repeated";
  /** Whether the option is a positional argument, which is written without its name. */
  readonly argument?: boolean;
  /**
   * What the option affects: the result (these options identify an interrupted run), only how the command runs, or only where
   * the command reports.
   */
  readonly affects: "result" | "run" | "tracking";
  /** Former names of the option, which still work. */
  readonly aliases?: readonly string[];
  /** The heading under which the help lists the option. */
  readonly group?: string;
  /** Whether the value is a path that, if it is relative, starts at the folder of the config file. Default: depends on the option's name. */
  readonly path?: boolean;
  /** Whether the value may contain a password or another secret, which no output may show. */
  readonly secret?: boolean;
}

/** The options of a command, one for each field of its config. */
export type OptionsOf<Config> = { readonly [Name in keyof Config]-?: Option<Config[Name]> };

/** Any command's options. */
export type Options = Readonly<Record<string, Option>>;

interface Common<T> {
  doc: string;
  default?: T | (() => T);
  otherwise?: string;
  required?: boolean;
  affects?: Option["affects"];
  aliases?: readonly string[];
  argument?: boolean;
}

type Kind<T> = Pick<Option<T>, "type" | "check" | "written" | "value" | "choices" | "many">;

function makeOption<T>({ required, affects = "result", ...common }: Common<T>, kind: Kind<T>): Option<T> {
  const presence = common.default !== undefined ? "default" : required === true ? "required" : "optional";
  return { ...common, ...kind, presence, affects };
}

/** A text option; `expected` describes the allowed strings. */
export function textOption({
  value,
  expected,
  pattern,
  ...common
}: Common<string> & { value: string; expected: string; pattern?: RegExp }): Option<string> {
  const least = z.string(expected).min(1, expected);
  return makeOption(common, {
    value,
    type: "string",
    check: pattern === undefined ? least : least.regex(pattern, expected),
  });
}

/** A whole number from `from` to `to`. */
export function wholeNumberOption({
  value,
  from,
  to,
  ...common
}: Common<number> & { value: string; from: number; to: number }): Option<number> {
  const expected = `a whole number from ${from} to ${to}`;
  return makeOption(common, { value, type: "number", check: z.int(expected).min(from, expected).max(to, expected) });
}

/** A number within bounds that `expected` describes. */
export function numberOption({
  value,
  expected,
  from,
  above,
  to,
  below,
  ...common
}: Common<number> & {
  value: string;
  expected: string;
  from?: number;
  above?: number;
  to?: number;
  below?: number;
}): Option<number> {
  let check = z.number(expected);
  if (from !== undefined) check = check.min(from, expected);
  if (above !== undefined) check = check.gt(above, expected);
  if (to !== undefined) check = check.max(to, expected);
  if (below !== undefined) check = check.lt(below, expected);
  return makeOption(common, { value, type: "number", check });
}

/** One of several words. `of` maps each word to its meaning, or to "" if the word explains itself. */
export function choiceOption<const T extends string>({
  value,
  of,
  ...common
}: Common<NoInfer<T>> & { value: string; of: Readonly<Record<T, string>> }): Option<T> {
  const words = Object.keys(of) as T[];
  return makeOption(common, {
    value,
    choices: of,
    type: words.map((word) => JSON.stringify(word)).join(" | "),
    check: z.literal(words, `one of ${words.join(", ")}`),
  });
}

/** An option that is false unless it is given. */
export function flagOption(common: Omit<Common<boolean>, "default" | "required">): Option<boolean> {
  return makeOption<boolean>({ ...common, default: false }, { type: "boolean", check: z.boolean("true or false") });
}

/** Distinct names; a single text with commas is also accepted, as on the command line. */
export function namesOption({
  value,
  expected,
  ...common
}: Common<string[]> & { value: string; expected: string }): Option<string[]> {
  const items = z
    .array(z.string(expected).min(1, expected), expected)
    .min(1, expected)
    .refine((all) => new Set(all).size === all.length, `${expected}, without repetition`);
  const split = (given: unknown): unknown =>
    typeof given === "string" ? given.split(",").map((name) => name.trim()) : given;
  return makeOption(common, {
    value,
    type: "string[]",
    many: "commas" as const,
    check: z.preprocess(split, items),
    written: z.union([z.string(), items]),
  });
}

/** Several texts, given on the command line as several words or by repeating the option; a single text is also accepted. */
export function textsOption({
  value,
  expected,
  many = "words",
  ...common
}: Common<string[]> & { value: string; expected: string; many?: "words" | "repeated" }): Option<string[]> {
  const items = z.array(z.string(expected).min(1, expected), expected).min(1, expected);
  const wrapped = (given: unknown): unknown => (typeof given === "string" ? [given] : given);
  return makeOption(common, {
    value,
    type: "string[]",
    many,
    check: z.preprocess(wrapped, items),
    written: z.union([z.string(), items]),
  });
}

/** Puts the options under a heading in the help. */
export function optionGroup<O extends Options>(group: string, options: O): O {
  return Object.fromEntries(Object.entries(options).map(([name, own]) => [name, { ...own, group }])) as O;
}

/** The default in words; undefined for a flag, and for an option without a default. */
export function optionDefaultText({ default: value, otherwise, type }: Option): string | undefined {
  if (otherwise !== undefined) return otherwise;
  return value === undefined || type === "boolean" ? undefined : String(value);
}

/** The option as written on the command line. */
export function writtenOptionName(name: string, defined: Options): string {
  return defined[name]?.argument === true ? name : `--${kebabCase(name)}`;
}

/** A value as shown in messages; long values are truncated. */
export function showOptionValue(value: unknown): string {
  if (typeof value === "number") return String(value);
  const text = optionValueAsText(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

/** YAML and callers can produce values that JSON cannot represent, such as an object that contains itself. */
function optionValueAsText(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return inspect(value, { breakLength: Number.POSITIVE_INFINITY });
  }
}

/** The schema that checks one option: an optional option may be absent, and a default replaces a missing value. */
export function optionCheckOrDefault({ check, presence, default: value }: Option): z.ZodType {
  if (presence === "optional") return check.exactOptional();
  return presence === "default" ? check.default(value) : check;
}
