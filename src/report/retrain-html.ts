// The report of a retraining: each cycle's training data and scores on the holdout, and the gate's decision. If the candidate
// became a model, these sections precede its cross-validation. A rejected candidate gets its own page.

import * as Plot from "@observablehq/plot";
import { counted } from "../counted.ts";
import { type RetrainReport, stopPhrases } from "../learning/training/retrain-report.ts";
import { percent } from "../percent.ts";
import { type Html, html } from "./html.ts";
import { htmlTable } from "./html-table.ts";
import { formatCount, formatFixed, formatSigned } from "./number-format.ts";
import { pageHeadline, pageHtml, pageTile, type Section } from "./page.ts";
import { plotSvg } from "./plot-svg.ts";

/** The page of a rejected candidate. Identical reports produce identical bytes. */
export function retrainPage(report: RetrainReport): string {
  const failed = report.gate.rules.filter(({ passed }) => !passed).map(({ name }) => name);
  return pageHtml({
    title: `Tidemark: retraining of ${report.champion}`,
    heading: `Retraining of ${report.champion}: not adopted`,
    lead: html`${retrainLead(report)} The gate rejected the candidate because it failed ${failed.length === 1 ? "the rule" : "these rules"}: ${failed.join(", ")}. Nothing was changed.`,
    warnings: report.warnings,
    headline: retrainHtmlHeadline(report),
    sections: retrainSections(report),
    footer: html`Written by <code>tidemark retrain</code> on ${report.created_at.slice(0, 10)}. The figures are in
 retrain_report.json.`,
  });
}

export function retrainSections(report: RetrainReport): Section[] {
  return [
    {
      id: "gate",
      title: "Gate",
      about: `${report.gate.passed ? "The candidate passed all rules." : "A candidate must pass all rules."} Neither network learned from the people in the holdout.`,
      body: html`${retrainGateTable(report)}<h3>Holdout</h3>${retrainPeopleTable(report)}`,
    },
    {
      id: "cycles",
      title: "Cycles",
      about: `Cycle 0 learns only from labelled windows. The winner is cycle ${report.winner}; the cycles ended because ${stopPhrases[report.stopped]}.`,
      body: html`<div class="grid">${retrainCycleCharts(report)}</div><h3>Cycle by cycle</h3>${retrainCycleTable(report)}`,
    },
    {
      id: "pseudo-labels",
      title: "Pseudo-labels",
      about:
        "Number of unlabelled windows that each cycle learned from, by the class that the previous cycle predicted for them. The lowest confidence is shown above each bar.",
      body: html`${retrainSelectionChart(report)}${retrainSelectionTable(report)}${retrainTruthTable(report)}`,
    },
  ];
}

function retrainLead({ labelled, holdout, unlabelled }: RetrainReport): string {
  return (
    `${counted(labelled.windows, "labelled window")} of ${counted(labelled.people.length, "person", "people")} and ` +
    `${counted(unlabelled.windows, "unlabelled one")} to learn from; ${counted(holdout.people.length, "person", "people")} in the holdout.`
  );
}

function retrainHtmlHeadline({ comparison, cycles, winner, gate }: RetrainReport): Html {
  const [low, high] = comparison.interval;
  const passed = gate.rules.filter((rule) => rule.passed).length;
  return pageHeadline("Macro-F1 on the holdout: labelled people from whom neither network learned.", [
    pageTile(
      "Candidate",
      formatFixed(comparison.candidate_macro_f1),
      `cycle ${winner} of ${cycles.length - 1}`,
      "first",
    ),
    pageTile(
      "Champion",
      formatFixed(comparison.champion_macro_f1),
      "from networks that had not learned from these people",
    ),
    pageTile(
      "Mean over people",
      formatSigned(comparison.mean_difference),
      `${formatSigned(low)} to ${formatSigned(high)}`,
    ),
    pageTile("Rules passed", `${passed} of ${gate.rules.length}`, gate.passed ? "adopted" : "not adopted"),
  ]);
}

