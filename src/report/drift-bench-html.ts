// The page of `tidemark drift-bench --out`: how often each judge raises false alarms on drift-free streams, how soon it detects
// a change, and whether it identifies the change correctly.

import * as Plot from "@observablehq/plot";
import { counted } from "../counted.ts";
import type { DriftBenchResult, JudgeName } from "../monitoring/drift/bench-figures.ts";
import { percent } from "../percent.ts";
import { type Html, html } from "./html.ts";
import { htmlTable } from "./html-table.ts";
import { formatCount, formatFixed } from "./number-format.ts";
import { pageHeadline, pageHtml, pageTile } from "./page.ts";
import { plotSvg } from "./plot-svg.ts";

type BenchedChange = DriftBenchResult["changes"][number];

/** The whole page. Identical figures produce identical bytes. */
export function driftBenchHtml(result: DriftBenchResult): string {
  const { people, batches, change_at: changeAt } = result;
  return pageHtml({
    title: "Tidemark: drift bench",
    heading: "How this monitor performs on these recordings",
    lead: html`${counted(people.length, "person", "people")}, ${counted(result.streams, "stream")} of
 ${counted(batches, "batch", "batches")} of ${result.batch_seconds} s per person and change, ${driftBenchHtmlDay(result.day)}.`,
    warnings: result.warnings,
    headline: driftBenchHeadline(result),
    sections: [
      {
        id: "no-drift",
        title: "Without drift",
        about:
          "Every alarm on these streams is false. In the last column, people do only half of their activities, but nothing is wrong with the sensor.",
        body: html`<div class="pair">${benchFalseAlarmChart(result)}${benchFalseAlarmTable(result)}</div>`,
      },
      {
        id: "people",
        title: "People",
        about:
          "Share of each person’s drift-free batches that raised an alarm. The table shows whether false alarms come from everyone or only from one unusual person.",
        body: benchPeopleTable(result),
      },
      {
        id: "changes",
        title: "Changes",
        about: `Injected from batch ${changeAt} on. Share of streams in which an alarm has begun, by number of batches since the change.
 A change counts as detected only if a new alarm begins after it, so a judge that is always in alarm detects nothing.`,
        body: html`${legend}<div class="grid">${result.changes.map((change) => benchChangeCard(change, result))}</div>`,
      },
      {
        id: "delays",
        title: "Delays and names",
        about:
          "The delay is the median over all streams; the first changed batch counts as 1. The kind of a change is evaluated five batches after the alarm.",
        body: benchChangeTable(result),
      },
    ],
    footer: html`Written by <code>tidemark drift-bench</code> with seed ${result.seed}: the same recordings, model and seed
 give the same figures. <code>--json</code> prints them.`,
  });
}

function driftBenchHeadline({ no_drift: still, changes, arl }: DriftBenchResult): Html {
  const { tidemark, constants } = still;
  const seen = benchPageMean(changes.map(({ figures }) => figures.tidemark.within_25));
  const named = benchPageMean(changes.flatMap(({ figures }) => figures.tidemark.label_right ?? []));
  return pageHeadline("Over all people. The constants are the textbook thresholds for KS and PSI.", [
    pageTile(
      "False alarms",
      percent(tidemark.alarms_per_batch, { decimals: 1 }),
      `of batches; constants ${percent(constants.alarms_per_batch, { decimals: 1 })}`,
      "first",
    ),
    pageTile("Batches between alarms", driftBenchHtmlRunLength(tidemark), `requested: at least ${formatCount(arl)}`),
    pageTile("Changes detected", percent(seen, { decimals: 0 }), "within 25 batches, mean over the changes below"),
    pageTile("Named correctly", percent(named, { decimals: 0 }), "sudden or gradual, five batches after the alarm"),
  ]);
}

function driftBenchHtmlRunLength({
  run_length: length,
  batches,
}: {
  run_length: number | null;
  batches: number;
}): string {
  return length === null ? `> ${formatCount(batches)}` : formatCount(length);
}

function benchFalseAlarmTable({ no_drift: still, other_mix: mixed }: DriftBenchResult): Html {
  const rows = benchPageJudges(still).map((judge) => [
    judge,
    percent(still[judge].alarms_per_batch, { decimals: 1 }),
    driftBenchHtmlRunLength(still[judge]),
    percent(mixed[judge].alarms_per_batch, { decimals: 1 }),
  ]);
  const head = ["judge", "batches that raise an alarm", "batches between alarms", "with half of the activities"];
  return htmlTable("False alarms by judge", head, rows);
}

