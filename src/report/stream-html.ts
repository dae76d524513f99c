// The page of `tidemark streams show --out stream.html`: the stream's current state and when it began, the evidence relative to
// the alarm level, the figures for its batches over time, and every batch with the reasons for its verdict.

import * as Plot from "@observablehq/plot";
import { counted } from "../counted.ts";
import { durationText } from "../duration-text.ts";
import { timeRangeText } from "../instant-text.ts";
import type { ShownBatch } from "../monitoring/streams/shown-batch.ts";
import type { ShownStream } from "../monitoring/streams/stream-answers.ts";
import { percent } from "../percent.ts";
import type { Chart } from "./chart.ts";
import { evidenceChart } from "./evidence-chart.ts";
import {
  alarmCauseSentences,
  explainedCause,
  explainShareOfAlarmInShort,
  referenceNames,
  verdictNames,
} from "./explain-check.ts";
import { type Html, html } from "./html.ts";
import { htmlTable } from "./html-table.ts";
import { formatAxisLabel, formatCount, formatFixed } from "./number-format.ts";
import { pageHtml, pageTile, type Section } from "./page.ts";
import { verdictBadge } from "./verdict-badge.ts";
import { wideCard } from "./wide-card.ts";

/** Number of most recent batches shown in charts; the table lists all batches. */
const charted = 100;

/** The whole page. Identical inputs produce identical bytes. */
export function streamHtml(shown: ShownStream): string {
  const { stream, model_version, at, history, batches } = shown;
  const part = history.length < batches.total ? ` Shown: the last ${formatCount(history.length)}.` : "";
  return pageHtml({
    title: `Tidemark: stream ${stream}`,
    heading: `Stream ${stream}`,
    lead: html`As it was at ${streamHtmlMinute(at)}, under model version <code>${model_version}</code>.${part}`,
    warnings: [],
    headline: streamStateSection(shown),
    sections: history.length === 0 ? [] : streamHistorySections(shown),
    footer: html`Written by <code>tidemark streams show</code>. <code>--json</code> prints the figures.`,
  });
}

/** "2026-11-28 10:05 UTC" */
export function streamHtmlMinute(time: string): string {
  return `${time.slice(0, 16).replace("T", " ")} UTC`;
}

function streamStateSection({
  state,
  since,
  confirmed,
  channel,
  reference,
  silence,
  batches,
  last,
  history,
  at,
}: ShownStream): Html {
  const newest = history.at(-1);
  const isAlarm = state !== null && state !== "normal";
  const point = newest?.change_point ?? null;
  const estimate = history.findLast(({ accuracy }) => accuracy !== null)?.accuracy ?? null;
  const sentences = [
    ...(since === null || !isAlarm
      ? []
      : [`In alarm since ${streamHtmlMinute(since)}, that is, for ${streamHtmlDuration(since, at)}.`]),
    ...(point === null ? [] : [`The change probably began at about batch ${point}.`]),
    ...(confirmed === false ? ["Whether the change is called sudden or gradual may still change."] : []),
    ...(channel === null || reference === null ? [] : [`${channel} is furthest from ${referenceNames[reference]}.`]),
    ...(last.verdict === "rejected" ? [`The last batch, ${last.batch_id}, was rejected by the quality gate.`] : []),
    ...(silence.silent === true && silence.usual_interval_seconds !== null
      ? [
          `Silent: nothing has arrived for ${durationText(silence.seconds)}; usually, a batch arrives every ${durationText(silence.usual_interval_seconds)}.`,
        ]
      : []),
  ];
  return html`<section aria-labelledby="state"><h2 id="state">State</h2>
<p>${state === null ? "No batch has been judged yet." : verdictBadge(state)}</p>
<ul class="reasons">${sentences.map((sentence) => html`<li>${sentence}</li>`)}</ul>
<dl class="tiles">
${pageTile("Batches", formatCount(batches.total), `${formatCount(batches.alarmed)} in alarm, ${formatCount(batches.rejected)} rejected`)}
${pageTile("Last batch", `${durationText(silence.seconds)} ago`, `${last.batch_id}, ${streamHtmlMinute(last.received_at)}`)}
${pageTile("Evidence", last.evidence === null ? "–" : explainShareOfAlarmInShort(last.evidence), "the alarm level", isAlarm ? "first" : "")}
${pageTile("Estimated accuracy", estimate === null ? "unknown" : percent(estimate.estimate, { decimals: 0 }), estimate === null ? "of its last batches" : `${percent(estimate.lower, { decimals: 0 })} to ${percent(estimate.upper, { decimals: 0 })}, last batch that allows it`)}
</dl></section>`;
}

