// Mutates the bytes, the lines of text or the JSON values of inputs. All mutations are drawn from a seeded generator.
import type { Rng } from "../../src/random.ts";

export type Mutation<T> = (value: T, rng: Rng) => T;

export function pick<T>(items: readonly T[], rng: Rng): T {
  return items[rng.integer(items.length)]!;
}

/** Applies between one and `most` mutations in a row. */
export function several<T>(value: T, mutations: readonly Mutation<T>[], rng: Rng, most = 4): T {
  let mutated = value;
  for (let left = 1 + rng.integer(most); left > 0; left--) mutated = pick(mutations, rng)(mutated, rng);
  return mutated;
}

/** Strings that replace cells, keys and values. */
export const nastyTexts: readonly string[] = [
  ...["", " ", "NaN", "inf", "-Infinity", "null", "true", "0", "-0", "1e308", "-1e308", "3e38", "1e999", "1e-320"],
  ...["9007199254740993", "99999999999999999999999999", "-1", "0.1e", "0x1F", "1_000", "1,5", "١٢", "½", "2026-02-30"],
  ...["2026-05-04T03:02:01Z", "__proto__", "constructor", "toString", "hasOwnProperty", "../../../etc/passwd", "a/b"],
  ...["\u0000", "\u001b[2J\u001b]0;x\u0007", "\ufeff", "\u202e", "\ud83d\ude00", "\ud800", "é".normalize("NFD")],
  ...['"', '""', "'", "\\", "=cmd|' /C calc'!A0", "<script>alert(1)</script>", "%s%n", "a\nb", "a\tb", "a;b"],
  ...["x".repeat(300), "9".repeat(400), "x".repeat(70_000)],
];

function at(bytes: Uint8Array, rng: Rng): number {
  return bytes.length === 0 ? 0 : rng.integer(bytes.length);
}

function spliced(
  bytes: Uint8Array,
  start: number,
  removed: number,
  inserted: Uint8Array = new Uint8Array(),
): Uint8Array {
  return Buffer.concat([bytes.subarray(0, start), inserted, bytes.subarray(start + removed)]);
}

function changedAt(bytes: Uint8Array, position: number, change: (byte: number) => number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  if (copy.length > 0) copy[position] = change(copy[position]!);
  return copy;
}

export const byteMutations: readonly Mutation<Uint8Array>[] = [
  (bytes, rng) => changedAt(bytes, at(bytes, rng), (byte) => byte ^ (1 << rng.integer(8))),
  (bytes, rng) => changedAt(bytes, at(bytes, rng), () => pick([0, 0xff, 0x80, 0x7f, 0x0a, 0x22, 0x2c], rng)),
  (bytes, rng) => bytes.slice(0, at(bytes, rng)),
  (bytes, rng) => bytes.slice(at(bytes, rng)),
  (bytes, rng) => spliced(bytes, at(bytes, rng), 1 + rng.integer(64)),
  (bytes, rng) => {
    const start = at(bytes, rng);
    return spliced(bytes, at(bytes, rng), 0, bytes.subarray(start, start + 1 + rng.integer(256)));
  },
  (bytes, rng) =>
    spliced(
      bytes,
      at(bytes, rng),
      0,
      new Uint8Array(1 + rng.integer(16)).map(() => rng.integer(256)),
    ),
  (bytes, rng) => spliced(bytes, at(bytes, rng), 8, new Uint8Array(8).fill(pick([0, 0xff, 0x7f], rng))),
  (bytes) => Buffer.concat([Uint8Array.of(0xef, 0xbb, 0xbf), bytes]),
  (bytes, rng) => spliced(bytes, at(bytes, rng), 0, new Uint8Array(1 + rng.integer(5000))),
];

export const lineMutations: readonly Mutation<string>[] = [
  (text, rng) => edited(text, rng, (lines, i) => lines.toSpliced(i, 1)),
  (text, rng) => edited(text, rng, (lines, i) => lines.toSpliced(i, 0, lines[i]!)),
  (text, rng) => edited(text, rng, (lines, i) => lines.with(i, lines[rng.integer(lines.length)]!)),
  (text, rng) => edited(text, rng, (lines, i) => lines.slice(0, i + 1)),
  (text, rng) => edited(text, rng, (lines, i) => lines.toSpliced(i, 0, pick(nastyTexts, rng))),
  (text, rng) => edited(text, rng, (lines, i) => lines.with(i, lines[i]! + pick(nastyTexts, rng))),
  (text) => text.replaceAll("\n", "\r\n"),
  (text) => text.replaceAll("\n", "\r"),
  (text) => `\ufeff${text}`,
  (text) => text.trimEnd(),
];

function edited(text: string, rng: Rng, edit: (lines: string[], line: number) => string[]): string {
  const lines = text.split("\n");
  return edit(lines, rng.integer(lines.length)).join("\n");
}

