import type { Command } from "commander";
import { counted } from "../../counted.ts";
import { resolveStreamsListConfig, resolveStreamsShowConfig } from "../../options/resolve-streams-config.ts";
import { streamsListOptions, streamsShowOptions } from "../../options/streams-options.ts";
import { changeStreamsCommands } from "./change-streams-command.ts";
import { defineCommand, defineGroup } from "./define-command.ts";
import type { Closing } from "./help-closing.ts";
import { shownStreamText, streamListText } from "./streams-text.ts";

const closing: Closing = {
  examples: [
    "tidemark streams list --model models/walk",
    "tidemark streams list --model models/walk --which alarm --out alarms.csv",
    "tidemark streams show wrist-7 --model models/walk --last 20",
    "tidemark streams show wrist-7 --model models/walk --out wrist-7.html",
    "tidemark streams show wrist-7 --model models/walk --out wrist-7.parquet",
    "tidemark streams rename wrist-7 ankle-7 --model models/walk",
    'tidemark streams erase wrist-7 --model models/walk \\\n    --reason "the participant withdrew"',
  ],
  notes: [
    "A stream is silent if nothing has arrived for longer than three times its usual interval, and longer than every " +
      "pause among its last 20 batches.",
    "Evidence is drawn on a scale that ends at the alarm level; a full bar is an alarm, and a dot is a rejected " +
      "batch. A question mark after a state means that the name of the change is provisional.",
  ],
  exitCodes: [
    [0, "done; the exit code does not depend on alarms"],
    [1, "a defect in Tidemark"],
    [2, "wrong usage"],
  ],
};

/** `tidemark streams` */
export function streamsCommand(): Command {
  const list = defineCommand({
    name: "list",
    summary: "list all streams of a model, each with its state, evidence and silence",
    options: streamsListOptions,
    resolve: resolveStreamsListConfig,
    json: "one line of JSON",
    run: async (config, { terminal, json }) => {
      const { listStreams } = await import("../../pipelines/streams.ts");
      const listed = await listStreams(config);
      terminal.detail(`read       ${counted(listed.counts.total, "stream")} in the ledger of ${config.model}`);
      if (json) terminal.json(listed);
      else if (config.out === undefined) terminal.print(...streamListText(listed));
      else terminal.print(`${counted(listed.streams.length, "stream")} written to ${config.out}`);
    },
  });
  const show = defineCommand({
    name: "show",
    summary: "show every batch of a stream with verdict, status, reason, evidence and channels",
    options: streamsShowOptions,
    resolve: resolveStreamsShowConfig,
    json: "one line of JSON",
    run: async (config, { terminal, json }) => {
      const { showStream } = await import("../../pipelines/streams.ts");
      const shown = await showStream(config);
      terminal.detail(`read       stream ${config.stream} in the ledger of ${config.model}`);
      if (json) terminal.json(shown);
      else if (config.out === undefined) terminal.print(...shownStreamText(shown, config.model));
      else terminal.print(`${counted(shown.history.length, "batch", "batches")} written to ${config.out}`);
    },
  });
  return defineGroup({
    name: "streams",
    summary: "list the streams of a model, or show, rename, retire or erase one stream",
    description:
      "Lists the streams of a model with their last verdicts, shows the history of a stream, and renames, retires " +
      "or erases it.",
    commands: [list, show, ...changeStreamsCommands()],
    closing,
  });
}
