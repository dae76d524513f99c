// Checks and completes the options that users write. They come as `unknown` from a config file, the command line or the API, with
// names as on the command line (`batch-size`) or as in code (`batchSize`). An error message names the option, what was expected and
// what came instead. For a misspelt name, it suggests the most similar one.
import { readFile, stat } from "node:fs/promises";
import { dirname, isAbsolute, join } from "node:path";
import { inspect } from "node:util";
import { z } from "zod";
import { nearestName, UserError } from "./errors.ts";
import { kindOfFile } from "./kind-of-file.ts";
import { camelCase, kebabCase } from "./letter-case.ts";
import type { Option, Options, OptionsOf } from "./option.ts";
import { explainSystemReadError } from "./system-error.ts";

/** Options read from a file, kept apart so that messages can name it. */
export interface ConfigFile {
  /** The path as the user gave it. */
  path: string;
  /** Names and values as written, checked only when they are resolved. */
  options: Record<string, unknown>;
}

/** Far more than all options together take up. */
const largestConfigFile = 2 ** 20;

/** Options that are paths of files or folders. */
const pathOptions: ReadonlySet<string> = new Set(["files", "labelled", "labels", "map", "model", "out"]);

/** Reads a config file in YAML or JSON; its relative paths start in its folder. @throws UserError if it is not a file of options, or too large */
export async function readConfigFile(path: string): Promise<ConfigFile> {
  const text = await readConfigText(path).catch((cause: unknown) => {
    throw explainSystemReadError(cause, `--config ${path}`);
  });
  const { parse } = await import("yaml");
  let content: unknown;
  try {
    content = parse(text, { logLevel: "error" });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.split("\n")[0] : String(cause);
    throw new UserError(`--config ${path}: expected a readable YAML or JSON file: ${reason}`, { cause });
  }
  if (!isOptionsRecord(content)) {
    throw new UserError(`--config ${path}: expected options with their values, got ${showOptionValue(content)}`, {
      advice: "Write one option per line, for example `batch-size: 64`.",
    });
  }
  // `$schema` tells editors which schema a JSON file follows.
  const { $schema: _, ...written } = content;
  const folder = dirname(path);
  const options = Object.entries(written).map(([name, value]) => [
    name,
    pathOptions.has(name) || isOwnNetwork(name, value) ? pathFromFolder(folder, value) : value,
  ]);
  return { path, options: Object.fromEntries(options) };
}

/** Whether an option that names either a preset or a file names a file. */
function isOwnNetwork(name: string, value: unknown): boolean {
  return name === "network" && typeof value === "string" && /\.m?[jt]s$/.test(value);
}

/** Joins relative paths to a folder, and leaves URLs and all other values as they are. */
function pathFromFolder(folder: string, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((own) => pathFromFolder(folder, own));
  const isRelative =
    typeof value === "string" && value !== "" && !isAbsolute(value) && !/^[a-z][a-z0-9+.-]+:\/\//i.test(value);
  return isRelative && folder !== "." ? join(folder, value) : value;
}

async function readConfigText(path: string): Promise<string> {
  const found = await stat(path);
  // A pipe would make the reader wait forever, and some devices never end.
  if (!found.isFile()) throw new UserError(`--config ${path}: expected a file, found ${kindOfFile(found)}`);
  if (found.size > largestConfigFile) {
    throw new UserError(`--config ${path}: expected at most 1 MiB of options, found ${found.size} bytes`, {
      advice: "Check the path: recordings are named without --config.",
    });
  }
  return readFile(path, "utf8");
}

/** The schema that checks one option. It allows the option to be absent, or fills in its default. */
export function optionCheckOrDefault({ check, presence, default: value }: Option): z.ZodType {
  if (presence === "optional") return check.exactOptional();
  return presence === "default" ? check.default(value) : check;
}

