// A command of the command line, made from the definition of its options.
import { Command, Option as CommanderOption } from "commander";
import { kebabCase } from "../../letter-case.ts";
import { defaultText, type Option, type Options } from "../../option.ts";

export interface Definition {
  readonly name: string;
  /** One line, for the list of commands. */
  readonly summary: string;
  /** The help's first paragraph; the summary where there is no more to say. */
  readonly description?: string;
  /** Of the function that does the work; checked by it. */
  readonly options: Options;
  /** Of the command line alone, as --json. */
  readonly printing: Options;
  /** Examples and exit codes. */
  readonly closing?: string;
  /**
   * @param given values as they were written, of those options that were
   * @param printing the same of the command line's own
   */
  readonly run: (given: Given, printing: Given) => Promise<void>;
}

export type Given = Readonly<Record<string, unknown>>;

/** The command, with its arguments and options, which goes on to `run`. */
export function defineCommand({
  name,
  summary,
  description = sentence(summary),
  options,
  printing,
  closing = "",
  run,
}: Definition): Command {
  const command = new Command(name)
    .summary(summary)
    .description(description)
    .usage(usageOf(options))
    .addHelpText("after", closing);
  const ownArguments = Object.entries(options).filter(([, { argument }]) => argument === true);
  for (const [own, option] of ownArguments) {
    command.argument(`[${own}${option.many === undefined ? "" : "..."}]`, described(option));
  }
  for (const [own, option] of Object.entries({ ...options, ...printing })) {
    if (option.argument === true) continue;
    // Commander keeps the order of groups as they are first named.
    command.optionsGroup(option.group ?? "Options:");
    for (const one of commanderOptions(own, option)) command.addOption(one);
  }
  command.action(async () => {
    const given = command.opts<Record<string, unknown>>();
    ownArguments.forEach(([name, { many }], i) => {
      const value: unknown = command.processedArgs[i];
      if (value !== undefined && !(many !== undefined && Array.isArray(value) && value.length === 0))
        given[name] = value;
    });
    const [own, others] = [Object.entries(given), Object.keys(printing)];
    await run(
      Object.fromEntries(own.filter(([name]) => !others.includes(name))),
      Object.fromEntries(own.filter(([name]) => others.includes(name))),
    );
  });
  return command;
}

/** A command that is nothing but its commands. */
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
  closing: string;
}): Command {
  const command = new Command(name)
    .summary(summary)
    .description(description)
    .usage(`${commands.map((own) => own.name()).join("|")} ...`)
    .addHelpText("after", closing);
  for (const own of commands) command.addCommand(own);
  return command;
}

function sentence(words: string): string {
  return `${words[0]!.toUpperCase()}${words.slice(1)}.`;
}

/** "<files...> --model <dir> [options]": what is needed, then the rest. */
function usageOf(options: Options): string {
  const needed = Object.entries(options).filter(([, { presence }]) => presence === "required");
  const words = needed.map(([name, option]) =>
    option.argument === true ? placeholder(option) : `--${kebabCase(name)} ${placeholder(option)}`,
  );
  return [...words, "[options]"].join(" ");
}

function placeholder({ value, many }: Option): string {
  return many === "words" ? `<${value}...>` : `<${value}>`;
}

/** The option, and its former names, which the help does not show. */
function commanderOptions(name: string, option: Option): CommanderOption[] {
  return [name, ...(option.aliases ?? [])].map((own) => {
    const value = option.value === undefined ? "" : ` ${placeholder(option)}`;
    const made = new CommanderOption(`--${kebabCase(own)}${value}`, described(option));
    if (own !== name) made.hideHelp();
    // What is no number goes on as it is, to be refused by name.
    if (option.type === "number") made.argParser((text: string) => numberOr(text));
    if (option.many === "repeated") made.argParser((text: string, before?: string[]) => [...(before ?? []), text]);
    return made;
  });
}

function numberOr(text: string): number | string {
  const number = text.trim() === "" ? Number.NaN : Number(text);
  return Number.isNaN(number) ? text : number;
}

/** The line of the help. */
function described(option: Option): string {
  const choices = Object.entries(option.choices ?? {}).map(([word, about]) =>
    about === "" ? word : `${word} (${about})`,
  );
  const fallback = defaultText(option);
  return [
    option.doc,
    ...(choices.length === 0 ? [] : [`; one of: ${choices.join(", ")}`]),
    ...(fallback === undefined ? [] : [` (default: ${fallback})`]),
    ...(option.presence === "required" ? [" (required)"] : []),
  ].join("");
}
