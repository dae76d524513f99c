// Validates and completes the options given by users. Options arrive as `unknown` values from a config file, the command line
// or the API, named as on the command line (`batch-size`) or as in code (`batchSize`). An error message names the option, what
// was expected and what was found. If a name is unknown, the message suggests the most similar known name, or lists all known
// names if none is similar.
import { z } from "zod";
import { UserError } from "../errors.ts";
import { camelCase, kebabCase } from "../letter-case.ts";
import { nearestName } from "../nearest-name.ts";
import { type Options, type OptionsOf, optionCheckOrDefault, showOptionValue, writtenOptionName } from "./option.ts";

/** Options read from a file, kept separate so that messages can name the file. */
export interface ConfigFile {
  /** The path as the user gave it. */
  path: string;
  /** Names and values as written; they are checked only when they are resolved. */
  options: Record<string, unknown>;
}

/**
 * @param options the option definitions
 * @param given the options given by the user
 * @param file options from a config file, which are used if `given` lacks them
 * @throws UserError if `given` is not an object, a name is unknown, an option is given under two names, a value is invalid, or
 * a required option is missing
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
  const result = resolvedOptionsSchema(defined).safeParse(merged);
  if (result.success) return result.data as Config;
  const issue = result.error.issues[0]!;
  const name = String(issue.path[0]);
  const where = file !== undefined && name in fromFile && !(name in own) ? ` in ${file.path}` : "";
  const isSecret = defined[name]?.secret === true;
  const came = !(name in merged) ? "nothing" : isSecret ? "another value" : showOptionValue(merged[name]);
  const message = `${writtenOptionName(name, defined)}${where}: expected ${issue.message}, got ${came}`;
  const option = defined[name];
  if (name in merged || option === undefined || option.argument === true) throw new UserError(message);
  throw new UserError(message, {
    advice: `Add ${writtenOptionName(name, defined)} <${option.value}>: ${option.doc}.`,
  });
}

/**
 * The schema for each set of options. Schemas are kept, because zod compiles a schema when it is first used, which takes longer
 * than using it.
 */
const optionSchemas = new WeakMap<Options, z.ZodType>();

function resolvedOptionsSchema(defined: Options): z.ZodType {
  const before = optionSchemas.get(defined);
  if (before !== undefined) return before;
  const schema = z.object(
    Object.fromEntries(Object.entries(defined).map(([name, option]) => [name, optionCheckOrDefault(option)])),
  );
  optionSchemas.set(defined, schema);
  return schema;
}

/**
 * The given options, keyed by their camelCase names, without undefined values; `path` is the file that contains them, if any.
 */
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

/** The camelCase names of the options that the user gave. */
export function givenOptionNames(options: Options, given: unknown, file?: ConfigFile): ReadonlySet<string> {
  const written = isOptionsRecord(given) ? resolveGivenOptionNames(given, options, undefined) : {};
  const fromFile = file === undefined ? {} : resolveGivenOptionNames(file.options, options, file.path);
  return new Set([...Object.keys(written), ...Object.keys(fromFile)]);
}

/** Stored options, whose names may be in snake_case, keyed by their current camelCase names; unknown options are kept. */
export function resolveFormerOptionNames(
  stored: Readonly<Record<string, unknown>>,
  defined: Options,
): Record<string, unknown> {
  const present = (name: string): string =>
    Object.keys(defined).find((own) => defined[own]!.aliases?.includes(name)) ?? name;
  return Object.fromEntries(
    Object.entries(stored).map(([name, value]) => [present(camelCase(name.replaceAll("_", "-"))), value]),
  );
}

export function isOptionsRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
