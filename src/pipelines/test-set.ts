// The test set of a fixed split: it is read as a separate set of recordings, and predicted by the final network, which was not
// trained on it.

import { UserError } from "../errors.ts";
import { classificationMetrics } from "../learning/evaluation/classification-metrics.ts";
import type { TestSetLeakage } from "../learning/evaluation/leakage.ts";
import { metricsSummary } from "../learning/evaluation/metrics-summary.ts";
import type { TestSetReport } from "../learning/training/cv-report.ts";
import { WindowPredictor } from "../learning/training/window-predictor.ts";
import { naturalOrder } from "../natural-order.ts";
import type { TrainConfig } from "../options/resolve-config.ts";
import type { Reporter } from "../reporter.ts";
import { CopiedContentFinder } from "../signals/data/copied-content.ts";
import { fixedSplitOf } from "../signals/data/fixed-split.ts";
import { makeWindowsOfPlans } from "../signals/data/make-windows.ts";
import { type NamedColumns, namedColumnRoles } from "../signals/data/named-columns.ts";
import { type OpenedRecordings, openRecordings } from "../signals/data/open-recordings.ts";
import { pickWindows } from "../signals/data/pick-windows.ts";
import { planWindows, type WindowOptions } from "../signals/data/plan-windows.ts";
import { refuseAbsurdValues } from "../signals/data/refuse-absurd-values.ts";
import type { StoredRows } from "../signals/data/stored-rows.ts";
import { type WindowSet, windowsPerClass } from "../signals/data/windows.ts";
import { modelFiles } from "../storage/model-folder.ts";

export interface TestSet {
  readonly rows: number;
  readonly windows: WindowSet;
  readonly leakage: TestSetLeakage;
}

/** What the test set of a fixed split contains. */
export interface TestSetSize {
  /** Column that contains the split. */
  readonly column: string;
  /** People in the test set. */
  readonly users: readonly string[];
  /** Rows in the test set. */
  readonly rows: number;
  /** Windows in the test set. */
  readonly windows: number;
}

/**
 * Reads the rows that `--split column:NAME` marks as test.
 * @param trained the training side, whose columns, people and classes also apply to the test set
 * @param convert converts values to the units of the training side
 * @returns null for any other kind of split
 * @throws UserError if the test set cannot be read, or has no window whose class also occurs on the training side
 */
export async function readTestSet(
  config: Pick<TrainConfig, "files" | "split"> & NamedColumns,
  trained: OpenedRecordings,
  convert: (rows: StoredRows) => StoredRows,
  windows: Pick<WindowSet, "users" | "classes">,
  options: Omit<WindowOptions, "classes">,
  reporter: Pick<Reporter, "warn">,
): Promise<TestSet | null> {
  const fixed = fixedSplitOf(config.split);
  if (fixed === undefined) return null;
  const { classes } = windows;
  const opened = await openRecordings(config.files, {
    columns: { ...namedColumnRoles(config), channels: [...trained.rows.channels], side: "test" },
    requireLabels: false,
    labelColumn: true,
    requirePeople: true,
    known: { people: windows.users, classes },
    nominalRateHz: options.samplingRateHz,
  });
  try {
    const { rows, quality } = opened;
    for (const warning of quality.warnings) {
      if (!trained.quality.warnings.includes(warning)) reporter.warn(`Test set: ${warning}`);
    }
    await refuseAbsurdValues(rows.channels, (c) => rows.column(c), opened.files);
    warnOfUnknownTestLabels(quality.classes, classes, reporter);
    const converted = convert(rows);
    const plan = planWindows(converted, { ...options, classes });
    const all = makeWindowsOfPlans([{ rows: converted, plan }])[0]!;
    const labelled = Int32Array.from(all.labels.keys()).filter((w) => all.labels[w]! >= 0);
    if (labelled.length === 0) {
      throw new UserError(`No window of the test set (--split ${config.split}) has a label.`, {
        advice: "Label the test rows, or use another kind of --split.",
      });
    }
    const own = pickWindows(all, labelled);
    const finder = new CopiedContentFinder();
    finder.add(trained.rows);
    finder.add(rows);
    const copies = finder.found().map(({ people }) => people);
    const leakage = testSetLeakage(fixed.column, windows.users, own.users, copies);
    for (const warning of testSetWarnings(leakage)) reporter.warn(warning);
    return { rows: quality.rows.kept, windows: own, leakage };
  } finally {
    opened.rows.close();
  }
}

