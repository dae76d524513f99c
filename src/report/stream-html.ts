// The page of `tidemark streams show --out stream.html`: the stream's current state and when it began, the evidence relative to
// the alarm level, the figures for its batches over time, and every batch with the reasons for its verdict.

import { shortAlarmShare } from "../alarm-share.ts";
import { durationText } from "../duration-text.ts";
import { instantRangeText } from "../instant-text.ts";
import type { ShownBatch } from "../monitoring/streams/shown-batch.ts";
import type { ShownStream } from "../monitoring/streams/stream-answers.ts";
import { percent } from "../percent.ts";
import { evidenceSection } from "./evidence-section.ts";
import { alarmCauseSentences, explainedCause, referenceNames, verdictNames } from "./explain-check.ts";
import { type Html, html } from "./html.ts";
import { htmlTable } from "./html-table.ts";
import { formatCount } from "./number-format.ts";
import { pageHtml, pageTile, type Section } from "./page.ts";
import { chartedBatches, streamChartSections } from "./stream-chart-sections.ts";
import { verdictBadge } from "./verdict-badge.ts";

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
function streamHtmlMinute(time: string): string {
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
${pageTile("Evidence", last.evidence === null ? "–" : shortAlarmShare(last.evidence), "relative to the alarm level", isAlarm ? "first" : "")}
${pageTile("Estimated accuracy", estimate === null ? "unknown" : percent(estimate.estimate, { decimals: 0 }), estimate === null ? "of its last batches" : `${percent(estimate.lower, { decimals: 0 })} to ${percent(estimate.upper, { decimals: 0 })}, last batch that allows it`)}
</dl></section>`;
}

function streamHtmlDuration(from: string, to: string): string {
  return durationText(Math.max(0, (Date.parse(to) - Date.parse(from)) / 1000));
}

function streamHistorySections({ history }: ShownStream): Section[] {
  const last = history.slice(-chartedBatches);
  const which = history.length > chartedBatches ? `The last ${chartedBatches} batches.` : "";
  return [
    evidenceSection(
      last.map(({ batch_id, verdict, evidence }) => ({ batch_id, verdict, share: evidence })),
      which,
      history.at(-1)?.change_point ?? null,
    ),
    ...streamChartSections(history),
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
        history.toReversed().map(streamHtmlRow),
        "batches",
      ),
    },
  ];
}

function streamHtmlRow(batch: ShownBatch): (string | Html)[] {
  const { batch_id, data_from, data_to, received_at, verdict, evidence, leading, in_references, accuracy } = batch;
  const furthest = batch.comparisons.find(({ reference }) => reference === leading);
  return [
    batch_id,
    data_from === null || data_to === null ? "–" : instantRangeText(data_from, data_to),
    received_at.slice(0, 16).replace("T", " "),
    verdictNames[verdict],
    evidence === null ? "–" : shortAlarmShare(evidence),
    furthest === undefined ? "–" : `${furthest.channel} from ${referenceNames[furthest.reference]}`,
    streamHtmlReasons(batch).join(" ") || "–",
    in_references ? "yes" : "no",
    accuracy === null ? "–" : percent(accuracy.estimate, { decimals: 0 }),
  ];
}

/** The reasons for a batch's verdict in a history, in a few words each. */
function streamHtmlReasons({ raised_by, likely_causes, unfamiliar, doubtful, faults, verdict }: ShownBatch): string[] {
  return [
    ...faults.map(({ message }) => message),
    ...(raised_by === null ? [] : [alarmCauseSentences[raised_by]]),
    ...likely_causes.map((cause) => `Likely: ${explainedCause(cause)}.`),
    ...(unfamiliar ? ["Unlike the people in the training data."] : []),
    ...(doubtful && verdict === "normal" ? ["Doubtful, so kept out of the references."] : []),
  ];
}
