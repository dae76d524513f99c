// Checks that the splits do not leak. The check uses the windows themselves, not the splitting method, so it also finds bugs in
// a splitter. For `stratified`, which leaks by construction, the check counts the leaks.

import { z } from "zod";
import { naturalOrder } from "../../natural-order.ts";
import { firstNotBelow } from "../../stats/first-not-below.ts";
import type { SplitKind, WindowPositions } from "./split.ts";
import { gapsToMarkedWindows, orderForWindowGaps } from "./window-gaps.ts";

/** The three parts of a fold, as row numbers. */
export interface FoldParts {
  readonly trainIndex: Int32Array;
  readonly validationIndex: Int32Array;
  readonly testIndex: Int32Array;
}

/** The people in each part of a fold, counted from the windows actually used. */
export interface FoldLeakage {
  /** Number of the fold, counting from 1. */
  readonly fold: number;
  /** People in the training part. */
  readonly train_users: readonly string[];
  /** People in the validation part, which is used to choose the best epoch. */
  readonly validation_users: readonly string[];
  /** People in the test part. */
  readonly test_users: readonly string[];
  /** People in both the test part and the training or validation part. */
  readonly shared_users: readonly string[];
  /** People in both the validation and the training part. */
  readonly shared_validation_users: readonly string[];
  /**
   * Pairs of people with the same values: one is in the test or validation part, and the fold learned from the other under a
   * different name. Absent from reports of earlier versions, which did not compare values.
   */
  readonly copied_users?: readonly (readonly [string, string])[];
  /** Test windows that share a sample with a training or validation window. */
  readonly overlapping_windows: number;
  /** Validation windows that share a sample with a training window. */
  readonly overlapping_validation_windows: number;
  /**
   * Shortest time between a test window and a training or validation window in the same recording, negative if they overlap;
   * null if no recording is on both sides.
   */
  readonly smallest_gap_seconds: number | null;
}

/** The people on each side of a fixed split, counted from the windows actually used. */
export interface TestSetLeakage {
  /** The column that marks the test set. */
  readonly column: string;
  /** People that the model learned from. */
  readonly train_users: readonly string[];
  /** People in the test set. */
  readonly test_users: readonly string[];
  /** People on both sides. */
  readonly shared_users: readonly string[];
  /** Pairs of people with the same values: one is in the test set, and the model learned from the other. */
  readonly copied_users: readonly (readonly [string, string])[];
}

/** Evidence that no fold was tested on data that it had learned from. */
export interface LeakageReport {
  /** Kind of split. */
  readonly split: SplitKind;
  /**
   * True if no fold is tested or validated on a person that it also learned from, or on a copy of that person's values, and if
   * the test set of a fixed split contains neither a person that the model learned from nor a copy of one.
   */
  readonly no_shared_person: boolean;
  /** True if no test or validation window shares a sample with a window of another part. */
  readonly no_overlapping_range: boolean;
  /** Folds in order. */
  readonly folds: readonly FoldLeakage[];
  /** The test set of a fixed split, which is not part of any fold; absent if there is none. */
  readonly test_set?: TestSetLeakage;
}

const names = z.array(z.string());
const count = z.int().min(0);

export const leakageReportSchema: z.ZodType<LeakageReport> = z.object({
  split: z.enum(["group", "leave-one-group-out", "stratified", "blocks"]),
  no_shared_person: z.boolean(),
  no_overlapping_range: z.boolean(),
  folds: z.array(
    z.object({
      fold: z.int().min(1),
      train_users: names,
      validation_users: names,
      test_users: names,
      shared_users: names.describe("people in both the test part and the training or validation part"),
      shared_validation_users: names.describe("people in both the validation and the training part"),
      copied_users: z
        .array(z.tuple([z.string(), z.string()]))
        .exactOptional()
        .describe(
          "pairs of people with the same values: one in the test or validation part, and one from whom the fold " +
            "learned under a different name; absent from reports of earlier versions",
        ),
      overlapping_windows: count.describe("test windows that share a sample with a training or validation window"),
      overlapping_validation_windows: count.describe("validation windows that share a sample with a training window"),
      smallest_gap_seconds: z
        .number()
        .nullable()
        .describe(
          "shortest time between a test window and a training or validation window in the same recording; " +
            "negative if they overlap",
        ),
    }),
  ),
  test_set: z
    .object({
      column: z.string(),
      train_users: names,
      test_users: names,
      shared_users: names,
      copied_users: z.array(z.tuple([z.string(), z.string()])),
    })
    .exactOptional()
    .describe("the test set of a fixed split, which is not part of any fold"),
});

