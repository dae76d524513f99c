import { Command } from "commander";
import { resolveCheckConfig, resolveCompactConfig } from "../../config.ts";
import { counted } from "../../counted.ts";
import type { ByHand } from "../../pipelines/reference.ts";
import { fixed } from "./format.ts";
import { keepOptions, textOption } from "./options.ts";
import { snakeKeys } from "./snake-keys.ts";
import { tableLines } from "./table.ts";
import { print } from "./terminal.ts";

const closing = `
Examples:
  tidemark reference show --model models/walk --stream wrist-7
  tidemark reference exclude 2026-05-04 --model models/walk --stream wrist-7
  tidemark reference reset --model models/walk --stream wrist-7
  tidemark reference compact --model models/walk

The frozen baseline is never touched by any of this.

Exit codes:
  0    done, or nothing to do
  1    a defect of tidemark
  2    wrong use`;

interface Given {
  model?: string;
  stream?: string;
  json?: boolean;
}

/** `tidemark reference` */
export function referenceCommand(): Command {
  const command = new Command("reference")
    .summary("show, correct or reset the rolling reference of a stream")
    .description("Shows what a stream's batches are compared with, takes a batch in or out, or begins again.")
    .usage("show|exclude|accept|reset|compact --model <dir> [--stream <name>]")
    .addHelpText("after", closing);
  const verb = (name: string, summary: string): Command => {
    const own = command.command(name).summary(summary).option("--model <dir>", "the model folder (required)");
    textOption(own, "--stream <name>", "a device, a person, a site", "default");
    return own.option("--json", "print one line of JSON");
  };
  verb("show", "the rolling reference, and what became of the last batches").action(async (given: Given) => {
    const { showReference } = await import("../../pipelines/reference.ts");
    const shown = await showReference(optionsOf(given));
    print(...(given.json === true ? [JSON.stringify(shown.reference)] : shownLines(shown)));
  });
  const byHand = (action: ByHand, summary: string, done: string): void => {
    verb(action, summary)
      .argument("<batch>", "its id")
      .action(async (batch: string, given: Given) => {
        const { decideReference } = await import("../../pipelines/reference.ts");
        const changed = await decideReference(action, batch, optionsOf(given));
        const text = changed ? `batch ${batch} ${done}` : `batch ${batch}: nothing to do, it ${done} already`;
        print(given.json === true ? JSON.stringify({ batch, action, changed }) : text);
      });
  };
  byHand("exclude", "take a batch out of the stream's references", "is out of the references");
  byHand("accept", "take a batch in that alarmed or was doubtful", "is in the references");
  verb("reset", "begin again with empty references").action(async (given: Given) => {
    const { resetReference } = await import("../../pipelines/reference.ts");
    const options = optionsOf(given);
    await resetReference(options);
    const text = `stream ${options.stream} begins again; its batch ids stay taken`;
    print(given.json === true ? JSON.stringify({ reset: options.stream }) : text);
  });
  const compact = command
    .command("compact")
    .summary("shorten what the ledger keeps of old batches, of all streams, and give the space back")
    .option("--model <dir>", "the model folder (required)");
  keepOptions(compact, resolveCompactConfig({ model: "-" }));
  compact.option("--json", "print one line of JSON").action(async ({ json, ...given }: Record<string, unknown>) => {
    const config = resolveCompactConfig(given);
    const { compactLedger } = await import("../../pipelines/compact-ledger.ts");
    const answer = await compactLedger(config);
    const { shortened, bytesBefore, bytesAfter } = answer;
    const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
    const text = `${counted(shortened, "batch", "batches")} shortened; the ledger takes ${megabytes(bytesAfter)}, ${megabytes(bytesBefore)} before`;
    print(json === true ? JSON.stringify(snakeKeys(answer)) : text);
  });
  return command;
}

function optionsOf({ model, stream }: Given): { model: string; stream: string } {
  return resolveCheckConfig({ files: ["-"], model, ...(stream !== undefined && { stream }) });
}

function shownLines({
  reference,
  ledger,
  streams,
}: Awaited<ReturnType<typeof import("../../pipelines/reference.ts").showReference>>): string[] {
  const { batches, aggregated, window_size, last_updated, stream } = reference;
  const channels = Object.keys(aggregated.trend).map((name) => [
    name,
    fixed(aggregated.rolling_mean[name]),
    fixed(aggregated.rolling_std[name]),
    batches.length === 0 ? "-" : aggregated.trend[name]!,
  ]);
  const rows = ledger.map(({ batchId, receivedAt, status, inWindow, reason }) => [
    batchId,
    receivedAt,
    status,
    inWindow ? "yes" : "",
    reason ?? "",
  ]);
  return [
    `reference  stream ${stream ?? "default"}: ${batches.length} of ${window_size} batches, last changed ${last_updated ?? "never"}`,
    ...(batches.length === 0 ? [] : [`           ${batches.map(({ batch_id }) => batch_id).join(", ")}`]),
    "",
    ...tableLines(["channel", "mean", "std", "trend"], channels),
    ...(rows.length === 0
      ? []
      : ["", "last batches", ...tableLines(["batch", "received", "status", "counts", "reason"], rows)]),
    ...(streams.some((name) => name !== (stream ?? "default"))
      ? ["", `streams of this model: ${streams.join(", ")}`]
      : []),
  ];
}
