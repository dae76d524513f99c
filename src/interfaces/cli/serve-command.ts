import type { Command } from "commander";
import { counted } from "../../counted.ts";
import { resolveServeConfig } from "../../options/resolve-config.ts";
import { serveOptions } from "../../options/serve-options.ts";
import type { Serving } from "../server/serve.ts";
import { defineCommand } from "./define-command.ts";
import type { Closing } from "./help-closing.ts";
import { interruptible } from "./interrupt.ts";

const closing: Closing = {
  examples: [
    "tidemark serve --models models",
    "tidemark serve --models models --store sqlite:ledgers --config serve.yaml",
  ],
  notes: [
    "Devices POST batches to /v1/models/MODEL/streams/STREAM/batches/BATCH; MODEL is a folder's name, LINE@champion, " +
      "or LINE@3 for version 3 of a line. docs/serve.md describes the forms of a batch.",
    "The reply contains the result that `check --json` prints, and is sent after the verdict has been stored. The " +
      "same batch under the same id gets the same answer; other content under the same id is refused (409).",
    "SIGTERM and Ctrl-C stop the service after it has answered the requests already received; a second signal stops " +
      "it at once.",
    "The log goes to standard error, one JSON object per line.",
  ],
  exitCodes: [
    [0, "stopped on request"],
    [2, "wrong usage"],
    [1, "a defect in Tidemark"],
  ],
};

/** `tidemark serve` */
export function serveCommand(): Command {
  return defineCommand({
    name: "serve",
    summary: "judge batches that devices send over HTTP",
    description: "Receives batches over HTTP, judges each one as `check` does, and replies with its verdict.",
    options: serveOptions,
    resolve: resolveServeConfig,
    configFile: true,
    json: "the address and the names of the models as one line of JSON",
    closing,
    run: async (config, { terminal, json }) => {
      const [{ serve }, { createLog }] = await Promise.all([
        import("../server/serve.ts"),
        import("../server/create-log.ts"),
      ]);
      const log = createLog(terminal.loudness);
      await interruptible(
        (signal) =>
          serve(config, {
            log,
            signal,
            onServing: (serving) => {
              terminal.detail(`read       ${counted(serving.models.length, "name")} of models in ${config.models}`);
              if (json) terminal.json(serving);
              else terminal.print(`models     ${serving.models.join(", ")}`, ...servingLines(serving));
            },
          }),
        () => {},
      );
    },
  });
}

function servingLines({ url }: Serving): string[] {
  return url === null ? ["the configuration is valid"] : [`listening  ${url}`];
}
