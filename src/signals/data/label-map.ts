// Maps labels to classes: gives names to codes, merges labels, and leaves labels out. Labels that are not listed stay
// unchanged.

import { readFile } from "node:fs/promises";
import { UserError } from "../../errors.ts";
import type { Reporter } from "../../reporter.ts";
import { shellCommand } from "../../shell-words.ts";
import { namesOfCodesInText } from "../files/code-names.ts";
import { spellingKey } from "./spellings.ts";

export class LabelMap {
  /** Class of each label, by its spelling; null if the label is left out. */
  readonly #classes: ReadonlyMap<string, string | null>;
  readonly #listed: readonly string[];
  readonly #met = new Set<string>();
  /** Whether the classes come from the model's training rather than from options. */
  readonly inherited: boolean;

  constructor(entries: readonly (readonly [label: string, of: string | null])[], inherited = false) {
    this.inherited = inherited;
    this.#classes = new Map(entries.map(([label, of]) => [spellingKey(label), of]));
    this.#listed = entries.map(([label]) => label);
  }

  /** Returns the class of a label; null if the label is left out. */
  classOf(label: string): string | null {
    const key = spellingKey(label);
    const found = this.#classes.get(key);
    if (found === undefined) return label;
    this.#met.add(key);
    return found;
  }

  /** Returns the labels left out so far. */
  leftOut(): string[] {
    return this.#listed.filter(
      (label) => this.#met.has(spellingKey(label)) && this.#classes.get(spellingKey(label)) === null,
    );
  }

  /** Returns the class of each listed label (null if the label is left out); undefined if no label is listed. */
  entries(): Record<string, string | null> | undefined {
    if (this.#listed.length === 0) return undefined;
    return Object.fromEntries(this.#listed.map((label) => [label, this.#classes.get(spellingKey(label))!]));
  }

  /** Returns the listed labels found so far, each with its class; null if the label is left out. */
  changed(): [label: string, of: string | null][] {
    return this.#listed
      .filter((label) => this.#met.has(spellingKey(label)))
      .map((label) => [label, this.#classes.get(spellingKey(label))!]);
  }

  /** Returns the listed labels that occur in no row. */
  unmet(): string[] {
    return this.#listed.filter((label) => !this.#met.has(spellingKey(label)));
  }
}

const advice =
  'Write one line per label, such as "1: walking" (rename), "jogging: running" (merge) or "0: null" (leave out), or one per class, such as "stairs: [upstairs, downstairs]".';

/**
 * @param file YAML or JSON file with entries LABEL: CLASS, LABEL: null, or CLASS: [LABEL, ...]
 * @param exclude labels to leave out
 * @param recorded classes recorded when the model was trained; used if there is neither a file nor a label to leave out
 * @throws UserError if the file cannot be read, or maps a label twice
 */
export async function readLabelMap(
  file: string | undefined,
  exclude: readonly string[] | undefined,
  recorded: Readonly<Record<string, string | null>> = {},
): Promise<LabelMap> {
  if (file === undefined && exclude === undefined) return new LabelMap(Object.entries(recorded), true);
  const entries: [string, string | null][] = (exclude ?? []).map((label) => [label, null]);
  if (file !== undefined) {
    const text = await readFile(file, "utf8").catch((cause: NodeJS.ErrnoException) => {
      throw new UserError(`--map ${file}: could not be read: ${cause.code ?? cause.message}`, {
        advice: "Check the path.",
        cause,
      });
    });
    entries.push(...(await labelMapEntries(text, file)));
  }
  const keys = entries.map(([label]) => spellingKey(label));
  const twice = entries.find((_, i) => keys.indexOf(keys[i]!) !== i);
  if (twice !== undefined) {
    throw new UserError(`The label ${JSON.stringify(twice[0])} is mapped twice, by --map or --exclude.`, {
      advice: "Give each label one class.",
    });
  }
  return new LabelMap(entries);
}

async function labelMapEntries(text: string, file: string): Promise<[string, string | null][]> {
  const { parse } = await import("yaml");
  const refuse = (cause?: unknown): never => {
    throw new UserError(`--map ${file}: expected labels and their classes.`, { advice, cause });
  };
  let parsed: unknown;
  try {
    // With the failsafe schema, values such as `1.0` and `no` are kept as text.
    parsed = parse(text, { schema: "failsafe" });
  } catch (cause) {
    return refuse(cause);
  }
  if (typeof parsed === "string") return namesOfCodesInText(text) ?? refuse();
  if (parsed === null || typeof parsed !== "object" || Array.isArray(parsed)) return refuse();
  return Object.entries(parsed).flatMap(([name, of]): [string, string | null][] => {
    if (Array.isArray(of) && of.every((label) => typeof label === "string")) return of.map((label) => [label, name]);
    if (typeof of === "string") return [[name, of === "null" || of === "~" || of === "" ? null : of]];
    return refuse();
  });
}

const noActivity =
  /^(un(label+ed|annotated|defined|known)|no(t|ne)?([ _-]?(label+(ed)?|annotated|activity))?|null([ _-]?class)?)$/i;

/** Warns about classes whose names say that there is no activity, because they would be learned as if they were activities. */
export function warnOfClassesWithoutActivity(classes: Iterable<string | null>, warn: Reporter["warn"]): void {
  const found = [...new Set(classes)].filter((name) => name !== null && noActivity.test(name.trim()));
  if (found.length === 0) return;
  warn(
    `The label ${found.map((name) => JSON.stringify(name)).join(", ")} is read as an activity. If it marks time without a label, add ${shellCommand("--exclude", found.join(","))}`,
  );
}

export function warnOfLabelMap(labels: LabelMap, warn: Reporter["warn"]): void {
  if (labels.inherited) {
    const read = labels.changed().map(([label, of]) => (of === null ? `${label} is left out` : `${label} is ${of}`));
    if (read.length > 0)
      warn(
        `Labels are mapped to classes as in training: ${read.join(", ")}. To use other classes, add --map or --exclude.`,
      );
    return;
  }
  const [leftOut, unmet] = [labels.leftOut(), labels.unmet()];
  if (leftOut.length > 0) warn(`Rows with the label ${leftOut.join(", ")} are left out because of --map or --exclude.`);
  if (unmet.length > 0) warn(`No row has the label ${unmet.join(", ")}, which --map or --exclude lists.`);
}
