import type { Command } from "commander";
import { counted } from "../../counted.ts";
import { exitCodes } from "../../errors.ts";
import { pushOptions } from "../../options/push-options.ts";
import { resolvePushConfig } from "../../options/resolve-config.ts";
import { defineCommand } from "./define-command.ts";
import type { Closing } from "./help-closing.ts";
import { interruptible } from "./interrupt.ts";
import { pushText } from "./push-text.ts";

const closing: Closing = {
  examples: [
    "tidemark push monday.csv --to http://127.0.0.1:8787 --stream wrist-7",
    "tidemark push monday.csv --to http://127.0.0.1:8787 --stream-from device",
    'tidemark push recordings --to https://tidemark.example.org \\\n    --model walk@champion --stream-from "{stream}/*.csv" --follow',
  ],
  notes: [
    "Each file is one batch; with --stream-from COLUMN, each file is one batch per stream. The batch id consists of the " +
      "file's name and a hash of its content, so a file that is sent twice gets the same verdict.",
    "Batches wait in --spool until the service has accepted them. If push is stopped or killed, the next push with " +
      "the same spool folder sends the remaining batches.",
    "The files of a folder are sent in the order of their paths, with numbers in numerical order. Hidden files and " +
      "names that end in .tmp, .part or ~ are skipped: write a file under such a name, and rename it when it is complete.",
    "A batch that the service permanently refuses moves to refused/ in the spool, with the reason; later batches of " +
      "the stream are still sent.",
  ],
  exitHeading: "Exit codes (the highest; with --follow, 0 if stopped):",
  exitCodes: [
    [0, "the service accepted everything, and all verdicts are normal"],
    [10, "gradual_drift"],
    [11, "sudden_change"],
    [12, "rejected by the quality gate"],
    [2, "wrong usage, or a file or batch was refused"],
    [3, "some batches remain in the spool"],
    [130, "stopped on request (Ctrl-C)"],
    [1, "a defect in Tidemark"],
  ],
};

/** `tidemark push` */
export function pushCommand(): Command {
  return defineCommand({
    name: "push",
    summary: "send recordings to a service, and retry until it has accepted them",
    description:
      "Sends recordings to a service as batches. Batches wait in a folder on disk, in order per stream, until the " +
      "service has accepted them.",
    options: pushOptions,
    resolve: resolvePushConfig,
    configFile: true,
    json: "what was sent, as one line of JSON",
    closing,
    run: async (config, { terminal, json }) => {
      const { push } = await import("../../pipelines/push.ts");
      let isStopped = false;
      const pushed = await interruptible(
        (signal) =>
          push(config, {
            signal,
            reporter: { warn: terminal.warn },
            onAccepted: ({ stream, batch_id, verdict }) =>
              terminal.detail(`accepted   ${verdict}: batch ${batch_id} of stream ${stream}`),
          }),
        () => {
          isStopped = true;
          terminal.inform("stopping once the batches already on their way have been answered");
        },
      );
      terminal.detail(`read       ${counted(pushed.streams.length, "stream")} in ${config.files.join(", ")}`);
      if (json) terminal.json(pushed);
      else terminal.print(...pushText(pushed));
      process.exitCode = isStopped ? (config.follow ? exitCodes.ok : exitCodes.interrupted) : pushed.exit_code;
    },
  });
}
