// The text of `streams list` and `streams show`.

import { shortAlarmShare } from "../../alarm-share.ts";
import { counted } from "../../counted.ts";
import { roughDurationText } from "../../duration-text.ts";
import { instantRangeText } from "../../instant-text.ts";
import type { ListedStream, ShownBatch, ShownStream, StreamList, StreamSilence } from "../../pipelines/streams.ts";
import { wholeNumberText } from "./number-text.ts";
import { sparkline } from "./sparkline.ts";
import type { Block } from "./terminal.ts";

/** Maximum number of batches in a sparkline within a table. */
const shownInTable = 10;

export function streamListText({ counts, matching, streams, at }: StreamList): Block[] {
  const { total, alarm, silent, rejected, retired } = counts;
  const summary =
    `${counted(total, "stream")}: ${alarm} in alarm, ${silent} silent, ${rejected} with a rejected last batch` +
    (retired === 0 ? "" : `; ${retired} retired`);
  if (streams.length === 0) return [total === 0 && retired === 0 ? "no batch of any stream has been checked" : summary];
  const rows = streams.map((stream) => [
    stream.stream,
    streamStateText(stream),
    stream.since === null ? "-" : streamAgoText(stream.since, at),
    sparkline(stream.series.slice(-shownInTable).map(({ evidence }) => evidence)),
    stream.state === "normal" || stream.state === null ? "" : (stream.channel ?? ""),
    `${roughDurationText(stream.silence.seconds)}${stream.silence.silent === true ? " (silent)" : ""}`,
    wholeNumberText(stream.batches.total),
  ]);
  const left = matching - streams.length;
  return [
    summary,
    "",
    { headers: ["stream", "state", "for", "evidence", "channel", "last batch", "batches"], rows },
    ...(left === 0 ? [] : ["", `${counted(left, "more stream")} not shown`]),
  ];
}

const shownColumns = ["verdict", "status", "evidence", "furthest away, or why"];

export function shownStreamText(shown: ShownStream, model: string): Block[] {
  const { batches, history, since, at } = shown;
  const { total, ...counts } = batches;
  const byStatus = Object.entries(counts).flatMap(([status, count]) => (count === 0 ? [] : [`${count} ${status}`]));
  const isDated = history.some(({ data_from }) => data_from !== null);
  const rows = history.map((batch) => [
    batch.batch_id,
    streamTimeText(batch.received_at),
    ...(isDated ? [streamDataText(batch)] : []),
    `${batch.verdict}${batch.confirmed === false ? "?" : ""}`,
    batch.status,
    batch.evidence === null ? "-" : shortAlarmShare(batch.evidence),
    streamBatchText(batch),
  ]);
  return [
    `stream     ${shown.stream} of ${model}${shown.retired_at === null ? "" : `, retired ${streamTimeText(shown.retired_at)}`}`,
    `state      ${streamStateText(shown)}${
      since === null ? "" : ` since ${streamTimeText(since)} (${streamAgoText(since, at)})`
    }`,
    `last batch ${streamSilenceText(shown.silence)}`,
    `batches    ${wholeNumberText(total)}: ${byStatus.join(", ")}`,
    `evidence   ${sparkline(shown.series.map(({ evidence }) => evidence))}`,
    ...shown.actions.map(({ at: when, who, action, subject, reason }) => {
      const was = subject === null ? "" : action === "rename" ? ` (was ${subject})` : ` (batch ${subject})`;
      return `${action.padEnd(10)} ${streamTimeText(when)} by ${who}${was}${reason === null ? "" : `: ${reason}`}`;
    }),
    ...(rows.length === 0
      ? []
      : ["", { headers: ["batch", "received", ...(isDated ? ["data"] : []), ...shownColumns], rows }]),
    ...(rows.length === total
      ? []
      : ["", `the newest ${wholeNumberText(rows.length)} of ${wholeNumberText(total)} batches`]),
  ];
}

function streamStateText({ state, confirmed, last }: ListedStream): string {
  const word = state === null ? "not judged" : `${state}${confirmed === false ? "?" : ""}`;
  return last.verdict === "rejected" ? `${word}, last rejected` : word;
}

function streamBatchText({ faults, reason, comparisons, leading }: ShownBatch): string {
  if (faults.length > 0) return [...new Set(faults.map(({ code }) => code))].join(", ");
  const furthest = comparisons.find(({ reference }) => reference === leading);
  const channel = furthest === undefined ? "" : `${furthest.channel} (${furthest.reference})`;
  const isSaid = reason === null || (furthest !== undefined && reason.includes(furthest.channel));
  return isSaid ? channel : `${channel}; ${reason}`.replace(/^; /, "");
}

function streamSilenceText({ seconds, usual_interval_seconds: usual, silent }: StreamSilence): string {
  const ago = `${roughDurationText(seconds)} ago`;
  if (usual === null) return `${ago}; too few batches to determine the usual interval`;
  return `${ago}; usually one every ${roughDurationText(usual)}${silent === true ? ": silent" : ""}`;
}

function streamAgoText(since: string, at: string): string {
  return roughDurationText(Math.max(0, Date.parse(at) - Date.parse(since)) / 1000);
}

function streamDataText({ data_from: from, data_to: to }: ShownBatch): string {
  return from === null || to === null ? "-" : instantRangeText(from, to);
}

/** The time in UTC, to the minute. */
function streamTimeText(iso: string): string {
  return iso.slice(0, 16).replace("T", " ");
}