/** A placeholder for a number that JSON.stringify cannot write; `jsonOf` inserts the number. */
const infinityMark = "@@1e999@@";

const nastyValues: readonly unknown[] = [
  ...[null, true, false, "", [], {}, 0, -0, -1, 0.5, 1e308, -1e308, 5e-324, 2 ** 53, 2 ** 31, -(2 ** 63), 1e15, 3e38],
  ...[infinityMark, [[]], [null], [1, "a"], { a: null }, Array(3000).fill(0), Array(300).fill({ a: [1] })],
];

export const nastyKeys: readonly string[] = [
  ...["__proto__", "constructor", "toString", "hasOwnProperty", "length", "", " ", "0", "extra", "x".repeat(500)],
];

type Path = readonly (string | number)[];

function pathsOf(value: unknown, path: Path = [], found: Path[] = []): Path[] {
  found.push(path);
  // Only the first elements of a list count; otherwise, nearly all mutations would be in long lists of numbers.
  const entries = Array.isArray(value)
    ? [...value.entries()].slice(0, 8)
    : isObject(value)
      ? Object.entries(value)
      : [];
  for (const [key, item] of entries) pathsOf(item, [...path, key], found);
  return found;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function valueAt(value: unknown, path: Path): unknown {
  let current = value;
  for (const key of path) current = isObject(current) || Array.isArray(current) ? Reflect.get(current, key) : undefined;
  return current;
}

function changed(value: unknown, path: Path, change: (value: unknown) => unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return change(value);
  if (Array.isArray(value)) return value.map((item: unknown, i) => (i === key ? changed(item, rest, change) : item));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, name === key ? changed(item, rest, change) : item]),
  );
}

const replaced = (value: unknown, rng: Rng, change: (value: unknown, paths: readonly Path[]) => unknown): unknown => {
  const paths = pathsOf(value);
  return changed(value, pick(paths, rng), (own) => change(own, paths));
};

export const jsonMutations: readonly Mutation<unknown>[] = [
  (value, rng) => replaced(value, rng, () => pick(nastyValues, rng)),
  (value, rng) => replaced(value, rng, () => pick(nastyTexts, rng)),
  (value, rng) => replaced(value, rng, (_, paths) => valueAt(value, pick(paths, rng))),
  (value, rng) =>
    replaced(value, rng, (own) => {
      if (typeof own === "number") return pick([-own, own * 1e9, own + 1, own / 0.37, String(own), [own]], rng);
      if (typeof own === "string") return pick([own.toUpperCase(), `${own}x`, Number(own), [own], own.slice(1)], rng);
      if (Array.isArray(own)) return pick([own.slice(1), [...own, ...own], own.toReversed(), { ...own }], rng);
      return isObject(own) ? Object.values(own) : !own;
    }),
  (value, rng) =>
    replaced(value, rng, (own) => {
      if (Array.isArray(own)) return own.toSpliced(rng.integer(own.length + 1), 1);
      if (!isObject(own)) return null;
      const keys = Object.keys(own);
      const gone = keys[rng.integer(Math.max(1, keys.length))];
      return Object.fromEntries(Object.entries(own).filter(([key]) => key !== gone));
    }),
  (value, rng) =>
    replaced(value, rng, (own, paths) => {
      const more = rng.integer(2) === 0 ? pick(nastyValues, rng) : valueAt(value, pick(paths, rng));
      if (Array.isArray(own)) return [...own, more];
      return Object.fromEntries([...Object.entries(isObject(own) ? own : {}), [pick(nastyKeys, rng), more]]);
    }),
  (value, rng) =>
    replaced(value, rng, (own) => {
      if (!isObject(own)) return own;
      const renamed = pick(Object.keys(own).concat("x"), rng);
      return Object.fromEntries(
        Object.entries(own).map(([key, item]) => [key === renamed ? pick(nastyKeys, rng) : key, item]),
      );
    }),
];

/** Returns the text of a JSON value, with numbers that overflow. */
export function jsonOf(value: unknown, indent?: number): string {
  return (JSON.stringify(value, null, indent) ?? "").replaceAll(JSON.stringify(infinityMark), "1e999");
}

/** Damages the JSON text itself in ways that no JSON value can represent. */
export const jsonTextMutations: readonly Mutation<string>[] = [
  ...lineMutations,
  (text) => `${"[".repeat(20_000)}${text}${"]".repeat(20_000)}`,
  (text) => `${'{"a":'.repeat(20_000)}1${"}".repeat(20_000)}${text.slice(0, 0)}`,
  (text, rng) =>
    text.replace(/-?\d+(\.\d+)?/, () => pick(["1e999", "-0", "01", "NaN", "1e-400", "9".repeat(5000)], rng)),
  (text) => text + text,
  (text) => text.replace("{", '{"__proto__": {"polluted": true}, '),
];
