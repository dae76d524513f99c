// Measures one training step (forward, backward, Adam; 64 windows of 200 x 6, 11 classes) on one thread, compared with
// PyTorch and Keras on one thread each. The peers take turns with Tidemark, round by round, so that other load on the machine
// affects all of them equally; a ratio is the median of the rounds' ratios.

import type { BenchmarkResult, Measurement } from "./measurement.ts";
import { median } from "./measurement.ts";
import { Peer, type PeerRound, type PeerSpec } from "./peer.ts";
import { StepWorker } from "./step-worker.ts";
import { measureTrainingLoop } from "./training-loop.ts";

const stepsPerRound = 15;

export async function benchmarkTrainingStep(options: {
  readonly rounds: number;
  readonly peers: readonly PeerSpec[];
}): Promise<BenchmarkResult> {
  const skipped: string[] = [];
  const peers = options.peers.flatMap((spec) => {
    const peer = Peer.start(spec);
    if (peer === undefined)
      skipped.push(
        `${spec.name}: not installed (${spec.environmentVariable} must be the path of a Python that has it)`,
      );
    return peer ?? [];
  });
  const worker = await StepWorker.start("1dcnn-bilstm");
  const own: number[] = [];
  const theirs = new Map<Peer, PeerRound[]>(peers.map((peer) => [peer, []]));
  try {
    await worker.run(stepsPerRound);
    for (const peer of peers) await peer.round();
    for (let round = 0; round < options.rounds; round++) {
      own.push(median(await worker.run(stepsPerRound)));
      for (const [peer, results] of theirs) results.push(await peer.round());
    }
  } finally {
    await worker.stop();
    for (const peer of peers) peer.stop();
  }

  const compact = await StepWorker.start("compact");
  await compact.run(3);
  const compactStep = median(await compact.run(stepsPerRound));
  await compact.stop();

  const measurements: Measurement[] = [
    {
      name: "training step",
      value: median(own),
      unit: "ms",
      limit: { kind: "at most", value: 160 },
      note: "1dcnn-bilstm, 1 thread",
    },
    await measureTrainingLoop(options),
    { name: "training step, compact", value: compactStep, unit: "ms", note: "1 thread" },
  ];
  for (const [{ name }, results] of theirs) {
    measurements.push(
      {
        name: `training step, ${name}`,
        value: median(results.map((r) => r.step_ms)),
        unit: "ms",
        note: `${results[0]!.version}, 1 thread`,
      },
      {
        name: `speed against ${name}`,
        value: median(results.map((r, round) => r.step_ms / own[round]!)),
        unit: "x",
        limit: { kind: "at least", value: 1.5 },
        note: "training step, median of the rounds' ratios",
      },
      {
        name: `inference, ${name}`,
        value: median(results.map((r) => r.inference_windows_per_s)),
        unit: "windows/s",
        note: "batch 64, 1 thread",
      },
    );
  }
  return { measurements, skipped };
}
