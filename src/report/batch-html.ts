// The page of `tidemark check --out`: the verdict and its reasons, then the batch's values beside the values of the training
// data and of the stream's own past, which show the change.

import { counted } from "../counted.ts";
import { durationText } from "../duration-text.ts";
import type { CheckedChannel, CheckResult, JudgedBatch, RejectedBatch } from "../monitoring/streams/check-result.ts";
import { percent } from "../percent.ts";
import { accuracyChart } from "./accuracy-chart.ts";
import { type BatchPicture, type PicturedChannel, type PictureSource, pictureSources } from "./batch-picture.ts";
import type { Chart } from "./chart.ts";
import { classDistributionChart, classMixChart, distributionChart } from "./distribution-charts.ts";
import { type EvidencePoint, evidenceChart } from "./evidence-chart.ts";
import {
  alarmShareMark,
  checkAdvice,
  explainCheck,
  explainedAlarmShare,
  explainedComparison,
  explainedSentence,
  referenceNames,
  verdictNames,
} from "./explain-check.ts";
import { type Html, html } from "./html.ts";
import { htmlFactTable, htmlTable } from "./html-table.ts";
import { formatCount, formatDuration, formatFixed } from "./number-format.ts";
import { pageHtml, pageTile, type Section } from "./page.ts";
import { plotSvg } from "./plot-svg.ts";
import { verdictBadge } from "./verdict-badge.ts";
import { wideCard } from "./wide-card.ts";

export interface BatchPageInput {
  readonly result: CheckResult;
  /** Null for a batch that was rejected. */
  readonly picture: BatchPicture | null;
  /** The stream's last batches, oldest first, ending with this one. */
  readonly evidence: readonly EvidencePoint[];
  /** Command that includes the batch in the references. */
  readonly accept: string;
  /** Whether the batch was checked before, so that the references may have changed since. */
  readonly known: boolean;
}

/** The whole page. Equal inputs give equal bytes. */
export function batchHtml(input: BatchPageInput): string {
  const { result, known } = input;
  const { verdict, batch_id, stream, checked_at, model_version } = result;
  const before = `This batch was checked earlier. The page shows the verdict of that check beside the stream's present references.`;
  return pageHtml({
    title: `Tidemark: ${verdictNames[verdict]}, batch ${batch_id} of ${stream}`,
    heading: `${verdictNames[verdict]}: batch ${batch_id}`,
    lead: html`Stream ${stream}, checked at ${checked_at.slice(0, 16).replace("T", " ")} UTC by model version <code>${model_version}</code>.`,
    warnings: known ? [before] : [],
    headline: batchVerdictSection(input),
    sections: result.verdict === "rejected" ? rejectedBatchSections(result, input) : judgedBatchSections(result, input),
    footer: html`Written by <code>tidemark check</code>. <code>--json</code> prints the figures.`,
  });
}

function batchVerdictSection({ result, accept }: BatchPageInput): Html {
  const reasons = explainCheck(result);
  const advice: Html[] =
    result.verdict === "rejected"
      ? [...new Set(result.reasons.flatMap(({ advice: own }) => own ?? []))].map(batchAdvice)
      : checkAdvice(result, accept).map(batchAdvice);
  return html`<section aria-labelledby="verdict"><h2 id="verdict">Verdict and reasons</h2>
<p>${verdictBadge(result.verdict)}${result.verdict === "rejected" || result.confirmed ? "" : " (provisional)"}</p>
<ul class="reasons">${reasons.map((reason) => html`<li>${reason}</li>`)}</ul>
${advice.length === 0 ? null : html`<h3>What to do next</h3><ul class="reasons">${advice.map((step) => html`<li>${step}</li>`)}</ul>`}
${result.verdict === "rejected" ? null : html`${batchWarnings(result)}${batchTiles(result)}`}</section>`;
}

function batchWarnings({ warnings }: JudgedBatch): Html | null {
  if (warnings.length === 0) return null;
  return html`<h3>Warnings</h3><ul class="reasons">${warnings.map((warning) => html`<li>${warning}</li>`)}</ul>`;
}