function retrainGateTable({ gate }: RetrainReport): Html {
  const shown = (value: number | null): string => (Number.isInteger(value) ? String(value) : formatFixed(value));
  const rows = gate.rules.map(({ name, passed, value, limit, about }) => [
    name,
    passed ? "passed" : "failed",
    shown(value),
    shown(limit),
    about,
  ]);
  return htmlTable("Rules of the gate", ["rule", "", "value", "limit", "requirement"], rows, "rules");
}

function retrainPeopleTable({ comparison }: RetrainReport): Html {
  const rows = comparison.people.map(({ person, windows, champion_macro_f1: before, candidate_macro_f1: after }) => [
    person,
    formatCount(windows),
    formatFixed(before),
    formatFixed(after),
    formatSigned(after - before),
  ]);
  const head = ["person", "windows", "champion", "candidate", "difference"];
  return htmlTable("Macro-F1 by person", head, rows);
}

function retrainCycleTable({ cycles, winner }: RetrainReport): Html {
  const rows = cycles.map(({ cycle, share, selection, holdout, unlabelled }) => [
    cycle === winner ? `${cycle} (winner)` : `${cycle}`,
    percent(share, { decimals: 0 }),
    formatCount(selection?.total ?? 0),
    formatFixed(holdout.macro_f1),
    formatFixed(holdout.accuracy),
    formatFixed(holdout.expected_calibration_error),
    formatFixed(unlabelled.mean_confidence),
    formatFixed(unlabelled.mean_entropy),
    percent(unlabelled.flipped, { decimals: 1 }),
    formatFixed(unlabelled.macro_f1),
  ]);
  const head = [
    "cycle",
    "share",
    "selected",
    "holdout macro-F1",
    "accuracy",
    "ECE",
    "confidence",
    "entropy",
    "labels flipped",
    "unlabelled macro-F1",
  ];
  return htmlTable("Cycles", head, rows);
}

/** Small multiples, one per class, so that no colours are needed no matter how many classes there are. */
function retrainSelectionChart({ cycles, classes }: RetrainReport): Html | null {
  const learned = cycles.filter(({ selection }) => selection !== null);
  if (learned.length === 0) return null;
  const most = Math.max(1, ...learned.flatMap(({ selection }) => Object.values(selection!.per_class)));
  const panels = classes.map((name) => {
    const bars = learned.map(({ cycle, selection }) => ({
      cycle,
      count: selection!.per_class[name] ?? 0,
      least: selection!.thresholds[name] ?? null,
    }));
    const words = bars.map(({ cycle, count: n }) => `cycle ${cycle} ${n}`).join("; ");
    const chart = plotSvg(`Pseudo-labels of ${name}: ${words}.`, {
      height: 120,
      marginLeft: 42,
      marginRight: 14,
      marginTop: 20,
      marginBottom: 30,
      x: { label: "cycle", domain: learned.map(({ cycle }) => cycle), padding: 0.3, tickFormat: "d" },
      y: { label: "windows", domain: [0, most], grid: true, ticks: 3 },
      marks: [
        Plot.barY(bars, { x: "cycle", y: "count", fill: "var(--bar)" }),
        Plot.ruleY([0]),
        Plot.text(bars, {
          x: "cycle",
          y: "count",
          dy: -7,
          fill: "currentColor",
          text: ({ least }: (typeof bars)[number]) => (least === null ? "" : `≥ ${formatFixed(least, 2)}`),
        }),
      ],
    });
    return html`<figure class="card"><h3>${name}</h3>${chart}</figure>`;
  });
  return html`<div class="grid">${panels}</div><h3>Counts and lowest confidence</h3>`;
}