function streamHtmlDuration(from: string, to: string): string {
  return durationText(Math.max(0, (Date.parse(to) - Date.parse(from)) / 1000));
}

function streamHistorySections({ history }: ShownStream): Section[] {
  const last = history.slice(-charted);
  const point = history.at(-1)?.change_point ?? null;
  const which = history.length > charted ? ` The last ${charted} batches.` : "";
  return [
    {
      id: "evidence",
      title: "Evidence relative to the alarm level",
      about: `Evidence multiplies from batch to batch, so the scale is logarithmic; an alarm begins at the alarm level.${which}`,
      body: html`<p class="legend"><span class="key-mark">●</span> normal <span class="key-mark">▲</span> gradual drift
 <span class="key-mark">◆</span> sudden change <span class="key-mark">✕</span> rejected <span class="key key-miss"></span> alarm level
 ${point === null ? null : html`<span class="key key-rule"></span> estimated change`}</p>
${wideCard((width) =>
  evidenceChart(
    last.map(({ batch_id, verdict, evidence }) => ({ batch_id, verdict, share: evidence })),
    width,
    point,
  ),
)}`,
    },
    ...streamChartSection(
      "channels",
      "Channels over time",
      streamChannelsChart(last),
      "The larger a dot, the larger the score of the channel against the reference that was furthest away. For old batches, only the furthest channel is kept.",
    ),
    ...streamChartSection(
      "mix",
      "Activities over time",
      streamMixChart(last),
      "Share of the windows by predicted class.",
    ),
    ...streamChartSection(
      "accuracy",
      "Estimated accuracy over time",
      streamAccuracyChart(last),
      "Estimated without labels; the bars are intervals for new people. During an alarm there is no estimate, because a network can be confident and wrong on data with a fault.",
    ),
    {
      id: "batches",
      title: "Batches",
      about: "The newest first.",
      body: htmlTable(
        "Every batch",
        [
          "batch",
          "data (UTC)",
          "received (UTC)",
          "verdict",
          "evidence",
          "furthest",
          "reasons",
          "in references",
          "accuracy",
        ],
        history.toReversed().map(streamBatchRow),
        "batches",
      ),
    },
  ];
}

function streamChartSection(
  id: string,
  title: string,
  chart: ((width: number) => Chart) | null,
  about: string,
): Section[] {
  return chart === null ? [] : [{ id, title, about, body: wideCard(chart) }];
}

function streamBatchRow(batch: ShownBatch): (string | Html)[] {
  const { batch_id, data_from, data_to, received_at, verdict, evidence, leading, in_references, accuracy } = batch;
  const furthest = batch.comparisons.find(({ reference }) => reference === leading);
  return [
    batch_id,
    data_from === null || data_to === null ? "–" : timeRangeText(data_from, data_to),
    received_at.slice(0, 16).replace("T", " "),
    verdictNames[verdict],
    evidence === null ? "–" : explainShareOfAlarmInShort(evidence),
    furthest === undefined ? "–" : `${furthest.channel} from ${referenceNames[furthest.reference]}`,
    streamBatchReasons(batch).join(" ") || "–",
    in_references ? "yes" : "no",
    accuracy === null ? "–" : percent(accuracy.estimate, { decimals: 0 }),
  ];
}

/** The reasons for a batch's verdict in a history, in a few words each. */
export function streamBatchReasons({
  raised_by,
  likely_causes,
  unfamiliar,
  doubtful,
  faults,
  verdict,
}: ShownBatch): string[] {
  return [
    ...faults.map(({ message }) => message),
    ...(raised_by === null ? [] : [alarmCauseSentences[raised_by]]),
    ...likely_causes.map((cause) => `Likely: ${explainedCause(cause)}.`),
    ...(unfamiliar ? ["Unlike the people in the training data."] : []),
    ...(doubtful && verdict === "normal" ? ["Doubtful, so kept out of the references."] : []),
  ];
}

const frame = { marginRight: 14, marginTop: 8, marginBottom: 34 } as const;

function streamTimeAxis(last: readonly ShownBatch[], width: number, marginLeft: number): Plot.ScaleOptions {
  const step = Math.max(1, Math.ceil(last.length / Math.max(1, Math.floor((width - marginLeft) / 130))));
  return {
    domain: [-0.5, last.length - 0.5],
    ticks: Array.from({ length: Math.ceil(last.length / step) }, (_, i) => last.length - 1 - i * step),
    tickFormat: (i: number) => last[i]?.batch_id.slice(-16) ?? "",
    label: null,
  };
}

