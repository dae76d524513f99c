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

/** A former name that still works; no help mentions it. */
export function formerOption(command: Command, flags: string): void {
  numberOption(command, flags, "");
  command.options.at(-1)!.hideHelp();
}

/** The columns of recordings that a model is shown; their channels are named by the model's. */
export function sensorColumnOptions(command: Command): void {
  textOption(command, "--group <name>", "who wore the sensor");
  textOption(command, "--recording <name>", "one uninterrupted recording");
  textOption(command, "--time <name>", "when the sample was taken, as timestamp_s");
  textOption(command, "--channels <names>", "sensor columns, with commas, in the order of the model's");
  pathColumnsOption(command);
}

export function pathColumnsOption(command: Command): void {
  textOption(command, "--path-columns <names>", "columns taken from folders called name=value, with commas");
}

/** How long a ledger keeps what it knows of batches. */
export function keepOptions(command: Command, defaults: { keepDays: number; keepMegabytes: number }): void {
  numberOption(
    command,
    "--keep-days <n>",
    "days to keep whole answers, and batches outside of every reference",
    defaults.keepDays,
  );
  numberOption(
    command,
    "--keep-megabytes <n>",
    "of the ledger; above it the oldest are shortened",
    defaults.keepMegabytes,
  );
}

/** Where a command reports. `experiment` says what the option means there, `register` what becomes a version, if anything. */
export function trackingOptions(
  command: Command,
  { experiment, register }: { experiment: readonly [about: string, shownDefault: string]; register?: string },
): void {
  command.optionsGroup("Reporting to MLflow (credentials and TLS by its environment variables):");
  textOption(command, "--tracking <uri>", "the server, or none", "MLFLOW_TRACKING_URI");
  textOption(command, "--experiment <name>", ...experiment);
  if (register === undefined) return;
  textOption(command, "--register <name>", `make ${register} a version of this registered model`);
  textOption(command, "--alias <name>", "of that version, as champion");
}

function withDefault(description: string, value: string | number | undefined): string {
  return value === undefined ? description : `${description} (default: ${value})`;
}
