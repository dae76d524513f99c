// Chooses the holdout, keeps its people out of all training data, and collects the champion's predictions on them. Dimensions:
// K classes.

import { UserError } from "../errors.ts";
import { innerSplit } from "../learning/evaluation/inner-split.ts";
import type { RetrainConfig } from "../options/resolve-config.ts";
import { Rng } from "../random.ts";
import type { Reporter } from "../reporter.ts";
import { describeCopiedContent } from "../signals/data/copied-content.ts";
import type { WindowSet } from "../signals/data/windows.ts";
import type { ModelHandle } from "./model-handle.ts";
import { readOutOfFold } from "./read-out-of-fold.ts";
import type { RetrainRecordings } from "./retrain-recordings.ts";

/** @throws UserError if too few people are labelled, or if no people remain to train on for some class */
export function chooseRetrainingHoldout(
  own: WindowSet,
  rows: Int32Array,
  { holdout, seed, purgeSamples }: Pick<RetrainConfig, "holdout" | "seed"> & { readonly purgeSamples: number },
): ReturnType<typeof innerSplit> {
  const people = new Set(own.groups).size;
  if (people < 3) {
    throw new UserError(
      `the labelled recordings: expected at least three people, got ${people} (${own.users.join(", ")})`,
      {
        advice:
          "At least one person forms the holdout, and each of the other people is held out of one fold. Give " +
          "recordings of more people with --labelled.",
      },
    );
  }
  const split = innerSplit("group", own, rows, {
    rng: Rng.fromSeed(seed).split("holdout"),
    purgeSamples,
    fraction: Math.min(0.5, retrainingHoldoutSize(people, holdout) / people),
    leastPeople: leastRetrainingHoldout(people),
  });
  requireRetrainingHoldout(own, split.trainIndex, split.validationIndex);
  return split;
}

/** Approximate number of people in the holdout; people are divided into parts of similar size. */
function retrainingHoldoutSize(people: number, share: number): number {
  return Math.max(leastRetrainingHoldout(people), Math.round(share * people));
}

/**
 * Minimum number of people in the holdout: two, if enough other people remain for training, because the gate's confidence
 * interval is computed from differences between people.
 */
function leastRetrainingHoldout(people: number): number {
  return people >= 5 ? 2 : 1;
}

function requireRetrainingHoldout(
  { labels, classes, groups, users }: WindowSet,
  train: Int32Array,
  holdout: Int32Array,
): void {
  const has = (rows: Int32Array, k: number): boolean => rows.some((row) => labels[row] === k);
  const nobody = classes.filter((_, k) => has(holdout, k) && !has(train, k));
  if (nobody.length === 0) return;
  const people = [...new Set(holdout.map((row) => groups[row]!))].map((group) => users[group]!);
  throw new UserError(`all people with windows of ${nobody.join(", ")} are in the holdout (${people.join(", ")})`, {
    advice:
      "Nobody with these classes is left for training. Choose another --seed or --holdout, or give recordings of more people.",
  });
}

/**
 * The unlabelled windows, except those of people in the holdout and of people whose values are copies of those in the holdout.
 */
export function retrainingRowsWithoutHoldout(
  windows: WindowSet,
  first: number,
  holdout: Int32Array,
  copies: RetrainRecordings["copies"],
  reporter: Reporter,
): Int32Array {
  const heldOut = new Set(holdout.map((row) => windows.groups[row]!));
  for (const copy of copies) {
    const groups = copy.people.map((user) => windows.users.indexOf(user));
    if (groups.every((group) => !heldOut.has(group))) continue;
    reporter.warn(describeCopiedContent(copy));
    for (const group of groups) heldOut.add(group);
  }
  const all = Int32Array.from({ length: windows.starts.length - first }, (_, i) => first + i);
  const rows = all.filter((row) => !heldOut.has(windows.groups[row]!));
  const people = [...heldOut].filter((group) => all.some((row) => windows.groups[row] === group));
  if (people.length > 0) {
    const names = people.map((group) => windows.users[group]!).join(", ");
    reporter.warn(
      `Unlabelled windows of ${names} were left out, because these people are in the holdout, on which no cycle may train.`,
    );
  }
  if (rows.length > 0) return rows;
  throw new UserError("expected unlabelled windows of people who are not in the holdout, found none", {
    advice:
      "Give longer recordings, or recordings of people who are not in the holdout. The same name in several files means the same person.",
  });
}

/**
 * Predictions on the holdout: from the champion's folds for the windows on which the champion was cross-validated, and from the
 * champion itself for all others. Warns about other windows of people in the champion's training data.
 */
export async function predictRetrainingHoldout(
  champion: Pick<ModelHandle, "watched" | "predict">,
  windows: WindowSet,
  { model, jobs }: Pick<RetrainConfig, "model" | "jobs">,
  reporter: Reporter,
): Promise<Float32Array> {
  const { folder, drift } = champion.watched;
  const { classes } = drift;
  const said = await champion.predict(windows, { jobs });
  const known = new Set(folder.manifest.data.users);
  const needed = windows.users.filter((user) => known.has(user));
  if (needed.length === 0) return said;
  const honest = new Map(
    (await readOutOfFold(folder, classes)).map(({ user, recording, start, probabilities }) => [
      holdoutKey(user, recording, start),
      probabilities,
    ]),
  );
  const seen = new Set<string>();
  for (let w = 0; w < windows.starts.length; w++) {
    const user = windows.users[windows.groups[w]!]!;
    if (!known.has(user)) continue;
    const own = honest.get(holdoutKey(user, windows.recordings[windows.recordingIndex[w]!]!, windows.startTimes[w]!));
    if (own === undefined) seen.add(user);
    else said.set(own, w * classes.length);
  }
  if (seen.size > 0) {
    reporter.warn(
      `${model} was trained on other recordings of ${[...seen].join(", ")}, who are in the holdout. The champion's ` +
        `figures on the holdout are therefore too optimistic.`,
    );
  }
  return said;
}

function holdoutKey(user: string, recording: string, start: number): string {
  return JSON.stringify([user, recording, start.toFixed(3)]);
}
