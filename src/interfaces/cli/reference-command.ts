import type { Command } from "commander";
import { counted } from "../../counted.ts";
import { snakeKeys } from "../../letter-case.ts";
import { batchOptions, compactOptions, resetOptions, streamOptions } from "../../options/folder-options.ts";
import { resolveOptions } from "../../options/resolve-options.ts";
import { resolveCompactConfig, resolveStreamConfig } from "../../options/resolve-streams-config.ts";
import type { ByHand } from "../../pipelines/reference.ts";
import { defineCommand, defineGroup } from "./define-command.ts";
import type { Closing } from "./help-closing.ts";
import { fixedNumberText } from "./number-text.ts";
import type { Block } from "./terminal.ts";

const closing: Closing = {
  examples: [
    "tidemark reference show --model models/walk --stream wrist-7",
    'tidemark reference exclude 2026-05-04 --model models/walk --stream wrist-7 \\\n    --reason "the strap was loose"',
    "tidemark reference reset --model models/walk --stream wrist-7",
    "tidemark reference compact --model models/walk",
  ],
  notes: [
    "None of these commands changes the frozen baseline.",
    "The ledger records each decision, with its author, time and reason; `tidemark streams show` lists the decisions.",
  ],
  exitCodes: [
    [0, "done, or nothing to do"],
    [1, "a defect in Tidemark"],
    [2, "wrong usage"],
  ],
};

const referenceCommandLedgerLine = ({ model, stream }: { model: string; stream: string }): string =>
  `read       stream ${stream} in the ledger of ${model}`;

/** `tidemark reference` */
export function referenceCommand(): Command {
  const json = "one line of JSON";
  const show = defineCommand({
    name: "show",
    summary: "show the rolling reference and the status of the last batches",
    options: streamOptions,
    resolve: resolveStreamConfig,
    json,
    run: async (config, { terminal, json }) => {
      const { showReference } = await import("../../pipelines/reference.ts");
      const shown = await showReference(config);
      terminal.detail(referenceCommandLedgerLine(config));
      if (json) terminal.json(shown.reference);
      else terminal.print(...referenceShowLines(shown));
    },
  });
  const byHand = (action: ByHand, summary: string, done: string, unchanged: string): Command =>
    defineCommand({
      name: action,
      summary,
      options: batchOptions,
      resolve: (given) => resolveOptions(batchOptions, given),
      json,
      run: async ({ batch, ...config }, { terminal, json }) => {
        const { decideReference } = await import("../../pipelines/reference.ts");
        const changed = await decideReference(action, batch, config);
        terminal.detail(referenceCommandLedgerLine(config));
        const text = `batch ${batch} ${changed ? done : `${unchanged}; nothing to do`}`;
        if (json) terminal.json({ batch, action, changed });
        else terminal.print(text);
      },
    });
  const reset = defineCommand({
    name: "reset",
    summary: "clear the references and start again",
    options: resetOptions,
    resolve: (given) => resolveOptions(resetOptions, given),
    json,
    run: async (config, { terminal, json }) => {
      const { resetReference } = await import("../../pipelines/reference.ts");
      await resetReference(config);
      terminal.detail(referenceCommandLedgerLine(config));
      const text = `stream ${config.stream} starts again with empty references; its batch ids cannot be used again`;
      if (json) terminal.json({ reset: config.stream });
      else terminal.print(text);
    },
  });
  const compact = defineCommand({
    name: "compact",
    summary: "shorten the ledger's records of old batches in all streams, and free the space",
    options: compactOptions,
    resolve: resolveCompactConfig,
    json,
    run: async (config, { terminal, json }) => {
      const { compactLedger } = await import("../../pipelines/compact-ledger.ts");
      const answer = await compactLedger(config);
      terminal.detail(`read       the ledger of ${config.model}`);
      const { shortened, damaged, bytesBefore, bytesAfter } = answer;
      for (const { stream, batch } of damaged)
        terminal.warn(`the stored result of batch "${batch}" of stream "${stream}" is damaged; it was left unchanged`);
      const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
      const text = `records of ${counted(shortened, "batch", "batches")} shortened; the ledger now takes up ${megabytes(bytesAfter)} instead of ${megabytes(bytesBefore)}`;
      if (json) terminal.json(snakeKeys(answer));
      else terminal.print(text);
    },
  });
  return defineGroup({
    name: "reference",
    summary: "show, correct or reset the rolling reference of a stream",
    description: "Shows the references of a stream, adds or removes a batch, or clears the references.",
    commands: [
      show,
      byHand(
        "exclude",
        "remove a batch from the stream's references",
        "is no longer in the references",
        "was not in the references",
      ),
      byHand(
        "accept",
        "add a batch that raised an alarm or was marked doubtful",
        "is now in the references",
        "was already in the references",
      ),
      reset,
      compact,
    ],
    closing,
  });
}

function referenceShowLines({
  reference,
  ledger,
  streams,
}: Awaited<ReturnType<typeof import("../../pipelines/reference.ts").showReference>>): Block[] {
  const { batches, aggregated, window_size, last_updated, stream } = reference;
  const channels = Object.keys(aggregated.trend).map((name) => [
    name,
    fixedNumberText(aggregated.rolling_mean[name]),
    fixedNumberText(aggregated.rolling_std[name]),
    batches.length === 0 ? "-" : aggregated.trend[name]!,
  ]);
  const rows = ledger.map(({ batchId, receivedAt, status, inReferences, reason }) => [
    batchId,
    receivedAt,
    status,
    inReferences ? "yes" : "",
    reason ?? "",
  ]);
  return [
    `reference  stream ${stream ?? "default"}: ${batches.length} of ${window_size} batches, last changed ` +
      `${last_updated ?? "never"}`,
    ...(batches.length === 0 ? [] : [`           ${batches.map(({ batch_id }) => batch_id).join(", ")}`]),
    "",
    { headers: ["channel", "mean", "std", "trend"], rows: channels },
    ...(rows.length === 0
      ? []
      : ["", "last batches", { headers: ["batch", "received", "status", "used", "reason"], rows }]),
    ...(streams.some((name) => name !== (stream ?? "default"))
      ? ["", `streams of this model: ${streams.join(", ")}`]
      : []),
  ];
}
