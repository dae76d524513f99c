// The description of a training run on a tracking server.

import { counted } from "../counted.ts";
import type { CvReport } from "../learning/training/cv-report.ts";
import { modelFiles } from "../storage/model-folder.ts";
import { whatFoldsMeasured } from "./what-folds-measured.ts";

/** The run's note, in Markdown. */
export function trainLogNote(report: CvReport): string {
  const { summary, classes, channels, users, windows, leakage, warnings } = report;
  const figure = ({ mean, sd }: { mean: number | null; sd: number | null }): string =>
    `${mean?.toFixed(3) ?? "–"}${sd === null ? "" : ` ± ${sd.toFixed(3)}`}`;
  const worst = summary.worst_user;
  const rows = (["macro_f1", "accuracy", "kappa"] as const).map(
    (key) => `| ${key.replace("_", " ")} | ${figure(summary.over_folds[key])} | ${figure(summary.over_users[key])} |`,
  );
  return [
    `**${report.model_version}**: ${counted(classes.length, "class", "classes")} (${classes.join(", ")}) from ${channels.join(", ")}.`,
    "",
    `${counted(windows.total, "window")} of ${counted(users.length, "person", "people")}, ${counted(report.folds.length, "fold")}. ` +
      whatFoldsMeasured(leakage),
    "",
    "| | over folds | over people |",
    "| --- | --- | --- |",
    ...rows,
    "",
    ...(report.test_set === undefined
      ? []
      : [
          `Test set (column ${report.test_set.column}): macro-F1 ${report.test_set.pooled.macro_f1.toFixed(3)}, accuracy ${report.test_set.pooled.accuracy.toFixed(3)} over ${counted(report.test_set.windows, "window")} of ${counted(report.test_set.users.length, "person", "people")}.`,
          "",
        ]),
    ...(report.final_fit.choice === undefined ? [] : [trainLogNoteChoice(report.final_fit.choice), ""]),
    `Worst person: ${worst.user}, macro-F1 ${worst.macro_f1.toFixed(3)}. The whole report is the artifact ${modelFiles.report}.`,
    ...warnings.map((warning) => `\n> ${warning}`),
  ].join("\n");
}

function trainLogNoteChoice({ chosen, losses }: NonNullable<CvReport["final_fit"]["choice"]>): string {
  const tried = Object.entries(losses).map(([name, loss]) => `${name} ${loss.toFixed(3)}`);
  return `Network: auto chose ${chosen}; mean log loss of held-out people: ${tried.join(", ")}.`;
}