/** @param network content of the model's model.onnx file */
export async function testSetReport(
  { rows, windows, leakage }: TestSet,
  network: Uint8Array,
  threads: number,
): Promise<TestSetReport> {
  const { classes, users, groups, labels } = windows;
  const predictor = new WindowPredictor({ path: modelFiles.network, bytes: network, classCount: classes.length });
  const probabilities = await predictor.predict(windows, { threads }).finally(() => predictor.close());
  const metricsOf = (index: readonly number[]) => {
    const own = new Float32Array(index.length * classes.length);
    for (const [i, w] of index.entries()) {
      own.set(probabilities.subarray(w * classes.length, (w + 1) * classes.length), i * classes.length);
    }
    return classificationMetrics(
      Int32Array.from(index, (w) => labels[w]!),
      own,
      classes,
    );
  };
  const rowsOf = Map.groupBy(groups.keys(), (w) => groups[w]!);
  const people = users.map((user, group) => ({ user, metrics: metricsOf(rowsOf.get(group)!) }));
  const worst = people.reduce((a, b) => (b.metrics.macro_f1 < a.metrics.macro_f1 ? b : a));
  return {
    column: leakage.column,
    rows,
    windows: labels.length,
    per_class: windowsPerClass(windows),
    users: people,
    pooled: metricsOf([...labels.keys()]),
    over_users: metricsSummary(people.map(({ metrics }) => metrics)),
    worst_user: { user: worst.user, macro_f1: worst.metrics.macro_f1, accuracy: worst.metrics.accuracy },
  };
}

function testSetLeakage(
  column: string,
  trained: readonly string[],
  tested: readonly string[],
  copies: readonly (readonly [string, string])[],
): TestSetLeakage {
  const byName = (names: readonly string[]): string[] => names.toSorted(naturalOrder);
  const [learned, held] = [new Set(trained), new Set(tested)];
  const both = copies.flatMap(([one, other]) => [[one, other] as const, [other, one] as const]);
  return {
    column,
    train_users: byName(trained),
    test_users: byName(tested),
    shared_users: byName(tested.filter((user) => learned.has(user))),
    copied_users: both.filter(([test, train]) => held.has(test) && learned.has(train) && test !== train),
  };
}

function testSetWarnings({ column, shared_users, copied_users }: TestSetLeakage): string[] {
  const shown = shared_users.length > 5 ? `${shared_users.slice(0, 5).join(", ")}, ...` : shared_users.join(", ");
  return [
    ...(shared_users.length === 0
      ? []
      : [
          `Column "${column}" puts ${shared_users.length === 1 ? "one person" : `${shared_users.length} people`} ` +
            `(${shown}) on both sides of the split. The figures of the test set show how well the network works for ` +
            `people in its training data, not for new people.`,
        ]),
    ...copied_users.map(
      ([test, train]) =>
        `${test} in the test set has the same values as ${train}, on whom the network is trained. The figures of ` +
        `the test set are too optimistic.`,
    ),
  ];
}

function warnOfUnknownTestLabels(
  found: Readonly<Record<string, unknown>>,
  classes: readonly string[],
  reporter: Pick<Reporter, "warn">,
): void {
  const unknown = Object.keys(found).filter((name) => !classes.includes(name));
  if (unknown.length === 0) return;
  reporter.warn(
    `The training side of the split has no class for ${unknown.join(", ")}; rows with these labels are left out of the test set.`,
  );
}