/** Formats the command at the end of an advice as code. */
function batchAdvice(text: string): Html {
  const [, words, command] = /^(.*: )(tidemark .*)$/.exec(text) ?? [];
  if (words === undefined || command === undefined) return html`${explainedSentence(text)}`;
  return html`${words.charAt(0).toUpperCase()}${words.slice(1)}<code>${command}</code>`;
}

function batchTiles(result: JudgedBatch): Html {
  const { rows, seconds, windows, accuracy, accuracy_unknown: unknown, still } = result;
  const furthest = explainedComparison(result);
  return html`<dl class="tiles">
${pageTile("Evidence", alarmShareMark(explainedAlarmShare(result)), "the alarm level", result.verdict === "normal" ? "" : "first")}
${pageTile("Furthest away", furthest?.channel ?? "–", furthest === undefined ? "nothing could be compared" : `from ${referenceNames[furthest.reference]}`)}
${pageTile(
  "Estimated accuracy",
  accuracy === null ? "unknown" : percent(accuracy.estimate, { decimals: 0 }),
  accuracy === null ? (unknown ?? "") : batchAccuracyText(accuracy),
)}
${pageTile("Data", formatDuration(seconds), `${counted(rows, "row")}, ${counted(windows, "window")}${still !== undefined && still.seconds > 0 ? `, ${durationText(still.seconds)} without movement left out` : ""}`)}
</dl>`;
}

function batchAccuracyText({ lower, upper, coverage, rehearsed }: NonNullable<JudgedBatch["accuracy"]>): string {
  if (lower === 0 && upper === 1) return "too few people for an interval";
  const range = `${percent(lower, { decimals: 0 })} to ${percent(upper, { decimals: 0 })} for ${percent(coverage, { significant: 2 })} of new people`;
  return rehearsed ? range : `${range}; a guess: no held-out person's data looked like this`;
}

function rejectedBatchSections(result: RejectedBatch, { evidence }: BatchPageInput): Section[] {
  const rows = result.reasons.map(({ code, expected, found, message }) => [code, expected, found, message]);
  return [
    {
      id: "reasons",
      title: "Faults found by the quality gate",
      about: "The quality gate rejected the batch before it was judged. No reference was changed.",
      body: htmlTable("Reasons", ["code", "expected", "found", "in words"], rows, "rules words"),
    },
    ...batchEvidenceSection(evidence),
  ];
}

function judgedBatchSections(result: JudgedBatch, input: BatchPageInput): Section[] {
  const { picture, evidence } = input;
  return [
    ...batchEvidenceSection(evidence),
    ...(picture === null ? [batchMixSection(result, null)] : batchPictureSections(result, picture)),
    {
      id: "accuracy",
      title: "Estimated accuracy",
      about:
        "Estimated without labels, from the network's confidence and the relation of confidence to accuracy on held-out people.",
      body: batchAccuracyBody(result),
    },
    {
      id: "distances",
      title: "Distances",
      about: "Distance of each channel from each reference. 0 means equal; for the spread, × 1 means equal.",
      body: batchDistanceTables(result),
    },
    {
      id: "quality",
      title: "Data quality",
      about: "Data that was read, and data that was left out.",
      body: batchQualityTable(result),
    },
  ];
}

/** The batch's distributions over those of the training data and of the stream's past, and its mix of activities. */
export function batchPictureSections(result: JudgedBatch, picture: BatchPicture): Section[] {
  return [...batchDistributionSections(result, picture), batchMixSection(result, picture)];
}

function batchMixSection(result: JudgedBatch, picture: BatchPicture | null): Section {
  return {
    id: "mix",
    title: "Activities",
    about: "Share of the windows by predicted class. A change in the mix of activities alone raises no alarm.",
    body: batchMixBody(result, picture),
  };
}

function batchEvidenceSection(points: readonly EvidencePoint[]): Section[] {
  if (points.length === 0) return [];
  return [
    {
      id: "evidence",
      title: "Evidence against the alarm level",
      about: `The stream's last ${counted(points.length, "batch", "batches")}. Evidence multiplies from batch to batch, so the scale is logarithmic; at the alarm level, the alarm begins.`,
      body: html`<p class="legend"><span class="key-mark">●</span> normal <span class="key-mark">▲</span> gradual drift
 <span class="key-mark">◆</span> sudden change <span class="key-mark">✕</span> rejected <span class="key key-miss"></span> alarm level</p>
${wideCard((width) => evidenceChart(points, width))}`,
    },
  ];
}

