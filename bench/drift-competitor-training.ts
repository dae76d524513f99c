// Trains the competitor on streams from the people in the model's training data.

import type { Rng } from "../src/random.ts";
import { columnsOfBatch, drawStream, type StreamDay } from "./day-streams.ts";
import { fitCompetitor, windowFeatures } from "./drift-competitor.ts";
import type { Judge } from "./drift-judges.ts";
import { type DriftHalf, readEvenRecordings } from "./drift-sets.ts";
import { batchesPerStream, batchSeconds } from "./drift-simulation.ts";

const streamsPerPerson = 4;

/** @param day the kind of day that these streams simulate */
export async function trainCompetitor({ model, trainedOn }: DriftHalf, day: StreamDay, rng: Rng): Promise<Judge> {
  const { rate } = model.watched.config;
  const recordings = await readEvenRecordings(trainedOn, rate);
  const people = [...new Set(recordings.stretches.map(({ user }) => user))];
  const streams = people.flatMap((user) =>
    Array.from({ length: day === "recorded" ? 1 : streamsPerPerson }, (_, i) => {
      const plan = {
        user,
        day,
        batches: batchesPerStream,
        size: Math.round(batchSeconds * rate),
        samplingRateHz: rate,
      };
      const stream = drawStream(recordings, plan, rng.split(`${user} ${i}`));
      return stream.map((rows) => windowFeatures(columnsOfBatch(recordings, rows), rate));
    }),
  );
  return fitCompetitor(streams.filter(({ length }) => length > 0));
}
