// The page of `tidemark drift-bench --out`: how often each judge raises false alarms on drift-free streams, how soon it detects
// a change, and whether it names it correctly.

import * as Plot from "@observablehq/plot";
import { counted } from "../counted.ts";
import type { DriftBenchResult, JudgeName } from "../monitoring/drift/bench-figures.ts";
import { percent } from "../percent.ts";
import { dataTable } from "./data-table.ts";
import { count, fixed } from "./format.ts";
import { type Html, html } from "./html.ts";
import { headlineHtml, pageHtml, tile } from "./page.ts";
import { plotSvg } from "./plot-svg.ts";

type BenchedChange = DriftBenchResult["changes"][number];

/** The whole page. Equal figures give equal bytes. */
export function driftBenchHtml(result: DriftBenchResult): string {
  const { people, batches, change_at: changeAt } = result;
  return pageHtml({
    title: "Tidemark: drift bench",
    heading: "What this monitor does on these recordings",
    lead: html`${counted(people.length, "person", "people")}, ${counted(result.streams, "stream")} of
 ${counted(batches, "batch", "batches")} of ${result.batch_seconds} s per person and change.`,
    warnings: result.warnings,
    headline: headline(result),
    sections: [
      {
        id: "no-drift",
        title: "Without drift",
        about:
          "Every alarm here is false. In the last column, people do only half of their activities, and the sensor works properly.",
        body: html`<div class="pair">${falseAlarmChart(result)}${falseAlarmTable(result)}</div>`,
      },
      {
        id: "people",
        title: "People",
        about:
          "Share of each person’s drift-free batches that raised an alarm. Does everybody cause false alarms, or one unusual person?",
        body: peopleTable(result),
      },
      {
        id: "changes",
        title: "Changes",
        about: `Injected from batch ${changeAt} on. Share of streams in which an alarm has begun, by number of batches since the change.
 What is alarmed all the time detects nothing.`,
        body: html`${legend}<div class="grid">${result.changes.map((change) => changeCard(change, result))}</div>`,
      },
      {
        id: "delays",
        title: "Delays and names",
        about:
          "The delay is the median over all streams; the first changed batch counts as 1. Names are read five batches after the alarm.",
        body: changeTable(result),
      },
    ],
    footer: html`Written by <code>tidemark drift-bench</code> with seed ${result.seed}: equal recordings, model and seed give equal
 figures. <code>--json</code> prints them.`,
  });
}

function headline({ no_drift: still, changes, arl }: DriftBenchResult): Html {
  const { tidemark, constants } = still;
  const seen = mean(changes.map(({ figures }) => figures.tidemark.within_25));
  const named = mean(changes.flatMap(({ figures }) => figures.tidemark.label_right ?? []));
  return headlineHtml("Over all people. The constants are the textbook thresholds of KS and PSI.", [
    tile(
      "False alarms",
      percent(tidemark.alarms_per_batch, { decimals: 1 }),
      `of batches; constants ${percent(constants.alarms_per_batch, { decimals: 1 })}`,
      "first",
    ),
    tile("Batches between alarms", run_length(tidemark), `requested: at least ${count(arl)}`),
    tile("Changes detected", percent(seen, { decimals: 0 }), "within 25 batches, mean over the changes below"),
    tile("Named correctly", percent(named, { decimals: 0 }), "sudden or gradual, five batches after the alarm"),
  ]);
}

function run_length({ run_length: length, batches }: { run_length: number | null; batches: number }): string {
  return length === null ? `> ${count(batches)}` : count(length);
}

function falseAlarmTable({ no_drift: still, other_mix: mixed }: DriftBenchResult): Html {
  const rows = judgesOf(still).map((judge) => [
    judge,
    percent(still[judge].alarms_per_batch, { decimals: 1 }),
    run_length(still[judge]),
    percent(mixed[judge].alarms_per_batch, { decimals: 1 }),
  ]);
  const head = ["judge", "batches that raise an alarm", "batches between alarms", "with half of the activities"];
  return dataTable("False alarms by judge", head, rows);
}

function falseAlarmChart({ no_drift: still }: DriftBenchResult): Html {
  const bars = judgesOf(still).map((judge) => ({ judge, share: still[judge].alarms_per_batch }));
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

function peopleTable({ people, no_drift_by_person: figures }: DriftBenchResult): Html {
  const judges = judgesOf(figures);
  const rows = people.map((person, i) => [
    person,
    ...judges.map((judge) => percent(figures[judge][i]?.alarms_per_batch, { decimals: 1 })),
  ]);
  return dataTable("False alarms by person", ["person", ...judges], rows);
}

const legend = html`<p class="legend"><span class="key key-accent"></span> tidemark <span class="key"></span> constants,
 KS p-value</p>`;

function changeCard({ name, figures }: BenchedChange, { batches, change_at: changeAt }: DriftBenchResult): Html {
  const changed = batches - changeAt;
  const points = judgesOf(figures)
    .filter((judge) => judge !== "every 100")
    .flatMap((judge) => [0, ...figures[judge].seen_by].map((share, batch) => ({ judge, batch, share })));
  const own = points.filter(({ judge }) => judge === "tidemark");
  const { detected, median_delay } = figures.tidemark;
  const about =
    detected === 0
      ? "not detected"
      : `detected in ${percent(detected, { decimals: 0 })} of streams${median_delay === null ? "" : `, in half of them by batch ${median_delay}`}`;
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

function changeTable({ changes, no_drift: still }: DriftBenchResult): Html {
  const others = judgesOf(still).filter((judge) => judge !== "tidemark");
  const rows = changes.map(({ name, expected, figures: { tidemark, ...rest } }) => [
    ...[name, expected.replace("_", " "), fixed(tidemark.detected, 2), tidemark.median_delay ?? "–"],
    ...[fixed(tidemark.within_5, 2), fixed(tidemark.within_25, 2), fixed(tidemark.label_right, 2)],
    ...others.map((judge) => fixed(rest[judge as keyof typeof rest].detected, 2)),
  ]);
  const head = ["change", "is", "detected", "delay", "in 5", "in 25", "named correctly", ...others];
  return dataTable("Changes", head, rows);
}

function judgesOf(figures: Readonly<Record<JudgeName, unknown>>): JudgeName[] {
  return Object.keys(figures) as JudgeName[];
}

function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}