/** Names of the sources in a picture. */
export function batchHtmlSourceName(source: PictureSource, batches: number): string {
  const past = (which: string): string => `the stream's ${which} ${counted(batches, "batch", "batches")}`;
  return { batch: "this batch", baseline: "training data", anchor: past("first"), rolling: past("last") }[source];
}

function batchSourceLegend(sources: readonly PictureSource[], size: number): Html {
  return html`<p class="legend">${sources.map((source) => html`<span class="key key-${source}"></span> ${batchHtmlSourceName(source, size)} `)}</p>`;
}

function batchDistributionSections(result: JudgedBatch, picture: BatchPicture): Section[] {
  const furthest = explainedComparison(result);
  const sources = pictureSources.filter((source) => picture.class_mix.some((own) => own.source === source));
  const legend = batchSourceLegend(sources, result.references.window_size);
  const first = picture.channels.find(({ name }) => name === furthest?.channel);
  const byClass = first === undefined ? [] : batchClassCards(first, picture.classes);
  return [
    ...(first === undefined || byClass.length === 0
      ? []
      : [
          {
            id: "furthest",
            title: `${first.name} by activity`,
            about: `${first.name} is furthest from ${referenceNames[furthest!.reference]}. Values of the channel by predicted class; a fault is visible in most classes.`,
            body: html`${legend}<div class="grid">${byClass}</div>`,
          },
        ]),
    {
      id: "channels",
      title: "Channels",
      about:
        "Distribution of the values of each channel, and of the signals computed from each sensor's axes. Height: share of the samples, on a square-root scale, so that rare values can be seen.",
      body: html`${legend}<div class="grid">${picture.channels.map((channel) => batchChannelCard(channel, picture.classes, result))}</div>`,
    },
  ];
}

function batchClassCards(channel: PicturedChannel, classes: readonly string[]): Html[] {
  return classes.flatMap((name, k) => {
    const values = channel.by_class[k]!;
    if (!values.some(({ source }) => source === "batch")) return [];
    return [batchCard(name, distributionChart(channel, values, name))];
  });
}

function batchChannelCard(channel: PicturedChannel, classes: readonly string[], result: JudgedBatch): Html {
  const furthest = explainedComparison(result);
  const distances = furthest?.channels[channel.name];
  const intervals = classDistributionChart(channel, classes);
  const isFurthest = furthest?.channel === channel.name;
  return html`<figure class="card${isFurthest ? " loud" : ""}"><h3>${channel.name}${isFurthest ? " – furthest away" : ""}</h3>${drawnInBatch(distributionChart(channel))}
${furthest === undefined || distances === undefined ? null : html`<figcaption>Against ${referenceNames[furthest.reference]}: ${batchShiftText(distances)}.</figcaption>`}
${
  intervals === null
    ? null
    : html`<details><summary>by activity</summary>${drawnInBatch(intervals)}
<p class="small-note">Line: middle 90 % of the values; bar: middle half; tick: median. Rows from top to bottom, as in the legend.</p></details>`
}</figure>`;
}

/** "mean 0.42 sd higher, spread × 1.1" */
export function batchShiftText({ mean_shift: shift, sd_ratio: ratio, ks }: CheckedChannel): string {
  const moved =
    Math.abs(shift) < 0.005 ? "mean equal" : `mean ${Math.abs(shift).toFixed(2)} sd ${shift > 0 ? "higher" : "lower"}`;
  return `${moved}, spread × ${Number(ratio.toPrecision(3))}, KS distance ${ks.toFixed(2)}`;
}

