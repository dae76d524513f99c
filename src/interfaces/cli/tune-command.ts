import type { Command } from "commander";
import { type SnakeKeys, snakeKeys } from "../../letter-case.ts";
import { resolveTuneConfig } from "../../options/resolve-config.ts";
import { tuneOptions } from "../../options/tune-options.ts";
import type { TunedOptions, TuneResult, TuneTrial } from "../../pipelines/tune.ts";
import { defineCommand } from "./define-command.ts";
import type { Closing } from "./help-closing.ts";
import { interruptible } from "./interrupt.ts";

const closing: Closing = {
  examples: [
    "tidemark tune recordings.parquet --out tuned.yaml --minutes 60 \\\n    --search " +
      "learning-rate=0.0003,0.001,0.003 --search augment=none,rotate",
    "tidemark train recordings.parquet --config tuned.yaml --out models/walk",
  ],
  notes: [
    "All candidates train for a few epochs, then the best third of them for three times as many, and so on (successive halving). Scores " +
      "are macro-F1 on held-out people. Each fold has its own search, which does not use the people on whom its result is " +
      "tested. The cross-validation of a model trained with the selected options is slightly optimistic, because the " +
      "same people were used to select them.",
    "Ctrl-C keeps every completed trial in OUT.trials.jsonl, and prints the command that continues the search. The " +
      "number of candidates depends on the time available, so two searches may differ.",
  ],
  exitCodes: [
    [0, "the search is complete, whether or not the selected options are better"],
    [1, "a defect in Tidemark"],
    [2, "wrong usage, or unsuitable training data"],
    [130, "stopped on request; the search can be resumed"],
  ],
};

/** `tidemark tune` */
export function tuneCommand(): Command {
  return defineCommand({
    name: "tune",
    summary: "search options of train, and test the selected ones on people who were not used to select them",
    description:
      "Tries combinations of train's options on held-out people, writes the best one to a config file, and " +
      "measures its gain on people who were not used to select it.",
    options: tuneOptions,
    resolve: resolveTuneConfig,
    configFile: true,
    json: "the result as one line of JSON (schema: tune_result.schema.json)",
    closing,
    run: async (config, { terminal, json }) => {
      const [{ tune, resumeCommandAfterTuning }, { tuneEventText, tuneText }] = await Promise.all([
        import("../../pipelines/tune.ts"),
        import("./tune-text.ts"),
      ]);
      const progress = json ? terminal.inform : terminal.progress;
      const reporter = {
        warn: terminal.warn,
        event: (event: Parameters<typeof tuneEventText>[0]) => progress(tuneEventText(event)),
      };
      const result = await interruptible((signal) => tune(config, { signal, reporter }), terminal.inform);
      terminal.detail(`read       ${config.files.join(", ")}; every trial is in ${result.trials}`);
      if (json) terminal.json(tuneCommandJson(result));
      else terminal.print("", ...tuneText(result, resumeCommandAfterTuning(config)));
    },
  });
}

/** What --json prints. */
export type PrintedTuning = Omit<SnakeKeys<TuneResult>, "searches" | "chosen"> & {
  searches: { fold: number | null; trials: SnakeKeys<PrintedTrial>[]; chosen: PrintedOptions }[];
  chosen: PrintedOptions;
};

type PrintedOptions = SnakeKeys<TunedOptions>;
type PrintedTrial = Omit<TuneTrial, "options"> & { options: PrintedOptions };

function tuneCommandJson({ searches, chosen, ...result }: TuneResult): PrintedTuning {
  return {
    ...snakeKeys(result),
    searches: searches.map((own) => ({
      fold: own.fold,
      trials: own.trials.map((trial) => snakeKeys({ ...trial, options: snakeKeys(trial.options) })),
      chosen: snakeKeys(own.chosen),
    })),
    chosen: snakeKeys(chosen),
  };
}
