import type { Command } from "commander";
import { counted } from "../../counted.ts";
import { exitCodes } from "../../errors.ts";
import { syncOptions } from "../../options/folder-options.ts";
import { resolveSyncConfig } from "../../options/resolve-config.ts";
import type { SyncResult } from "../../pipelines/sync.ts";
import { defineCommand } from "./define-command.ts";
import type { Closing } from "./help-closing.ts";

const closing: Closing = {
  examples: ["tidemark sync models/walk --tracking http://127.0.0.1:5000"],
  notes: [
    "The command sends only what is missing on the server, so you can run it again at any time, even after an interruption.",
    "Sends the runs in tracking.jsonl and in the ledger, and the files that manifest.json lists, provided that " +
      "their hashes match. If tracking.jsonl contains anything else, sync rejects the folder before it contacts the " +
      "server. A model is registered only with --register.",
  ],
  exitCodes: [
    [0, "the server has everything"],
    [3, "the server did not accept everything; the output ends with a command that sends what is missing"],
    [2, "wrong usage"],
    [1, "a defect in Tidemark"],
  ],
};

/** `tidemark sync` */
export function syncCommand(): Command {
  return defineCommand({
    name: "sync",
    summary: "report a training run and its streams to an MLflow server that was unreachable at the time",
    description:
      "Sends the runs recorded in a model folder, or in the folder of an interrupted training run, to an MLflow server.",
    options: syncOptions,
    resolve: resolveSyncConfig,
    json: "the result as one line of JSON",
    closing,
    run: async (config, { terminal, json }) => {
      const { sync } = await import("../../pipelines/sync.ts");
      const result = await sync(config, { reporter: { warn: terminal.warn } });
      const { training, streams } = result;
      terminal.detail(
        `read       ${training === null ? "no training log" : "the training log"} and ` +
          `${counted(streams.length, "stream")} of ${config.directory}`,
      );
      if (json) terminal.json(result);
      else terminal.print(...syncLines(result));
      if (syncCommandUnsentParts(result).length > 0) process.exitCode = exitCodes.unsent;
    },
  });
}

interface UnsentPart {
  readonly what: string;
  readonly events: number;
  readonly unit: readonly [one: string, many: string];
  readonly reason: string;
}

function syncCommandUnsentParts({ training, streams }: SyncResult): UnsentPart[] {
  const parts = [
    ...(training === null ? [] : [{ what: "training", unit: ["event", "events"] as const, unsent: training.unsent }]),
    ...streams.map(({ stream, unsent }) => ({ what: `stream ${stream}`, unit: ["batch", "batches"] as const, unsent })),
  ];
  return parts.flatMap(({ what, unit, unsent }) => (unsent === null ? [] : [{ what, unit, ...unsent }]));
}

/** Maximum number of streams with unsent batches that are listed individually. */
const mostUnsent = 10;

/** The lines to print. */
export function syncLines(result: SyncResult): string[] {
  const { training, streams, tracking, command } = result;
  const unsent = syncCommandUnsentParts(result);
  const done = (sent: number, whole: boolean, words: string): string => (sent === 0 && whole ? "nothing new" : words);
  return [
    ...(training === null
      ? []
      : [
          `training   ` +
            `${done(training.sent, training.unsent === null, counted(training.sent, "event"))}${syncPageText(training.page)}`,
          ...training.versions.map((version) => `registered ${version}`),
        ]),
    ...streams
      .filter(({ page, unsent: rest }) => page !== null || rest === null)
      .map(
        ({ stream, sent, page, unsent: rest }) =>
          `stream     ${stream}: ${done(sent, rest === null, counted(sent, "batch", "batches"))}${syncPageText(page)}`,
      ),
    ...unsent
      .slice(0, mostUnsent)
      .map(({ what, events, unit, reason }) => `not sent   ${what}: ${counted(events, ...unit)}: ${reason}`),
    ...(unsent.length <= mostUnsent ? [] : [`not sent   ${counted(unsent.length - mostUnsent, "other stream")}`]),
    command === null
      ? `${tracking} has everything`
      : `${tracking} does not have everything. Send the rest with: ${command}`,
  ];
}

function syncPageText(page: string | null): string {
  return page === null ? "" : `  ${page}`;
}
