import { readFile, stat } from "node:fs/promises";
import { dirname, isAbsolute, join } from "node:path";
import { UserError } from "../errors.ts";
import { kindOfFile } from "../kind-of-file.ts";
import { camelCase, kebabCase } from "../letter-case.ts";
import { explainSystemErrorOnRead } from "../system-error.ts";
import { type Options, showOptionValue } from "./option.ts";
import { type ConfigFile, isOptionsRecord } from "./resolve-options.ts";

/** Maximum size of a config file in bytes; far more than all options together need. */
const largestConfigFile = 2 ** 20;

/** Options that are paths of files or folders. */
const pathOptions: ReadonlySet<string> = new Set([
  ...["files", "labelled", "labels", "map", "model", "from", "out"],
  ...["models", "store", "tokens", "tls-certificate", "tls-key", "alerts"],
  ...["spool", "token-file"],
]);

/**
 * Reads a config file in YAML or JSON; relative paths in the file are relative to its folder.
 * @throws UserError if the file cannot be read, is not a config file, or is too large
 */
export async function readConfigFile(path: string): Promise<ConfigFile> {
  return readConfigFileOf({}, path);
}

/**
 * Reads a config file for one command.
 * @param defined the command's options, which may say whether their values are paths
 * @throws UserError under the same conditions as `readConfigFile`
 */
export async function readConfigFileOf(defined: Options, path: string): Promise<ConfigFile> {
  const text = await readConfigText(path).catch((cause: unknown) => {
    throw explainSystemErrorOnRead(cause, `--config ${path}`);
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
  const options = Object.entries(written).map(([name, value]) => {
    const isPath = defined[camelCase(name)]?.path ?? pathOptions.has(kebabCase(name));
    return [name, isPath || namesFileInConfig(name, value) ? pathFromConfigFolder(folder, value) : value];
  });
  return { path, options: Object.fromEntries(options) };
}

/** For an option that accepts a preset or a file, whether its value is a file. */
function namesFileInConfig(name: string, value: unknown): boolean {
  return name === "network" && typeof value === "string" && /\.m?[jt]s$/.test(value);
}

/** Resolves relative paths against a folder, and leaves URLs and all other values unchanged. */
function pathFromConfigFolder(folder: string, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((own) => pathFromConfigFolder(folder, own));
  const [, sqlite] = /^sqlite:(.+)$/.exec(typeof value === "string" ? value : "") ?? [];
  if (sqlite !== undefined) return `sqlite:${pathFromConfigFolder(folder, sqlite)}`;
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
      advice: "Check the path: recordings are given without --config.",
    });
  }
  return readFile(path, "utf8");
}