/**
 * @param options the definitions
 * @param given what the user gave
 * @param file options from a config file, used if `given` does not have them
 * @throws UserError on an unknown name, an invalid value, or a missing option
 */
export function resolveOptions<Config extends object>(
  options: OptionsOf<Config>,
  given: unknown,
  file?: ConfigFile,
): Config {
  if (!isOptionsRecord(given)) throw new UserError(`expected an object of options, got ${showOptionValue(given)}`);
  const defined: Options = options;
  const fromFile = file === undefined ? {} : resolveGivenOptionNames(file.options, defined, file.path);
  const own = resolveGivenOptionNames(given, defined, undefined);
  const merged = { ...fromFile, ...own };
  const shape = Object.fromEntries(
    Object.entries(defined).map(([name, option]) => [name, optionCheckOrDefault(option)]),
  );
  const result = z.object(shape).safeParse(merged);
  if (result.success) return result.data as Config;
  const issue = result.error.issues[0]!;
  const name = String(issue.path[0]);
  const where = file !== undefined && name in fromFile && !(name in own) ? ` in ${file.path}` : "";
  const came = name in merged ? showOptionValue(merged[name]) : "nothing";
  throw new UserError(`${writtenOptionName(name, defined)}${where}: expected ${issue.message}, got ${came}`);
}

/** Options by their names in code, without undefined ones; `path` is the file they come from, if any. */
function resolveGivenOptionNames(
  given: Record<string, unknown>,
  defined: Options,
  path: string | undefined,
): Record<string, unknown> {
  const where = path === undefined ? "" : ` in ${path}`;
  const known = Object.keys(defined);
  const byName: Record<string, unknown> = {};
  for (const [written, value] of Object.entries(given)) {
    if (value === undefined) continue;
    const camel = camelCase(written);
    const name = known.find((own) => own === camel || defined[own]!.aliases?.includes(camel));
    if (name === undefined) {
      const nearest = nearestName(camel, known);
      throw new UserError(`unknown option ${JSON.stringify(written)}${where}`, {
        advice:
          nearest === undefined
            ? `Known options: ${known.map(kebabCase).join(", ")}`
            : `Did you mean ${JSON.stringify(kebabCase(nearest))}?`,
      });
    }
    if (name in byName) {
      throw new UserError(
        `${writtenOptionName(name, defined)}${where}: expected one value, got two, under different names`,
      );
    }
    byName[name] = value;
  }
  return byName;
}

/** Which of the defined options the user gave, by their names in code. */
export function givenOptionNames(options: Options, given: unknown, file?: ConfigFile): ReadonlySet<string> {
  const written = isOptionsRecord(given) ? resolveGivenOptionNames(given, options, undefined) : {};
  const fromFile = file === undefined ? {} : resolveGivenOptionNames(file.options, options, file.path);
  return new Set([...Object.keys(written), ...Object.keys(fromFile)]);
}

/** Stored options, in snake_case or as in code, under their present names; unknown ones are kept. */
export function resolveStoredOptionNames(
  stored: Readonly<Record<string, unknown>>,
  defined: Options,
): Record<string, unknown> {
  const present = (name: string): string =>
    Object.keys(defined).find((own) => defined[own]!.aliases?.includes(name)) ?? name;
  return Object.fromEntries(
    Object.entries(stored).map(([name, value]) => [present(camelCase(name.replaceAll("_", "-"))), value]),
  );
}

/** The option as written on the command line. */
function writtenOptionName(name: string, defined: Options): string {
  return defined[name]?.argument === true ? name : `--${kebabCase(name)}`;
}

function isOptionsRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A value as a message shows it; a long one is truncated. */
export function showOptionValue(value: unknown): string {
  if (typeof value === "number") return String(value);
  const text = inspectOptionValue(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

/** YAML and callers can produce values that JSON cannot represent, such as one that contains itself. */
function inspectOptionValue(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return inspect(value, { breakLength: Number.POSITIVE_INFINITY });
  }
}
