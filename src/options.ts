// Options as users write them, from a config file, the command line or the API: names as on the command line (`batch-size`) or
// as in code (`batchSize`), checked against a shape. A message names the option, what was expected and what came; a misspelt
// name gets its nearest.
import { readFile } from "node:fs/promises";
import { inspect } from "node:util";
import { parse as parseYaml } from "yaml";
import { z } from "zod";
import { nearestName, UserError } from "./errors.ts";

/** Options read from a file, kept apart so that messages can name it. */
export interface ConfigFile {
  path: string;
  options: Record<string, unknown>;
}

/** Reads a config file: YAML, or JSON, which is a part of it. */
export async function readConfigFile(path: string): Promise<ConfigFile> {
  let content: unknown;
  try {
    content = parseYaml(await readFile(path, "utf8"), { logLevel: "error" });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.split("\n")[0] : String(cause);
    throw new UserError(`--config ${path}: expected a readable YAML or JSON file: ${reason}`, { cause });
  }
  if (!isRecord(content)) {
    throw new UserError(`--config ${path}: expected options with their values, got ${showValue(content)}`, {
      advice: "Write one option a line, as `batch-size: 64`.",
    });
  }
  return { path, options: content };
}

/**
 * @param shape by option; a schema's message says what is expected, as "a number greater than 0"
 * @param file wins where `options` says nothing
 * @param formerNames former name of an option -> the present one
 * @throws UserError on an unknown name, a value that does not fit, or one that is missing
 */
export function resolveOptions<S extends z.ZodRawShape>(
  shape: S,
  options: unknown,
  file?: ConfigFile,
  formerNames: FormerNames = {},
): z.output<z.ZodObject<S>> {
  if (!isRecord(options)) throw new UserError(`expected an object of options, got ${showValue(options)}`);
  const known = Object.keys(shape);
  const fromFile = file === undefined ? {} : normaliseNames(file.options, known, formerNames, file.path);
  const given = normaliseNames(options, known, formerNames, undefined);
  const merged = { ...fromFile, ...given };
  const result = z.object(shape).safeParse(merged);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  const name = String(issue.path[0]);
  const where = file !== undefined && name in fromFile && !(name in given) ? ` in ${file.path}` : "";
  const came = name in merged ? showValue(merged[name]) : "nothing";
  throw new UserError(`${optionName(name)}${where}: expected ${issue.message}, got ${came}`);
}

export type FormerNames = Readonly<Record<string, string>>;

/** What was stored under former names of options, under their present ones. */
export function renameFormer(
  stored: Readonly<Record<string, unknown>>,
  formerNames: FormerNames,
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(stored).map(([name, value]) => [presentName(name, formerNames), value]));
}

function presentName(name: string, formerNames: FormerNames): string {
  return Object.hasOwn(formerNames, name) ? formerNames[name]! : name;
}

/** Camel-cased names, without options that are undefined; `path` is the file they stand in, if any. */
function normaliseNames(
  options: Record<string, unknown>,
  known: readonly string[],
  formerNames: FormerNames,
  path: string | undefined,
): Record<string, unknown> {
  const where = path === undefined ? "" : ` in ${path}`;
  const named: Record<string, unknown> = {};
  for (const [written, value] of Object.entries(options)) {
    if (value === undefined) continue;
    const camelCased = written.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
    const name = presentName(camelCased, formerNames);
    if (!known.includes(name)) {
      const nearest = nearestName(name, known);
      throw new UserError(`unknown option ${JSON.stringify(written)}${where}`, {
        advice:
          nearest === undefined
            ? `Known options: ${known.map(kebabCase).join(", ")}`
            : `Did you mean ${JSON.stringify(kebabCase(nearest))}?`,
      });
    }
    if (name in named) throw new UserError(`${optionName(name)}${where}: expected one value, got it under two names`);
    named[name] = value;
  }
  return named;
}

/** As it is written on the command line; `files` are its arguments. */
function optionName(name: string): string {
  return name === "files" ? "files" : `--${kebabCase(name)}`;
}

function kebabCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** For a message; long ones are cut. */
export function showValue(value: unknown): string {
  if (typeof value === "number") return String(value);
  const text = jsonOrInspected(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

/** YAML and callers can make values that JSON cannot write, as one that contains itself. */
function jsonOrInspected(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return inspect(value, { breakLength: Number.POSITIVE_INFINITY });
  }
}
