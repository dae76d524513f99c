import type { Command } from "commander";
import { counted } from "../../counted.ts";
import { driftBenchOptions } from "../../options/batch-options.ts";
import { resolveDriftBenchConfig } from "../../options/resolve-config.ts";
import type { DriftBenchResult } from "../../pipelines/drift-bench.ts";
import { dayText } from "./day-text.ts";
import { defineCommand } from "./define-command.ts";
import type { Closing } from "./help-closing.ts";
import { fixedNumberText } from "./number-text.ts";
import type { Block } from "./terminal.ts";

const closing: Closing = {
  examples: ["tidemark drift-bench others.parquet --model models/walk \\\n    --seconds 300 --out bench.html"],
  notes: [
    "Batches are sessions drawn from each person's recordings. From batch --change-at on, changes are injected into " +
      "the samples, and the network classifies the changed samples. Use recordings of people who are not in the " +
      "model's training data. The same seed produces the same tables.",
  ],
  exitCodes: [
    [0, "done"],
    [1, "a defect in Tidemark"],
    [2, "wrong usage"],
  ],
};

/** `tidemark drift-bench` */
export function driftBenchCommand(): Command {
  return defineCommand({
    name: "drift-bench",
    summary: "measure false alarms, delays and verdicts on your data, and compare them with textbook constants",
    description:
      "Draws drift-free streams from recordings that the model was not trained on, injects changes, and measures " +
      "which verdicts check would give. Compares the result with textbook constants, a KS p-value, and an alarm at " +
      "every hundredth batch.",
    options: driftBenchOptions,
    resolve: resolveDriftBenchConfig,
    json: "the measured figures as one line of JSON",
    closing,
    run: async (config, { terminal, json }) => {
      const { driftBench } = await import("../../pipelines/drift-bench.ts");
      const result = await driftBench(config, { reporter: { warn: terminal.warn } });
      const { people, streams, batches } = result;
      terminal.detail(
        `read       recordings of ${people.join(", ")} in ${config.files.join(", ")}; model ${config.model}`,
        `drawn      ${counted(streams, "stream")} of ${counted(batches, "batch", "batches")} for each change`,
      );
      if (json) terminal.json(result);
      else terminal.print(...driftBenchLines(result));
      if (config.out !== undefined) terminal.inform(`report: ${config.out}`);
    },
  });
}

/** The figures, as tables. */
function driftBenchLines(result: DriftBenchResult): Block[] {
  const still = Object.entries(result.no_drift).map(([judge, { alarms_per_batch, run_length, batches }]) => [
    judge,
    fixedNumberText(alarms_per_batch),
    run_length === null ? `none in ${batches}` : fixedNumberText(run_length, 0),
    fixedNumberText(result.other_mix[judge as keyof DriftBenchResult["other_mix"]].alarms_per_batch),
  ]);
  const changes = result.changes.map(({ name, figures }) => {
    const { tidemark, ...others } = figures;
    return [
      name,
      fixedNumberText(tidemark.detected, 2),
      tidemark.median_delay === null ? "-" : String(tidemark.median_delay),
      fixedNumberText(tidemark.within_5, 2),
      fixedNumberText(tidemark.within_25, 2),
      fixedNumberText(tidemark.label_right, 2),
      ...Object.values(others).map(({ detected }) => fixedNumberText(detected, 2)),
    ];
  });
  const others = Object.keys(result.no_drift).filter((judge) => judge !== "tidemark");
  return [
    `${counted(result.people.length, "person", "people")}, batches of ${result.batch_seconds} s, streams of ` +
      `${result.batches}, days ${dayText(result.day)}`,
    "",
    "no drift",
    { headers: ["judge", "alarms per batch", "batches between alarms", "with half of the activities"], rows: still },
    "",
    `changed from batch ${result.change_at} on: share detected, batches until detection, share with the right verdict`,
    { headers: ["change", "detected", "delay", "in 5", "in 25", "right verdict", ...others], rows: changes },
    "",
    "detected: an alarm began after the change; a judge that always raises alarms detects nothing",
    "measured: distances from the references alone; check also rejects faulty batches and finds impossible values, such as those of a stuck axis",
  ];
}
