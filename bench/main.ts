// npm run bench: measures on this machine the figures that the README publishes, and compares them with their limits, if any.
// The benchmark prints a list, and writes the results of complete runs to bench/results.json. Peers are measured if a Python
// with their packages is found. The exit code is 1 if a limit is missed.

import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { benchmarkBatchMemory } from "./batch-memory.ts";
import { benchmarkCheck } from "./check.ts";
import { benchmarkData } from "./data.ts";
import { benchmarkDeviceSize } from "./device-size.ts";
import { benchmarkDrift, driftOptions } from "./drift.ts";
import { driftDays, driftParts } from "./drift-measure.ts";
import { markdown, plain } from "./figures.ts";
import { benchmarkInference } from "./inference.ts";
import { benchmarkLedger } from "./ledger.ts";
import { describeMachine } from "./machine.ts";
import type { BenchmarkResult, Measurement } from "./measurement.ts";
import { isMet } from "./measurement.ts";
import { benchmarkMemory, benchmarkTrainingMemory } from "./memory.ts";
import { peerSpecs, unrolledKeras } from "./peer.ts";
import { benchmarkServe, serveBenchOptions, serveBenchOptionsOf } from "./serve.ts";
import { benchmarkStart } from "./start.ts";
import { benchmarkSummaries } from "./summaries.ts";
import { benchmarkTracking } from "./tracking.ts";
import { benchmarkTrainingStep } from "./training-step.ts";
import { benchmarkTwoFolds } from "./two-folds.ts";

const help = `npm run bench -- [options]

  --only NAMES       some of: step, folds, inference, data, memory, summaries, device-size, start, check, ledger,
                     tracking, serve, batch-memory, training-memory (comma-separated; default: all but the last two)
  --rounds N         rounds in which Tidemark and its peers take turns (default: 5)
  --no-peers         without PyTorch and Keras
  --unrolled-keras   also Keras with unrolled LSTMs (takes a minute longer)
  --markdown         print a Markdown table
  --write            write bench/results.json even if --only names a part

  --streams N        serve: number of streams (default: 1000)
  --seconds N        serve: how long to send batches of each kind (default: 15)
  --kind NAMES       serve: some of: raw, summary (default: both)

npm run bench -- --only drift: how the monitor performs on people and days that it was not tuned on
(models are trained first, which takes half an hour; then about ten minutes per data set)

  --sets NAMES       some of: motionsense, wisdm_watch, bfrb_samsung (default: all that are in ../shared/data)
  --half 0|1         half of each data set's people whose streams are judged (default: 0; constants are chosen on 1)
  --network NAME     network to train, as \`tidemark train\` names it (default: ${driftOptions.network.default})
  --seed N           seed of the streams and faults (default: 1)
  --keep DIR         folder for models and answers, which are computed once (default: .cache/drift)
  --days NAMES       some of: ${Object.keys(driftDays).join(", ")}: ranges of bouts in seconds, or recorded order (default: all)
  --parts NAMES      some of: ${driftParts.join(", ")} (default: all)
  --faults PATTERN   only faults whose names match, e.g. "offset of" (default: all)
  --markdown         print the sections of docs/drift-figures.md, and the README's summary
  --write            write the sections of these parts, and the summary if it knows false alarms and detection (half 0)

TIDEMARK_PEER_PYTHON names a Python with torch, TIDEMARK_KERAS_PYTHON one with keras and tensorflow, TIDEMARK_DRIFT_PYTHON one
with nannyml, evidently and river (see bench/peers/drift_peers.py). If a variable is not set,
.venv/bin/python and python3 are tried.`;

const { values } = parseArgs({
  options: {
    only: { type: "string" },
    rounds: { type: "string", default: "5" },
    peers: { type: "boolean", default: true },
    "unrolled-keras": { type: "boolean", default: false },
    markdown: { type: "boolean", default: false },
    write: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
    ...driftOptions,
    ...serveBenchOptions,
  },
  allowNegative: true,
});

if (values.help) console.log(help);
else if (values.only === "drift") process.exitCode = (await benchmarkDrift(values)) ? 0 : 1;
else process.exitCode = await run();

async function run(): Promise<number> {
  const rounds = Number(values.rounds);
  if (!(Number.isInteger(rounds) && rounds > 0))
    throw new Error(`--rounds: expected a whole number above 0, got ${values.rounds}`);
  const peers = values.peers ? [...peerSpecs, ...(values["unrolled-keras"] ? [unrolledKeras] : [])] : [];
  const benchmarks: Record<string, () => Promise<BenchmarkResult>> = {
    step: () => benchmarkTrainingStep({ rounds, peers }),
    folds: () => benchmarkTwoFolds({ rounds }),
    inference: () => benchmarkInference({ rounds }),
    data: () => benchmarkData({ rounds }),
    memory: () => benchmarkMemory(),
    summaries: () => benchmarkSummaries({ rounds }),
    start: () => benchmarkStart({ rounds }),
    tracking: () => benchmarkTracking({ rounds }),
    check: () => benchmarkCheck({ rounds }),
    ledger: () => benchmarkLedger(),
    serve: () => benchmarkServe(serveBenchOptionsOf(values)),
    "device-size": () => benchmarkDeviceSize(),
    "batch-memory": () => benchmarkBatchMemory(),
    "training-memory": () => benchmarkTrainingMemory(),
  };
  const usual = Object.keys(benchmarks).filter((name) => !name.endsWith("-memory"));
  const chosen = (values.only?.split(",") ?? usual).map((name) => {
    const benchmark = benchmarks[name];
    if (benchmark !== undefined) return benchmark;
    throw new Error(`--only: expected some of ${Object.keys(benchmarks).join(", ")}, got ${name}`);
  });
  const layout = values.markdown ? markdown : plain;
  const machine = describeMachine();
  console.log(layout.heading(machine));

  const measurements: Measurement[] = [];
  const skipped: string[] = [];
  for (const benchmark of chosen) {
    const result = await benchmark();
    for (const measurement of result.measurements) console.log(layout.figure(measurement));
    measurements.push(...result.measurements);
    skipped.push(...result.skipped);
  }
  for (const reason of skipped) console.log(`\nNot measured: ${reason}.`);

  const missed = measurements.filter((measurement) => isMet(measurement) === false);
  const results = {
    measured_at: new Date().toISOString(),
    machine,
    rounds,
    measurements: measurements.map((measurement) => ({ ...measurement, met: isMet(measurement) })),
    skipped,
  };
  if (values.only === undefined || values.write) {
    writeFileSync(new URL("results.json", import.meta.url), `${JSON.stringify(results, null, 2)}\n`);
  }
  console.log(
    missed.length === 0 ? "\nEvery limit is met." : `\nMissed: ${missed.map(({ name }) => name).join(", ")}.`,
  );
  return missed.length === 0 ? 0 : 1;
}
