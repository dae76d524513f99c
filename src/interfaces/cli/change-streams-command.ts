import type { Command } from "commander";
import { counted } from "../../counted.ts";
import {
  resolveStreamsChangeConfig,
  resolveStreamsEraseConfig,
  resolveStreamsRenameConfig,
} from "../../resolve-config.ts";
import { streamsChangeOptions, streamsEraseOptions, streamsRenameOptions } from "../../streams-options.ts";
import { defineCommand } from "./define-command.ts";

const json = "one line of JSON";

/** The commands of `tidemark streams` that change a stream. */
export function changeStreamsCommands(): Command[] {
  const rename = defineCommand({
    name: "rename",
    summary: "give a stream another name; its history and references stay",
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
    summary: "take a stream off the list, with its history kept; its next batch brings it back",
    options: streamsChangeOptions,
    resolve: resolveStreamsChangeConfig,
    json,
    run: async (config, { terminal, json }) => {
      const { retireStream } = await import("../../pipelines/change-streams.ts");
      const changed = await retireStream(config);
      terminal.detail(`read       stream ${config.stream} in the ledger of ${config.model}`);
      const done = changed.changed ? "is retired" : "was retired already; nothing to do";
      if (json) terminal.json(changed);
      else terminal.print(`stream ${config.stream} ${done}`);
    },
  });
  const erase = defineCommand({
    name: "erase",
    summary: "delete everything about a stream from the model folder",
    description:
      "Deletes everything about a stream from the model folder: batches, answers, references, state. The freed space is " +
      "overwritten. The ledger keeps who erased it, when and why, under a hash of its name. It does not know people: if " +
      "a stream belongs to one person, erasing it erases that person's data. Runs on an MLflow server, pages and tables " +
      "that were written, copies of the folder and backups stay; delete them where they are.",
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