function streamAxisMargin(names: readonly string[]): number {
  return 16 + 6.2 * Math.max(4, ...names.map((name) => [...name].length));
}

function streamChannelsChart(last: readonly ShownBatch[]): ((width: number) => Chart) | null {
  const cells = last.flatMap(({ channels, comparisons, leading }, i) => {
    if (channels.length > 0) return channels.map(({ channel, score }) => ({ i, channel, score }));
    const furthest = comparisons.find(({ reference }) => reference === leading);
    return furthest === undefined ? [] : [{ i, channel: furthest.channel, score: furthest.score }];
  });
  if (cells.length === 0) return null;
  const names = [...new Set(cells.map(({ channel }) => channel))].sort();
  const shown = names.map((name) => formatAxisLabel(name, 14));
  return (width) => ({
    label: `Scores by channel for ${counted(last.length, "batch", "batches")}: ${names.join(", ")}.`,
    options: {
      ...frame,
      width,
      marginLeft: streamAxisMargin(shown),
      height: 22 * names.length + 46,
      x: streamTimeAxis(last, width, streamAxisMargin(shown)),
      y: { type: "band", domain: names.map((_, k) => k), label: null, tickFormat: (k: number) => shown[k] ?? "" },
      r: { type: "identity" },
      marks: [
        Plot.ruleY(
          names.map((_, k) => k),
          { stroke: "var(--line)" },
        ),
        Plot.dot(cells, {
          x: "i",
          y: ({ channel }: { channel: string }) => names.indexOf(channel),
          r: ({ score }: { score: number }) => Math.min(9, 1.5 * Math.sqrt(Math.max(0.3, score))),
          fill: "var(--accent)",
          fillOpacity: 0.75,
          title: ({ i, channel, score }: { i: number; channel: string; score: number }) =>
            `${last[i]!.batch_id}: ${channel} ${formatFixed(score, 1)}`,
        }),
      ],
    },
  });
}

function streamMixChart(last: readonly ShownBatch[]): ((width: number) => Chart) | null {
  const names = [...new Set(last.flatMap(({ class_shares }) => Object.keys(class_shares ?? {})))];
  if (names.length === 0) return null;
  const shown = names.map((name) => formatAxisLabel(name, 14));
  const cells = last.flatMap(({ class_shares: shares }, i) =>
    shares === null ? [] : names.map((name, k) => ({ i, k, share: shares[name] ?? 0 })),
  );
  return (width) => ({
    label: `Share of windows by predicted class for ${counted(last.length, "batch", "batches")}: ${names.join(", ")}.`,
    options: {
      ...frame,
      width,
      marginLeft: streamAxisMargin(shown),
      height: 34 * names.length + 46,
      x: streamTimeAxis(last, width, streamAxisMargin(shown)),
      y: { axis: null, domain: [0, Math.max(0.01, ...cells.map(({ share }) => share))] },
      fy: {
        domain: names.map((_, k) => k),
        axis: "left",
        label: null,
        padding: 0.15,
        tickFormat: (k: number) => shown[k] ?? "",
      },
      marks: [
        Plot.rectY(cells, {
          x1: ({ i }: { i: number }) => i - 0.4,
          x2: ({ i }: { i: number }) => i + 0.4,
          y: "share",
          fy: "k",
          fill: "var(--accent)",
          fillOpacity: 0.75,
          title: ({ i, k, share }: { i: number; k: number; share: number }) =>
            `${last[i]!.batch_id}: ${names[k]} ${percent(share, { decimals: 0 })}`,
        }),
        Plot.ruleY([0], { stroke: "var(--quiet)" }),
      ],
    },
  });
}

function streamAccuracyChart(last: readonly ShownBatch[]): ((width: number) => Chart) | null {
  const points = last.flatMap(({ accuracy }, i) => (accuracy === null ? [] : [{ i, ...accuracy }]));
  if (points.length === 0) return null;
  return (width) => ({
    label: `Estimated accuracy of ${counted(points.length, "batch", "batches")}; last ${percent(points.at(-1)!.estimate, { decimals: 0 })}.`,
    options: {
      ...frame,
      width,
      marginLeft: 48,
      height: 150,
      x: streamTimeAxis(last, width, 48),
      y: { domain: [0, 1], label: null, ticks: [0, 0.5, 1], tickFormat: "%", grid: true },
      marks: [
        Plot.ruleX(points, { x: "i", y1: "lower", y2: "upper", stroke: "var(--muted)", strokeWidth: 2 }),
        Plot.dot(points, { x: "i", y: "estimate", r: 3, fill: "var(--accent)" }),
      ],
    },
  });
}
