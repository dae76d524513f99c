import type { Command } from "commander";
import { counted } from "../../counted.ts";
import {
  resolveStreamsChangeConfig,
  resolveStreamsEraseConfig,
  resolveStreamsRenameConfig,
} from "../../options/resolve-streams-config.ts";
import { streamsChangeOptions, streamsEraseOptions, streamsRenameOptions } from "../../options/streams-options.ts";
import { defineCommand } from "./define-command.ts";

const json = "one line of JSON";

/** The commands of `tidemark streams` that change a stream. */
export function changeStreamsCommands(): Command[] {
  const rename = defineCommand({
    name: "rename",
    summary: "rename a stream; its history and references are kept",
    options: streamsRenameOptions,
    resolve: resolveStreamsRenameConfig,
    json,
    run: async (config, { terminal, json }) => {
      const { renameStream } = await import("../../pipelines/change-streams.ts");
      const changed = await renameStream(config);
      terminal.detail(`read       stream ${config.stream} in the ledger of ${config.model}`);
      if (json) terminal.json(changed);
      else terminal.print(`stream ${config.stream} is now called ${config.to}`);
    },
  });
  const retire = defineCommand({
    name: "retire",
    summary: "remove a stream from the list but keep its history; its next batch adds it to the list again",
    options: streamsChangeOptions,
    resolve: resolveStreamsChangeConfig,
    json,
    run: async (config, { terminal, json }) => {
      const { retireStream } = await import("../../pipelines/change-streams.ts");
      const changed = await retireStream(config);
      terminal.detail(`read       stream ${config.stream} in the ledger of ${config.model}`);
      const done = changed.changed ? "is retired" : "was already retired; nothing to do";
      if (json) terminal.json(changed);
      else terminal.print(`stream ${config.stream} ${done}`);
    },
  });
  const erase = defineCommand({
    name: "erase",
    summary: "delete everything about a stream from the model folder or --store",
    description:
      "Deletes everything about a stream: batches, results, references and state. In SQLite ledgers, the freed space is " +
      "overwritten. The ledger records who erased the stream, when and why, under a hash of the stream's name. Tidemark " +
      "does not know which person a stream belongs to: erasing a stream erases all data of a person only if that person " +
      "has no other stream. Runs on an MLflow server, exported pages and tables, copies of the model folder and backups are " +
      "not erased; delete them yourself.",
    options: streamsEraseOptions,
    resolve: resolveStreamsEraseConfig,
    json,
    run: async (config, { terminal, json }) => {
      const { eraseStream } = await import("../../pipelines/change-streams.ts");
      const changed = await eraseStream(config);
      terminal.detail(`read       stream ${config.stream} in the ledger of ${config.model}`);
      const batches = counted(changed.batches ?? 0, "batch", "batches");
      if (json) terminal.json(changed);
      else terminal.print(`stream ${config.stream} is erased, with ${batches}`);
    },
  });
  return [rename, retire, erase];
}
