// Every command's help fits the width of the terminal, or 80 columns if there is no terminal.
import { stripVTControlCharacters } from "node:util";
import type { Command } from "commander";
import { describe, expect, it } from "vitest";
import { displayWidth } from "../../../src/interfaces/cli/display-width.ts";
import { createProgram } from "../../../src/interfaces/cli/program.ts";

function all(command: Command): Command[] {
  return [command, ...command.commands.flatMap(all)];
}

function helpOf(command: Command, width: number): string {
  let text = "";
  command.configureHelp({ ...command.configureHelp(), helpWidth: width });
  command.configureOutput({
    ...command.configureOutput(),
    writeOut: (part) => {
      text += part;
    },
    getOutHasColors: () => true,
  });
  command.outputHelp();
  return stripVTControlCharacters(text);
}

const names = all(createProgram()).map((command) => pathOf(command));

function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;
}

describe.each([80, 60])("help in %i columns", (width) => {
  it.each(names)("%s", (name) => {
    const command = all(createProgram()).find((own) => pathOf(own) === name)!;
    const lines = helpOf(command, width).split("\n");
    // An example is one command, so it is not wrapped.
    const wide = lines.filter((line) => displayWidth(line) > width && !/^ {2,}(tidemark |--)/.test(line));
    expect(wide).toEqual([]);
    if (width === 80) for (const line of lines) expect(displayWidth(line), line).toBeLessThanOrEqual(80);
  });
});
