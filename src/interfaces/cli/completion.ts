// Completion scripts, generated from the commands and their option definitions. Each script is self-contained, so completing a
// word starts no other program.
import type { Command } from "commander";
import { kebabCase } from "../../letter-case.ts";
import { flagOption, type Option, type Options } from "../../options/option.ts";

export type Shell = "bash" | "zsh" | "fish";

interface Completed {
  /** Path of a command, for example "models list"; "" for the program itself. */
  readonly path: string;
  readonly commands: readonly { readonly name: string; readonly path: string; readonly summary: string }[];
  /** Words that may come next: subcommands, or the values of an argument. */
  readonly words: readonly string[];
  readonly options: readonly { readonly flag: string; readonly option: Option }[];
  readonly takesFiles: boolean;
}

/** @param optionsOf returns the defined options of a command */
export function completionScript(shell: Shell, program: Command, optionsOf: (command: Command) => Options): string {
  const commands = commandsForCompletion(program, "", optionsOf);
  switch (shell) {
    case "bash":
      return bashCompletion(commands);
    case "zsh":
      return zshCompletion(commands);
    case "fish":
      return fishCompletion(commands);
    default:
      return shell satisfies never;
  }
}

const help: Option = flagOption({ doc: "print the help" });

function commandsForCompletion(command: Command, path: string, optionsOf: (command: Command) => Options): Completed[] {
  const defined = Object.entries(optionsOf(command));
  const named = defined.filter(([, { argument }]) => argument !== true);
  const children = command.commands.map((one) => {
    const name = one.name();
    return { command: one, name, path: path === "" ? name : `${path} ${name}`, summary: one.summary() };
  });
  const own: Completed = {
    path,
    commands: children,
    words: [
      ...children.map(({ name }) => name),
      ...defined.flatMap(([, option]) => (option.argument === true ? Object.keys(option.choices ?? {}) : [])),
    ],
    options: [...named, ["help", help] as const].map(([name, option]) => ({ flag: `--${kebabCase(name)}`, option })),
    takesFiles: defined.some(([, option]) => option.argument === true && isPathCompletion(option)),
  };
  return [own, ...children.flatMap((child) => commandsForCompletion(child.command, child.path, optionsOf))];
}

function completionWords({ choices = {} }: Option): string {
  return Object.keys(choices).join(" ");
}

function isPathCompletion({ value = "" }: Option): boolean {
  return /^(dir|files?|models?|file\.html)$/.test(value);
}

function bashCompletion(commands: readonly Completed[]): string {
  const paths = commands.filter(({ path }) => path !== "").map(({ path }) => (path.includes(" ") ? path : ` ${path}`));
  const nothing = "compopt +o default 2>/dev/null";
  const valued = commands.flatMap(({ path, options }) => {
    const actions = Map.groupBy(
      options.filter(({ option }) => option.value !== undefined),
      ({ option }) =>
        isPathCompletion(option)
          ? ":"
          : option.choices === undefined
            ? nothing
            : `_tidemark_words "${completionWords(option)}"`,
    );
    return [...actions].map(([action, of]) => {
      const patterns = of.map(({ flag }) => `"${path} ${flag}"`).join("|");
      return `    ${patterns}) ${action}; return ;;`;
    });
  });
  const words = commands.map(({ path, words, options, takesFiles }) => {
    const flags = options.map(({ flag }) => flag).join(" ");
    const others = takesFiles ? ":" : `_tidemark_words "${[...words, flags].join(" ")}"`;
    return `    "${path}") if [[ $current == -* ]]; then _tidemark_words "${flags}"; else ${others}; fi ;;`;
  });
  return `# bash completion of tidemark: eval "$(tidemark completion bash)"
_tidemark_words() {
  local IFS=$' \\t\\n'
  COMPREPLY=($(compgen -W "$1" -- "$current"))
}
_tidemark() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} command= i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$command \${COMP_WORDS[i]}" in
      ${paths.map((path) => `"${path}"`).join("|")})
        command="\${command:+$command }\${COMP_WORDS[i]}" ;;
    esac
  done
  case "$command $previous" in
${valued.join("\n")}
  esac
  case "$command" in
${words.join("\n")}
  esac
}
complete -o default -F _tidemark tidemark
`;
}

