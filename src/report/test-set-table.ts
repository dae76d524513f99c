// Tables about a test set: its figures, and the people and values that it has in common with the training data.

import type { ClassificationMetrics, TestSetLeakage, TestSetReport } from "../learning/training/cv-report.ts";
import type { Html } from "./html.ts";
import { htmlTable } from "./html-table.ts";
import { formatCount, formatFixed } from "./number-format.ts";

/** Figures for the finished network on each person in the test set. */
export function testSetTable({ users, pooled }: TestSetReport): Html {
  const row = (name: string, m: ClassificationMetrics): string[] => [
    name,
    formatCount(m.n),
    formatFixed(m.macro_f1),
    formatFixed(m.accuracy),
    formatFixed(m.kappa),
    formatFixed(m.expected_calibration_error),
  ];
  const head = ["person", "windows", "macro-F1", "accuracy", "kappa", "calibration error"];
  return htmlTable("Metrics on the test set", head, [
    ...users.map(({ user, metrics }) => row(user, metrics)),
    row("all", pooled),
  ]);
}

export function testSetTableProof({ column, shared_users, copied_users }: TestSetLeakage): string {
  if (shared_users.length > 0) return `Column ${column} has people on both sides: ${shared_users.join(", ")}.`;
  if (copied_users.length > 0) return `People in the test set have values that the network learned from.`;
  return `Nobody in the test set (column ${column}) is among the people that the network learned from, and no values are shared.`;
}

export function testSetTablePeople({ train_users, test_users, shared_users, copied_users }: TestSetLeakage): Html {
  const copied = copied_users.map((pair) => pair.join(" = ")).join(", ") || "none";
  const row = [test_users.join(", "), train_users.join(", "), formatCount(shared_users.length), copied];
  return htmlTable("Test set", ["tested", "trained", "shared people", "same values"], [row], "names");
}
