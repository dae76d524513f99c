import type { Command } from "commander";
import { resolveServeConfig } from "../../config.ts";
import { serveOptions } from "../../serve-options.ts";
import type { Serving } from "../server/serve.ts";
import type { Closing } from "./closing.ts";
import { defineCommand } from "./define-command.ts";
import { interruptible } from "./interrupt.ts";

const closing: Closing = {
  examples: [
    "tidemark serve --models models",
    "curl --data-binary @monday.parquet \\\n    http://127.0.0.1:8787/v1/models/walk@champion/streams/wrist-7/batches/monday",
  ],
  notes: [
    "A reply has the verdict that `check --json` prints, and is sent after the verdict has been stored. The same batch under the same id gets the same answer; other content under the same id is refused (409).",
    "SIGTERM and Ctrl-C stop the service after it has finished what it received; a second signal stops it at once.",
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
    summary: "judge the batches that devices send over HTTP",
    description: "Takes batches over HTTP, judges each one as `check` does, and answers with its verdict.",
    options: serveOptions,
    resolve: resolveServeConfig,
    configFile: true,
    json: "the address and the models as one line of JSON",
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