function benchFalseAlarmChart({ no_drift: still }: DriftBenchResult): Html {
  const bars = benchPageJudges(still).map((judge) => ({ judge, share: still[judge].alarms_per_batch }));
  const label = `Drift-free batches that raise an alarm: ${bars.map(({ judge, share }) => `${judge} ${percent(share, { decimals: 1 })}`).join("; ")}.`;
  const chart = plotSvg(label, {
    height: 30 * bars.length + 40,
    marginLeft: 84,
    marginRight: 56,
    marginTop: 6,
    marginBottom: 34,
    x: { domain: [0, 1], label: "batches that raise an alarm", ticks: 5, tickFormat: "%" },
    y: { domain: bars.map(({ judge }) => judge), label: null, tickSize: 0, padding: 0.3 },
    marks: [
      Plot.barX(bars, {
        x: "share",
        y: "judge",
        fill: ({ judge }: { judge: JudgeName }) => (judge === "tidemark" ? "var(--accent)" : "var(--bar)"),
      }),
      Plot.text(bars, {
        y: "judge",
        frameAnchor: "right",
        dx: 54,
        textAnchor: "end",
        fontVariant: "tabular-nums",
        text: ({ share }: { share: number }) => percent(share, { decimals: 1 }),
      }),
    ],
  });
  return html`<figure class="card">${chart}</figure>`;
}

function benchPeopleTable({ people, no_drift_by_person: figures }: DriftBenchResult): Html {
  const judges = benchPageJudges(figures);
  const rows = people.map((person, i) => [
    person,
    ...judges.map((judge) => percent(figures[judge][i]?.alarms_per_batch, { decimals: 1 })),
  ]);
  return htmlTable("False alarms by person", ["person", ...judges], rows);
}

const legend = html`<p class="legend"><span class="key key-accent"></span> tidemark <span class="key"></span> constants,
 KS p-value</p>`;

function driftBenchHtmlDay(day: DriftBenchResult["day"]): string {
  if (day === "recorded") return "in recorded order";
  return `with bouts of ${[...new Set(day.bout_seconds)].join(" to ")} s`;
}

function benchChangeCard({ name, figures }: BenchedChange, { batches, change_at: changeAt }: DriftBenchResult): Html {
  const changed = batches - changeAt;
  const points = benchPageJudges(figures)
    .filter((judge) => judge !== "every 100")
    .flatMap((judge) => [0, ...figures[judge].seen_by].map((share, batch) => ({ judge, batch, share })));
  const own = points.filter(({ judge }) => judge === "tidemark");
  const { detected, median_delay } = figures.tidemark;
  const about =
    detected === 0
      ? "not detected"
      : `detected in ${percent(detected, { decimals: 0 })} of streams${median_delay === null ? "" : `; in half of all streams by batch ${median_delay}`}`;
  const frame = { height: 140, marginLeft: 40, marginRight: 12, marginTop: 20, marginBottom: 30 };
  const line = { x: "batch", y: "share", curve: "step-after", z: "judge" } as const;
  const chart = plotSvg(`${name}: ${about}.`, {
    ...frame,
    x: { domain: [0, changed], label: "batches since the change", ticks: 5, tickFormat: "d" },
    y: { domain: [0, 1], label: "seen", ticks: [0, 0.5, 1], grid: true, tickFormat: "%" },
    marks: [
      Plot.lineY(points, { ...line, filter: ({ judge }) => judge !== "tidemark", stroke: "var(--muted)" }),
      Plot.lineY(own, { ...line, stroke: "var(--accent)", strokeWidth: 2.5 }),
    ],
  });
  return html`<figure class="card"><h3>${name}</h3>${chart}<figcaption>${about}</figcaption></figure>`;
}

function benchChangeTable({ changes, no_drift: still }: DriftBenchResult): Html {
  const others = benchPageJudges(still).filter((judge) => judge !== "tidemark");
  const rows = changes.map(({ name, expected, figures: { tidemark, ...rest } }) => [
    name,
    expected.replace("_", " "),
    formatFixed(tidemark.detected, 2),
    tidemark.median_delay ?? "–",
    formatFixed(tidemark.within_5, 2),
    formatFixed(tidemark.within_25, 2),
    formatFixed(tidemark.label_right, 2),
    ...others.map((judge) => formatFixed(rest[judge as keyof typeof rest].detected, 2)),
  ]);
  const head = ["change", "is", "detected", "delay", "in 5", "in 25", "named correctly", ...others];
  return htmlTable("Changes", head, rows);
}

function benchPageJudges(figures: Readonly<Record<JudgeName, unknown>>): JudgeName[] {
  return Object.keys(figures) as JudgeName[];
}

function benchPageMean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}
