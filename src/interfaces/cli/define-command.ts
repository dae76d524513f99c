// Builds a CLI command from its option definitions.
import { Command, Option as CommanderOption } from "commander";
import { durationText } from "../../duration-text.ts";
import { UserError } from "../../errors.ts";
import { capitalized, kebabCase } from "../../letter-case.ts";
import { type Option, type Options, optionDefaultText, optionGroup } from "../../options/option.ts";
import { readConfigFileOf } from "../../options/read-config-file.ts";
import type { ConfigFile } from "../../options/resolve-options.ts";
import { configFile, sharedJsonOption, verbosity } from "../../options/shared-options.ts";
import { withoutPassword } from "../../without-password.ts";
import { addHelpClosing, type Closing } from "./help-closing.ts";
import { openTerminal, type Terminal } from "./terminal.ts";

export interface Definition<Config> {
  readonly name: string;
  /** One-line description in the list of commands. */
  readonly summary: string;
  /** The first paragraph of the help. Default: the summary. */
  readonly description?: string;
  readonly options: Options;
  /** Validates the given options and fills in defaults. */
  readonly resolve: (given: unknown, file?: ConfigFile) => Config;
  /** Whether options may also be read from a config file. */
  readonly configFile?: boolean;
  /** What --json prints. */
  readonly json: string;
  readonly closing?: Closing;
  readonly run: (config: Config, shown: Shown) => Promise<void>;
}

export interface Shown {
  readonly terminal: Terminal;
  /** Whether results are printed as JSON. */
  readonly json: boolean;
}

const defined = new WeakMap<Command, Options>();

/** The defined options of a command, including those that exist only on the command line; empty for a group of commands. */
export function optionsOfCommand(command: Command): Options {
  return defined.get(command) ?? {};
}

export function rememberOptionsOfCommand(command: Command, options: Options): void {
  defined.set(command, options);
}

/** The command with its arguments and options. Its action validates them and calls `run`. */
export function defineCommand<Config extends object>(definition: Definition<Config>): Command {
  const { name, summary, description = commandDescription(summary), options, closing, run } = definition;
  const printing: Options = {
    ...(definition.configFile === true && { config: configFile }),
    ...optionGroup("Output:", { json: sharedJsonOption(definition.json), ...verbosity }),
  };
  const command = new Command(name).summary(summary).description(description).usage(commandUsage(options));
  rememberOptionsOfCommand(command, { ...options, ...printing });
  if (closing !== undefined) addHelpClosing(command, closing);
  const ownArguments = Object.entries(options).filter(([, { argument }]) => argument === true);
  for (const [own, option] of ownArguments) {
    command.argument(`[${own}${option.many === undefined ? "" : "..."}]`, describeCommandOption(option));
  }
  for (const [own, option] of Object.entries({ ...options, ...printing })) {
    if (option.argument === true) continue;
    // Commander lists the option groups in the order in which they first occur.
    command.optionsGroup(option.group ?? "Options:");
    for (const one of commanderOptions(own, option)) command.addOption(one);
  }
  command.action(async () => {
    const { config: path, json, quiet, verbose, ...given } = command.opts<Record<string, unknown>>();
    ownArguments.forEach(([name, { many }], i) => {
      const value: unknown = command.processedArgs[i];
      if (value !== undefined && !(many !== undefined && Array.isArray(value) && value.length === 0))
        given[name] = value;
    });
    if (quiet === true && verbose === true)
      throw new UserError("--quiet and --verbose: expected at most one of them, got both");
    const terminal = openTerminal(quiet === true ? "quiet" : verbose === true ? "verbose" : "usual");
    const file = path === undefined ? undefined : await readConfigFileOf(options, String(path));
    const config = definition.resolve(given, file);
    for (const one of Array.isArray(config) ? config : [config]) terminal.detail(commandOptionsLine(one, options));
    const began = performance.now();
    await run(config, { terminal, json: json === true });
    terminal.detail(`time       ${durationText((performance.now() - began) / 1000)} in all`);
  });
  return command;
}

/** All resolved options, including defaults. */
function commandOptionsLine(config: object, options: Options): string {
  const shown = (name: string, value: unknown): string =>
    options[name]?.secret === true ? "(not shown)" : withoutPassword(String(value));
  const words = Object.entries(config).map(([name, value]) => `${kebabCase(name)} ${shown(name, value)}`);
  return `options    ${words.join(", ")}`;
}

/** A command that contains only subcommands. */
export function defineGroup({
  name,
  summary,
  description,
  commands,
  closing,
}: {
  name: string;
  summary: string;
  description: string;
  commands: readonly Command[];
  closing: Closing;
}): Command {
  const command = new Command(name)
    .summary(summary)
    .description(description)
    .usage(`${commands.map((own) => own.name()).join("|")} ...`)
    .helpCommand("help [command]", "print the options of a command");
  addHelpClosing(command, closing);
  for (const own of commands) command.addCommand(own);
  return command;
}

function commandDescription(words: string): string {
  return `${capitalized(words)}.`;
}

/** For example "<files...> --model <dir> [options]": the required parts come first. */
function commandUsage(options: Options): string {
  const needed = Object.entries(options).filter(([, { presence }]) => presence === "required");
  const words = needed.map(([name, option]) =>
    option.argument === true ? commandPlaceholder(option) : `--${kebabCase(name)} ${commandPlaceholder(option)}`,
  );
  return [...words, "[options]"].join(" ");
}

function commandPlaceholder({ value, many }: Option): string {
  return many === "words" ? `<${value}...>` : `<${value}>`;
}

/** The option and its former names, which the help does not show. */
function commanderOptions(name: string, option: Option): CommanderOption[] {
  return [name, ...(option.aliases ?? [])].map((own) => {
    const value = option.value === undefined ? "" : ` ${commandPlaceholder(option)}`;
    const made = new CommanderOption(`--${kebabCase(own)}${value}`, describeCommandOption(option));
    if (own !== name) made.hideHelp();
    // Text that is not a number is left unchanged, so that validation rejects it with a message that names the option.
    if (option.type === "number") made.argParser((text: string) => parseCommandNumber(text));
    if (option.many === "repeated") made.argParser((text: string, before?: string[]) => [...(before ?? []), text]);
    return made;
  });
}

function parseCommandNumber(text: string): number | string {
  const number = text.trim() === "" ? Number.NaN : Number(text);
  return Number.isNaN(number) ? text : number;
}

/** The option's description in the help. */
function describeCommandOption(option: Option): string {
  const choices = Object.entries(option.choices ?? {}).map(([word, about]) =>
    about === "" ? word : `${word} (${about})`,
  );
  const fallback = optionDefaultText(option);
  return [
    option.doc,
    ...(choices.length === 0 ? [] : [`; one of: ${choices.join(", ")}`]),
    ...(fallback === undefined ? [] : [` (default: ${fallback})`]),
    ...(option.presence === "required" ? [" (required)"] : []),
  ].join("");
}