function batchMixBody({ signals, references }: JudgedBatch, picture: BatchPicture | null): Html {
  const classes = Object.keys(signals.class_shares);
  const mix = picture?.class_mix ?? [{ source: "batch" as const, shares: Object.values(signals.class_shares) }];
  const shifts = Object.entries(signals.against).map(([reference, against]) => [
    referenceNames[reference as keyof typeof referenceNames],
    percent(against.mix_shift, { significant: 2 }),
    batchSignedShare(against.confidence_shift),
    against.flip_rate_shift === null ? "–" : batchSignedShare(against.flip_rate_shift),
  ]);
  const facts = `Mean confidence ${percent(signals.mean_confidence, { significant: 3 })}${signals.flip_rate === null ? "" : `; the label changes after ${percent(signals.flip_rate, { significant: 2 })} of windows`}.`;
  return html`${batchSourceLegend(
    mix.map(({ source }) => source),
    references.window_size,
  )}<div class="pair">${batchCard("", classMixChart(classes, mix), facts)}
${htmlTable("Output of the network against each reference", ["compared with", "mix differs by", "confidence", "changes of label"], shifts, "rules-first")}</div>`;
}

function batchSignedShare(value: number): string {
  const points = (100 * value).toFixed(1);
  return `${value > 0 ? "+" : ""}${points} points`;
}

function batchAccuracyBody(result: JudgedBatch): Html {
  const { accuracy, accuracy_unknown: unknown } = result;
  if (accuracy === null)
    return html`<p class="empty">Cannot be estimated: ${explainedSentence(unknown ?? "unknown")}</p>`;
  return html`<div class="grid">${batchCard("", accuracyChart(accuracy), `About ${percent(accuracy.estimate, { decimals: 0 })}: ${batchAccuracyText(accuracy)}.`)}</div>`;
}

function batchDistanceTables({ comparisons }: JudgedBatch): Html {
  const head = ["channel", "KS", "KS within classes", "PSI", "W1 (sd)", "mean (sd)", "spread", "score"];
  const tables = comparisons.map((comparison) => {
    const { reference, channels, channel } = comparison;
    const rows = Object.entries(channels).map(([name, own]) => [
      name === channel ? html`<strong>${name} ←</strong>` : name,
      formatFixed(own.ks),
      formatFixed(own.ks_within_classes),
      formatFixed(own.psi),
      formatFixed(own.wasserstein),
      `${own.mean_shift > 0 ? "+" : ""}${formatFixed(own.mean_shift)}`,
      `× ${Number(own.sd_ratio.toPrecision(3))}`,
      formatFixed(own.score, 1),
    ]);
    const unusual =
      comparison.p_value === null
        ? ""
        : ` ${formatCount(comparison.as_high)} of ${formatCount(comparison.null_batches)} batches without drift were as far away; p = ${formatFixed(comparison.p_value)}.`;
    return html`<details ${comparison === comparisons[0] ? html`open` : null}><summary>from ${referenceNames[reference]}</summary>
<p class="note">Furthest away: ${channel}.${unusual}</p>
${rows.length === 0 ? html`<p class="empty">The distances by channel are no longer kept.</p>` : htmlTable(`Distances from ${referenceNames[reference]}`, head, rows)}</details>`;
  });
  return tables.length === 0 ? html`<p class="empty">Nothing could be compared.</p>` : html`${tables}`;
}

function batchQualityTable(result: JudgedBatch): Html {
  const {
    rows,
    windows,
    seconds,
    still,
    not_counted: notCounted,
    entered_references: entered,
    thresholds,
    evidence,
  } = result;
  return htmlFactTable([
    ["rows", formatCount(rows)],
    ["windows", formatCount(windows)],
    ["recorded time", formatDuration(seconds)],
    [
      "without movement",
      still === undefined
        ? "unknown, since the batch came as a summary"
        : `${formatDuration(still.seconds)} of ${formatDuration(still.of_seconds)}`,
    ],
    [
      "impossible values",
      result.impossible === undefined || result.impossible.length === 0
        ? "none"
        : result.impossible.map(({ message }) => message).join("; "),
    ],
    ["entered the references", entered ? "yes" : "no"],
    ["counts as evidence", notCounted == null ? "yes" : `no: ${notCounted.message}`],
    ["thresholds", `${thresholds}; at most one false alarm in ${formatCount(evidence.average_run_length)} batches`],
  ]);
}

function drawnInBatch({ label, options }: Chart): Html {
  return plotSvg(label, options);
}

function batchCard(title: string, chart: Chart, caption = ""): Html {
  return html`<figure class="card">${title === "" ? null : html`<h3>${title}</h3>`}${drawnInBatch(chart)}${caption === "" ? null : html`<figcaption>${caption}</figcaption>`}</figure>`;
}