/** The text as a shell word in single quotes. */
function quoteForCompletion(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function zshCompletion(commands: readonly Completed[]): string {
  const functionOf = (path: string): string =>
    ["_tidemark", ...path.split(/[ -]/).filter((word) => word !== "")].join("_");
  const spec = ({ flag, option }: Completed["options"][number]): string => {
    const doc = option.doc.replaceAll(/[[\]:]/g, "\\$&");
    const repeated = option.many === "repeated" || option.many === "words" ? "*" : "";
    if (option.value === undefined) return quoteForCompletion(`${flag}[${doc}]`);
    const words = completionWords(option);
    const action = isPathCompletion(option) ? "_files" : words === "" ? " " : `(${words})`;
    return quoteForCompletion(`${repeated}${flag}[${doc}]:${option.value}:${action}`);
  };
  const functions = commands.map((own) => {
    const { path, options, takesFiles } = own;
    const flags = options.map((one) => `    ${spec(one)} \\`);
    if (own.commands.length === 0) {
      const rest = takesFiles
        ? "'*:files:_files'"
        : `'*: :${own.words.length === 0 ? "" : `(${own.words.join(" ")})`}'`;
      return `${functionOf(path)}() {\n  _arguments \\\n${flags.join("\n")}\n    ${rest}\n}`;
    }
    const described = own.commands.map(({ name, summary }) =>
      quoteForCompletion(`${name}:${summary.replaceAll(":", "\\:")}`),
    );
    return `${functionOf(path)}() {
  local state line
  local -a known=(
${described.map((text) => `    ${text}`).join("\n")}
  )
  _arguments -C \\
${flags.join("\n")}
    '1: :->command' '*:: :->rest'
  case $state in
    command) _describe command known ;;
    rest)
      case $line[1] in
${own.commands.map((child) => `        ${child.name}) ${functionOf(child.path)} ;;`).join("\n")}
      esac ;;
  esac
}`;
  });
  return `#compdef tidemark
# zsh completion of tidemark: tidemark completion zsh > "\${fpath[1]}/_tidemark"
${functions.join("\n")}
if [ "$funcstack[1]" = "_tidemark" ]; then _tidemark "$@"; else compdef _tidemark tidemark; fi
`;
}

function fishCompletion(commands: readonly Completed[]): string {
  const lines = commands.flatMap(({ path, commands: own, words: next, options, takesFiles }) => {
    const seen = path.split(" ").map((word) => `__fish_seen_subcommand_from ${word}`);
    const here = path === "" ? "__fish_use_subcommand" : seen.join("; and ");
    const before =
      path === "" ? here : `${here}; and not __fish_seen_subcommand_from ${own.map(({ name }) => name).join(" ")}`;
    return [
      ...(own.length === 0 && next.length > 0
        ? [`complete -c tidemark -n ${quoteForCompletion(here)} -a ${quoteForCompletion(next.join(" "))}`]
        : []),
      ...(takesFiles ? [`complete -c tidemark -n ${quoteForCompletion(here)} -F`] : []),
      ...own.map(
        ({ name, summary }) =>
          `complete -c tidemark -n ${quoteForCompletion(before)} -a ${name} -d ${quoteForCompletion(summary)}`,
      ),
      ...options.map(({ flag, option }) => {
        const words = completionWords(option);
        const value =
          option.value === undefined
            ? ""
            : isPathCompletion(option)
              ? " -r -F"
              : words === ""
                ? " -x"
                : ` -x -a ${quoteForCompletion(words)}`;
        return `complete -c tidemark -n ${quoteForCompletion(here)} -l ${flag.slice(2)}${value} -d ${quoteForCompletion(option.doc)}`;
      }),
    ];
  });
  return `# fish completion of tidemark: tidemark completion fish > ~/.config/fish/completions/tidemark.fish
complete -c tidemark -f
${lines.join("\n")}
`;
}