/**
 * Takes O(F W log W) time for F folds of W windows.
 * @param copies pairs of people with equal values
 * @param testSet the test set of a fixed split, if there is one
 */
export function leakageReport(
  kind: SplitKind,
  windows: WindowPositions,
  folds: readonly FoldParts[],
  copies: readonly (readonly [string, string])[] = [],
  testSet?: TestSetLeakage,
): LeakageReport {
  const order = orderForWindowGaps(windows);
  const checked = folds.map((parts, fold) => checkFoldLeakage(windows, order, parts, copies, fold + 1));
  return {
    split: kind,
    no_shared_person:
      checked.every(
        (f) =>
          f.shared_users.length === 0 && f.shared_validation_users.length === 0 && (f.copied_users ?? []).length === 0,
      ) &&
      (testSet === undefined || testSet.shared_users.length + testSet.copied_users.length === 0),
    no_overlapping_range: checked.every((f) => f.overlapping_windows === 0 && f.overlapping_validation_windows === 0),
    folds: checked,
    ...(testSet !== undefined && { test_set: testSet }),
  };
}

function checkFoldLeakage(
  windows: WindowPositions,
  order: Int32Array,
  parts: FoldParts,
  copies: readonly (readonly [string, string])[],
  fold: number,
): FoldLeakage {
  const { trainIndex, validationIndex, testIndex } = parts;
  const users = (index: Int32Array): string[] =>
    [...new Set(index.map((row) => windows.groups[row]!))].map((group) => windows.users[group]!).sort(naturalOrder);
  const trainUsers = users(trainIndex);
  const validationUsers = users(validationIndex);
  const testUsers = users(testIndex);
  const learned = Int32Array.from([...trainIndex, ...validationIndex]);

  const marked = new Uint8Array(order.length);
  for (const row of learned) marked[row] = 1;
  const gaps = gapsToMarkedWindows(windows, order, marked);
  let smallest = Number.POSITIVE_INFINITY;
  for (const row of testIndex) smallest = Math.min(smallest, gaps[row]!);

  return {
    fold,
    train_users: trainUsers,
    validation_users: validationUsers,
    test_users: testUsers,
    shared_users: testUsers.filter((user) => trainUsers.includes(user) || validationUsers.includes(user)),
    shared_validation_users: validationUsers.filter((user) => trainUsers.includes(user)),
    copied_users: leakageOfCopies(copies, [
      [testUsers, [...trainUsers, ...validationUsers]],
      [validationUsers, trainUsers],
    ]),
    overlapping_windows: countLeakingWindows(windows, testIndex, learned),
    overlapping_validation_windows: countLeakingWindows(windows, validationIndex, trainIndex),
    smallest_gap_seconds: Number.isFinite(smallest) ? smallest / windows.samplingRateHz : null,
  };
}

/** Pairs with one person in the first part and the other in the second; each pair is listed once. */
function leakageOfCopies(
  copies: readonly (readonly [string, string])[],
  parts: readonly (readonly [tested: readonly string[], learned: readonly string[]])[],
): [string, string][] {
  const pairs = copies.flatMap(([one, other]): [string, string][] => [
    [one, other],
    [other, one],
  ]);
  return pairs.filter(([one, other]) =>
    parts.some(([tested, learned]) => tested.includes(one) && learned.includes(other)),
  );
}

/** Number of windows in `index` that share a sample with a window in `others`, found by one binary search per window. */
function countLeakingWindows({ starts, windowSize }: WindowPositions, index: Int32Array, others: Int32Array): number {
  const sorted = others.map((row) => starts[row]!).sort();
  let overlapping = 0;
  for (const row of index) {
    const start = starts[row]!;
    const first = sorted[firstNotBelow(sorted, start - windowSize + 1)];
    if (first !== undefined && first < start + windowSize) overlapping++;
  }
  return overlapping;
}
