// Measures how much the sensors seem to change in the training data, by the rules for sensors at rest (changed-rest.ts) and for
// the turning of gravity (changed-turning.ts). The usual limits are the same for all data sets, but some sensors measure a
// different magnitude of gravity in each position, or are read by clocks that drift. If the training data itself would raise an
// alarm, the model's limits are raised. Each person's data is judged as one stream, in recorded order.

import { addBatchPhysics, type BatchPhysics, channelsForBatchPhysics } from "../summaries/batch-physics.ts";
import { addRestSums, type RestSums } from "../summaries/rest-sums.ts";
import { addTurningSums, type TurningSums } from "../summaries/turning-scale.ts";
import type { WindowSignals } from "../summaries/window-signals.ts";
import type { LargestChanges } from "./calibration.ts";
import { largestChangeAtRest } from "./changed-rest.ts";
import { largestChangeInTurning } from "./changed-turning.ts";
import type { MapItems } from "./map-items.ts";
import { signsOfTrainingData } from "./mirrored-axes.ts";
import { roundScoreFigure } from "./score.ts";

/**
 * Minimum length of a batch, except for a person's last one, and maximum length of its pieces, which may come from several
 * stretches; in seconds.
 */
const [batchSeconds, pieceSeconds] = [60, 12];

/** @param map maps over stretches; see `MapItems` */
export function largestChanges(signals: WindowSignals, map: MapItems): LargestChanges {
  const { runs, sensors } = signals;
  const { groups, users, samplingRateHz } = signals.windows;
  const names = channelsForBatchPhysics(sensors);
  const size = Math.round(pieceSeconds * samplingRateHz);
  const pieces = map(runs, (run) =>
    Array.from({ length: Math.ceil((run.to - run.from) / size) }, (_, i): BatchPiece => {
      const from = run.from + i * size;
      const to = Math.min(run.to, from + size);
      const columns = Object.fromEntries(names.map((name) => [name, signals.part(name, run, from, to)]));
      const whole = { from: 0, to: to - from };
      return { ...addBatchPhysics({}, columns, [whole], { sensors, samplingRateHz }), rows: whole.to };
    }),
  );
  const people = users.map((_, user) => {
    const own = pieces.filter((_, r) => groups[runs[r]!.first] === user).flat();
    return batchesForLargestChanges(own, batchSeconds * samplingRateHz);
  });
  const turns = people.map(turningOfLargestChanges);
  const [atRest, turning] = [
    people.map((batches) => largestChangeAtRest(restOfLargestChanges(batches))),
    turns.map(largestChangeInTurning),
  ].map((sizes) => roundScoreFigure(Math.max(0, ...sizes))) as [number, number];
  const signs = signsOfTrainingData(
    turns.map((batches) => batches.flatMap(({ misfits }) => (misfits ? [misfits] : []))),
  );
  return { at_rest: atRest, turning, signs };
}

interface BatchPiece extends BatchPhysics {
  readonly rows: number;
}

function batchesForLargestChanges(pieces: readonly BatchPiece[], leastRows: number): BatchPiece[][] {
  const batches: BatchPiece[][] = [];
  let rows = leastRows;
  for (const piece of pieces) {
    if (rows >= leastRows) {
      batches.push([]);
      rows = 0;
    }
    batches.at(-1)!.push(piece);
    rows += piece.rows;
  }
  return batches;
}

function restOfLargestChanges(batches: readonly (readonly BatchPiece[])[]): RestSums[] {
  return batches.flatMap((pieces) => {
    const rests = pieces.flatMap(({ rest }) => rest ?? []);
    return rests.length === 0 ? [] : [rests.reduce(addRestSums)];
  });
}

function turningOfLargestChanges(batches: readonly (readonly BatchPiece[])[]): TurningSums[] {
  return batches.flatMap((pieces) => {
    const turns = pieces.flatMap(({ turning }) => turning ?? []);
    return turns.length === 0 ? [] : [turns.reduce(addTurningSums)];
  });
}
