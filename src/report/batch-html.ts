// The page of `tidemark check --out`: the verdict and its reasons, then the batch's values compared with those of the training
// data and of the stream's own past, to show what changed.

import { alarmShare, shortAlarmShare } from "../alarm-share.ts";
import { counted } from "../counted.ts";
import { durationText } from "../duration-text.ts";
import { instantRangeText } from "../instant-text.ts";
import { capitalized } from "../letter-case.ts";
import type { CheckResult, JudgedBatch, RejectedBatch } from "../monitoring/streams/check-result.ts";
import { percent } from "../percent.ts";
import type { DataTime } from "../storage/stream-store.ts";
import { accuracyChart } from "./accuracy-chart.ts";
import type { BatchPicture } from "./batch-picture.ts";
import { batchPictureCard, batchPictureMixSection, batchPictureSections } from "./batch-picture-sections.ts";
import type { EvidencePoint } from "./evidence-chart.ts";
import { evidenceSection } from "./evidence-section.ts";
import {
  checkAdvice,
  explainCheck,
  explainedComparison,
  explainedSentence,
  referenceNames,
  verdictNames,
} from "./explain-check.ts";
import { type Html, html } from "./html.ts";
import { htmlFactTable, htmlTable } from "./html-table.ts";
import { formatCount, formatDuration, formatFixed } from "./number-format.ts";
import { pageHtml, pageTile, type Section } from "./page.ts";
import { verdictBadge } from "./verdict-badge.ts";

export interface BatchPageInput {
  readonly result: CheckResult;
  /** When the batch's data was recorded; null if unknown. */
  readonly dataTime: DataTime | null;
  /** What the page draws of the samples; null for a rejected batch. */
  readonly picture: BatchPicture | null;
  /** The stream's most recent batches, oldest first, ending with this one. */
  readonly evidence: readonly EvidencePoint[];
  /** Command that includes the batch in the references. */
  readonly accept: string;
  /** Whether the batch has been checked before. If so, the references may have changed since then. */
  readonly known: boolean;
}

/** The whole page. Identical inputs produce identical bytes. */
export function batchHtml(input: BatchPageInput): string {
  const { result, dataTime, known } = input;
  const { verdict, batch_id, stream, checked_at, model_version } = result;
  const before =
    "This batch was checked earlier. The page shows the verdict of that check alongside the stream's current references.";
  return pageHtml({
    title: `Tidemark: ${verdictNames[verdict]}, batch ${batch_id} of ${stream}`,
    heading: `${verdictNames[verdict]}: batch ${batch_id}`,
    lead: html`Stream ${stream}, ${dataTime === null ? "" : `data from ${instantRangeText(dataTime.from, dataTime.to)} UTC, `}checked at ${checked_at.slice(0, 16).replace("T", " ")} UTC by model version <code>${model_version}</code>.`,
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
      ? [...new Set(result.reasons.flatMap(({ advice: own }) => own ?? []))].map(batchAdviceHtml)
      : checkAdvice(result, accept).map(batchAdviceHtml);
  return html`<section aria-labelledby="verdict"><h2 id="verdict">Verdict and reasons</h2>
<p>${verdictBadge(result.verdict)}${result.verdict === "rejected" || result.confirmed ? "" : " (provisional)"}</p>
<ul class="reasons">${reasons.map((reason) => html`<li>${reason}</li>`)}</ul>
${advice.length === 0 ? null : html`<h3>What to do next</h3><ul class="reasons">${advice.map((step) => html`<li>${step}</li>`)}</ul>`}
${result.verdict === "rejected" ? null : html`${batchWarningsHtml(result)}${batchTilesHtml(result)}`}</section>`;
}

function batchWarningsHtml({ warnings }: JudgedBatch): Html | null {
  if (warnings.length === 0) return null;
  return html`<h3>Warnings</h3><ul class="reasons">${warnings.map((warning) => html`<li>${warning}</li>`)}</ul>`;
}

/** If a piece of advice ends with a command, formats the command as code. */
function batchAdviceHtml(text: string): Html {
  const [, words, command] = /^(.*: )(tidemark .*)$/.exec(text) ?? [];
  if (words === undefined || command === undefined) return html`${explainedSentence(text)}`;
  return html`${capitalized(words)}<code>${command}</code>`;
}

function batchTilesHtml(result: JudgedBatch): Html {
  const { rows, seconds, windows, accuracy, accuracy_unknown: unknown, still } = result;
  const furthest = explainedComparison(result);
  return html`<dl class="tiles">
${pageTile("Evidence", shortAlarmShare(alarmShare(result)), "relative to the alarm level", result.verdict === "normal" ? "" : "first")}
${pageTile("Furthest away", furthest?.channel ?? "–", furthest === undefined ? "nothing could be compared" : `from ${referenceNames[furthest.reference]}`)}
${pageTile(
  "Estimated accuracy",
  accuracy === null ? "unknown" : percent(accuracy.estimate, { decimals: 0 }),
  accuracy === null ? (unknown ?? "") : batchAccuracyTile(accuracy),
)}
${pageTile("Data", formatDuration(seconds), `${counted(rows, "row")}, ${counted(windows, "window")}${still !== undefined && still.seconds > 0 ? `, ${durationText(still.seconds)} without movement left out` : ""}`)}
</dl>`;
}

function batchAccuracyTile({ lower, upper, coverage, rehearsed }: NonNullable<JudgedBatch["accuracy"]>): string {
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
    ...batchHtmlEvidence(evidence),
  ];
}

function judgedBatchSections(result: JudgedBatch, input: BatchPageInput): Section[] {
  const { picture, evidence } = input;
  return [
    ...batchHtmlEvidence(evidence),
    ...(picture === null ? [batchPictureMixSection(result, null)] : batchPictureSections(result, picture)),
    {
      id: "accuracy",
      title: "Estimated accuracy",
      about:
        "Estimated without labels, from the network's confidence and the relation of confidence to accuracy on held-out people.",
      body: batchAccuracyHtml(result),
    },
    {
      id: "distances",
      title: "Distances",
      about:
        "Distance of each channel from each reference. 0 means no difference; for the spread, × 1 means no difference.",
      body: batchDistancesHtml(result),
    },
    {
      id: "quality",
      title: "Data quality",
      about: "Data that was read, and data that was left out.",
      body: batchQualityHtml(result),
    },
  ];
}

function batchHtmlEvidence(points: readonly EvidencePoint[]): Section[] {
  if (points.length === 0) return [];
  const which = points.length === 1 ? "One batch so far." : `The stream's last ${points.length} batches.`;
  return [evidenceSection(points, which)];
}

function batchAccuracyHtml(result: JudgedBatch): Html {
  const { accuracy, accuracy_unknown: unknown } = result;
  if (accuracy === null)
    return html`<p class="empty">Cannot be estimated: ${explainedSentence(unknown ?? "unknown")}</p>`;
  return html`<div class="grid">${batchPictureCard("", accuracyChart(accuracy), `About ${percent(accuracy.estimate, { decimals: 0 })}: ${batchAccuracyTile(accuracy)}.`)}</div>`;
}

function batchDistancesHtml({ comparisons }: JudgedBatch): Html {
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

function batchQualityHtml(result: JudgedBatch): Html {
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
        ? "unknown, because the batch was sent as a summary"
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
    [
      "thresholds",
      `${thresholds}; at most one false alarm in ${formatCount(evidence.average_run_length)} batches on average`,
    ],
  ]);
}
