// Options of the commands. Their values go to src/config.ts as they were written, where they are checked and completed;
// the defaults that the help shows come from there too.
import { type Command, Option } from "commander";

/** Adds an option whose value is a text. `shownDefault` is for the help only. */
export function textOption(command: Command, flags: string, description: string, shownDefault?: string): void {
  command.addOption(new Option(flags, withDefault(description, shownDefault)));
}

/** Adds an option whose value is a number; a text that is none goes on as it is, for config.ts to refuse by name. */
export function numberOption(command: Command, flags: string, description: string, shownDefault?: number): void {
  command.addOption(
    new Option(flags, withDefault(description, shownDefault)).argParser((value: string): number | string => {
      const number = value.trim() === "" ? Number.NaN : Number(value);
      return Number.isNaN(number) ? value : number;
    }),
  );
}

function withDefault(description: string, value: string | number | undefined): string {
  return value === undefined ? description : `${description} (default: ${value})`;
}