function retrainSelectionTable({ cycles, classes }: RetrainReport): Html {
  const rows = cycles.flatMap(({ cycle, selection }) => {
    if (selection === null) return [];
    const cells = classes.map((name) => {
      const least = selection.thresholds[name];
      return `${formatCount(selection.per_class[name] ?? 0)}${least == null ? "" : ` from ${formatFixed(least, 2)}`}`;
    });
    return [[`cycle ${cycle}`, ...cells, formatFixed(selection.share_shift)]];
  });
  if (rows.length === 0) return html`<p class="empty">No cycle learned from pseudo-labels.</p>`;
  return htmlTable("Selected windows by class, and their lowest confidence", ["", ...classes, "shift of shares"], rows);
}

function retrainTruthTable({ cycles, classes }: RetrainReport): Html | null {
  const rows = cycles.flatMap(({ cycle, selection }) => {
    const truth = selection?.truth;
    if (truth == null) return [];
    const cells = classes.map((name) => {
      const { precision, recall } = truth.per_class[name] ?? { precision: null, recall: null };
      return `${formatFixed(precision, 2)} / ${formatFixed(recall, 2)}`;
    });
    return [[`cycle ${cycle}`, formatFixed(truth.accuracy), ...cells]];
  });
  if (rows.length === 0) return null;
  return html`<h3>Precision and recall of the pseudo-labels</h3>${htmlTable("Pseudo-labels against the true labels", ["", "accuracy", ...classes], rows)}`;
}

function retrainCycleCharts({ cycles, winner, comparison }: RetrainReport): Html[] {
  const frame = { height: 170, marginLeft: 42, marginRight: 14, marginTop: 24, marginBottom: 32 };
  const x = {
    label: "cycle",
    domain: [0, Math.max(1, cycles.length - 1)],
    ticks: cycles.map(({ cycle }) => cycle),
    tickFormat: "d",
  };
  const line = (
    title: string,
    label: string,
    value: (cycle: RetrainReport["cycles"][number]) => number | null,
    more: Plot.Markish[] = [],
  ): Html => {
    const points = cycles.flatMap((cycle) => {
      const y = value(cycle);
      return y === null ? [] : [{ cycle: cycle.cycle, y }];
    });
    const words = points.map(({ cycle, y }) => `cycle ${cycle} ${formatFixed(y)}`).join("; ");
    const chart = plotSvg(`${title}: ${words}.`, {
      ...frame,
      x,
      y: { label, grid: true, nice: true, ticks: 4 },
      marks: [
        ...more,
        Plot.lineY(points, { x: "cycle", y: "y", stroke: "var(--accent)", strokeWidth: 2 }),
        Plot.dot(points, {
          x: "cycle",
          y: "y",
          r: 3.5,
          fill: ({ cycle }) => (cycle === winner ? "var(--accent)" : "var(--surface)"),
          stroke: "var(--accent)",
        }),
      ],
    });
    return html`<figure class="card"><h3>${title}</h3>${chart}</figure>`;
  };
  const champion = Plot.ruleY([comparison.champion_macro_f1], {
    stroke: "currentColor",
    strokeDasharray: "3,3",
    strokeOpacity: 0.5,
  });
  const truths = cycles.some(({ unlabelled }) => unlabelled.macro_f1 !== null);
  return [
    line("Holdout", "macro-F1 (dashed: champion)", ({ holdout }) => holdout.macro_f1, [champion]),
    ...(truths
      ? [line("Unlabelled people, by their true labels", "macro-F1", ({ unlabelled }) => unlabelled.macro_f1)]
      : []),
    line("Learned from", "pseudo-labelled windows", ({ selection }) => selection?.total ?? 0),
    ...(truths ? [line("Correct pseudo-labels", "share", ({ selection }) => selection?.truth?.accuracy ?? null)] : []),
    line("Confidence", "mean on unlabelled windows", ({ unlabelled }) => unlabelled.mean_confidence),
    line("Entropy", "mean, as a share of the maximum", ({ unlabelled }) => unlabelled.mean_entropy),
    line("Labels that flipped", "share of unlabelled windows", ({ unlabelled }) => unlabelled.flipped),
  ];
}
