// Compares names that differ only in how they are written: P01 and p01, 1 and 01 and 1.0, "Walking " and walking. If each
// spelling were a separate name, one person could be in both training and test data, and one class would become two. Therefore,
// the first spelling replaces all others.

import type { Reporter } from "../../reporter.ts";
import type { ColumnRoles } from "./column-roles.ts";

/**
 * Returns equal keys for names that differ only in letter case, in spaces, hyphens or underscores next to letters, or in the
 * form of numbers.
 */
export function spellingKey(name: string): string {
  const written = name.normalize("NFKC").toLowerCase().trim().replace(/\s+/g, " ");
  const number = /^\+?0*(\d+?)(?:\.0*|\.(\d*?[1-9])0*)?$/.exec(written);
  if (number !== null) return number[2] === undefined ? number[1]! : `${number[1]}.${number[2]}`;
  return written.replace(/(?<=\p{L})[\s_-]+|[\s_-]+(?=\p{L})/gu, "").replace(/(?<=^|\p{L})0+(?=\d)/gu, "");
}

/** Collects the spellings of each name, in order of first appearance. */
export class Spellings {
  readonly #known: ReadonlySet<string>;
  readonly #firsts = new Map<string, string>();
  readonly #others = new Map<string, Set<string>>();

  /** @param known names whose spelling takes precedence over all others */
  constructor(known: readonly string[] = []) {
    this.#known = new Set(known);
    for (const name of known) this.#firsts.set(spellingKey(name), name);
  }

  /** Returns the first spelling of a name. */
  first(name: string): string {
    if (this.#known.has(name)) return name;
    const key = spellingKey(name);
    const first = this.#firsts.get(key);
    if (first === undefined) {
      this.#firsts.set(key, name);
      return name;
    }
    if (first !== name) this.#others.set(first, (this.#others.get(first) ?? new Set()).add(name));
    return first;
  }

  /** Yields each name that has several spellings: the first spelling, then the others. */
  *several(): Generator<[first: string, others: readonly string[]]> {
    for (const [first, others] of this.#others) yield [first, [...others]];
  }
}

export function warnOfSpellings(
  { people, classes }: { readonly people: Spellings; readonly classes: Spellings },
  roles: ColumnRoles,
  warn: Reporter["warn"],
): void {
  for (const [first, others] of people.several()) {
    const found = [first, ...others].map((name) => JSON.stringify(name)).join(" and ");
    warn(
      `Column "${roles.group}": ${found} are read as one person, ${JSON.stringify(first)}. If these names stand for different people, rename them.`,
    );
  }
  for (const [first, others] of classes.several()) {
    const found = [first, ...others].map((name) => JSON.stringify(name)).join(" and ");
    warn(
      `Column "${roles.label}": ${found} are read as one class, ${JSON.stringify(first)}. If these labels stand for different classes, rename them.`,
    );
  }
}
