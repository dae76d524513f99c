import type { Command } from "commander";
import { counted } from "../../counted.ts";
import { durationText } from "../../duration-text.ts";
import { type SnakeKeys, snakeKeys } from "../../letter-case.ts";
import { convertOptions } from "../../options/convert-options.ts";
import { resolveConvertConfig } from "../../options/resolve-config.ts";
import type { ConvertResult } from "../../pipelines/convert.ts";
import { defineCommand } from "./define-command.ts";
import type { Closing } from "./help-closing.ts";
import { recordingsDroppedText } from "./recordings-text.ts";
import type { Block } from "./terminal.ts";

const closing: Closing = {
  examples: [
    'tidemark convert "export/*.csv" --out clean.parquet',
    "tidemark convert raw.csv --out clean.csv --units auto",
  ],
  notes: [
    "The table has the columns user, activity (if there are labels), recording, timestamp_s, and the channels. Reading " +
      "the table gives the same windows as reading the original files. Rows without a label are included.",
  ],
  exitCodes: [
    [0, "done"],
    [1, "a defect in Tidemark"],
    [2, "wrong usage or unreadable files; nothing was written"],
  ],
};

/** `tidemark convert` */
export function convertCommand(): Command {
  return defineCommand({
    name: "convert",
    summary: "write recordings as one clean table, in SI units",
    description:
      "Reads recordings as train would, and writes them as one clean table, with accelerations in m/s^2 and rotation " +
      "rates in rad/s if their units are known (see --units).",
    options: convertOptions,
    resolve: resolveConvertConfig,
    configFile: true,
    json: "the result as one line of JSON (schema: convert_result.schema.json)",
    closing,
    run: async (config, { terminal, json }) => {
      const { convert } = await import("../../pipelines/convert.ts");
      const result = await convert(config, { reporter: { warn: terminal.warn } });
      terminal.detail(`read       ${counted(result.quality.rows.read, "row")} of ${config.files.join(", ")}`);
      if (json) terminal.json(printedConvertResult(result));
      else terminal.print(...convertCommandBlocks(result));
    },
  });
}

/** What --json prints. */
export type PrintedConversion = Omit<SnakeKeys<ConvertResult>, "channels"> & {
  channels: SnakeKeys<ConvertResult["channels"][number]>[];
};

function printedConvertResult(result: ConvertResult): PrintedConversion {
  return { ...snakeKeys(result), channels: result.channels.map((channel) => snakeKeys(channel)) };
}

function convertCommandBlocks({ quality, channels, unusedColumns, rows, out, seconds }: ConvertResult): Block[] {
  const { columns } = quality;
  const roles = [
    [columns.group ?? "(none)", "user"],
    ...(columns.label === null ? [] : [[columns.label, "activity"] as const]),
    [columns.recording ?? "(file name)", "recording"],
    [`${columns.time ?? "(row number)"}`, "timestamp_s"],
  ] as const;
  const clock =
    columns.time_unit === "timestamp" ? "date and time" : columns.time_unit === "index" ? "" : columns.time_unit;
  const table = [
    ...roles.map(([from, to]) => [
      from,
      to,
      to === "timestamp_s" ? clock : "",
      to === "timestamp_s" ? "s" : "",
      "",
      "",
    ]),
    ...channels.map(({ from, to, unitFrom, unitTo, factor, because }) => [
      from,
      to,
      unitFrom ?? "unknown",
      unitTo ?? "unknown",
      factor === null ? "by person" : factor === 1 ? "" : `${Number(factor.toPrecision(8))}`,
      because,
    ]),
  ];
  return [
    { headers: ["from", "to", "unit", "unit written", "times", "because"], rows: table },
    "",
    ...(unusedColumns.length === 0 ? [] : [`not read   ${unusedColumns.join(", ")}`]),
    ...recordingsDroppedText(quality, null).map((line) => `left out   ${line}`),
    `written    ${counted(rows, "row")} of ${counted(quality.users, "person", "people")} in ` +
      `${counted(quality.recordings, "recording")}, in ${durationText(seconds)}`,
    out,
  ];
}
