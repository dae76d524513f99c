import type { Command } from "commander";
import { UserError } from "../../errors.ts";
import { type SnakeKeys, snakeKeys } from "../../letter-case.ts";
import { inspectOptions } from "../../options/inspect-options.ts";
import { resolveInspectConfig } from "../../options/resolve-config.ts";
import type { InspectResult } from "../../pipelines/inspect.ts";
import { defineCommand } from "./define-command.ts";
import type { Closing } from "./help-closing.ts";
import { inspectText } from "./inspect-text.ts";

const closing: Closing = {
  examples: ["tidemark inspect recordings.parquet", 'tidemark inspect "data/*.csv" --group subject --out inspect.html'],
  notes: [
    "Recordings are read, cut into windows and split exactly as train would do it with the same options. Nothing is " +
      "trained, and no recording is changed.",
  ],
  exitCodes: [
    [0, "train would accept these recordings"],
    [1, "a defect in Tidemark"],
    [2, "wrong usage, or recordings that train would refuse; the message is the one that train would print"],
  ],
};

/** `tidemark inspect` */
export function inspectCommand(): Command {
  return defineCommand({
    name: "inspect",
    summary: "show how train would read recordings, and whether it would accept them",
    description:
      "Reads recordings exactly as train would, and shows files, columns, sensors and units, clocks, people, " +
      "activities, what would be left out and why, and ten seconds of every channel.",
    options: inspectOptions,
    resolve: resolveInspectConfig,
    configFile: true,
    json: "what was read, or why the files could not be read, as one line of JSON (schema: inspect_result.schema.json)",
    closing,
    run: async (config, { terminal, json }) => {
      const { inspect } = await import("../../pipelines/inspect.ts");
      const result = await inspect(config, { reporter: { warn: terminal.warn } }).catch((error: unknown) => {
        if (json && error instanceof UserError) terminal.json(printedInspectFailure(error));
        throw error;
      });
      if (json) terminal.json(printedInspectResult(result));
      else terminal.print(...inspectText(result));
      if (result.out !== null) terminal.inform(`report: ${result.out}`);
      if (result.refusal === null) return;
      const { message, details, advice } = result.refusal;
      throw new UserError(message, { details, ...(advice === null ? {} : { advice }) });
    },
  });
}

type Windows = NonNullable<InspectResult["windows"]>;

/** The output for --json: everything except the samples. */
export type PrintedInspection = Omit<SnakeKeys<InspectResult>, "excerpts" | "windows" | "folds"> & {
  windows: (Omit<SnakeKeys<Windows>, "dropped"> & { dropped: SnakeKeys<Windows["dropped"]> }) | null;
  folds: SnakeKeys<NonNullable<InspectResult["folds"]>[number]>[] | null;
};

/** The output for --json if the files cannot be read completely. */
export interface PrintedFailure {
  error: NonNullable<InspectResult["refusal"]>;
}

function printedInspectFailure({ headline: message, details, advice }: UserError): PrintedFailure {
  return { error: { message, details, advice: advice ?? null } };
}

function printedInspectResult({ excerpts: _, ...result }: InspectResult): PrintedInspection {
  const { windows, folds } = result;
  return {
    ...snakeKeys(result),
    windows: windows === null ? null : { ...snakeKeys(windows), dropped: snakeKeys(windows.dropped) },
    folds: folds === null ? null : folds.map((fold) => snakeKeys(fold)),
  };
}
