// The results of a check of many streams as one table, with the streams that need attention first.
import { alarmShare, shortAlarmShare } from "../../alarm-share.ts";
import { counted } from "../../counted.ts";
import { verdictExitCodes } from "../../errors.ts";
import { naturalOrder } from "../../natural-order.ts";
import type { JudgedBatch } from "../../pipelines/check.ts";
import type { CheckedStream, CheckedStreams } from "../../pipelines/check-streams.ts";
import { explainedCause } from "../../report/explain-check.ts";
import { shellCommand, shellPath } from "../../shell-words.ts";
import type { Block } from "./terminal.ts";

/** @param model the model folder, as given by the user */
export function checkStreamsText({ streams, counts }: CheckedStreams, model: string): Block[] {
  const sorted = streams.toSorted(
    (a, b) => checkStreamsTextOrder(b) - checkStreamsTextOrder(a) || naturalOrder(a.stream, b.stream),
  );
  const rows = sorted.map((own) => [
    own.stream,
    checkStreamsVerdictText(own),
    checkStreamsEvidenceText(own),
    checkStreamsFindingText(own),
  ]);
  const kinds = Object.entries(counts).filter(([, count]) => count > 0);
  const failed = counts.error === 0 ? [] : [`${counts.error} not checked`];
  const summary = [...kinds.flatMap(([kind, count]) => (kind === "error" ? [] : [`${count} ${kind}`])), ...failed];
  const [first] = sorted;
  const more = shellCommand("tidemark", "streams", "show", "--model", shellPath(model), "--", first?.stream ?? "");
  return [
    `${counted(streams.length, "stream")}: ${summary.join(", ")}`,
    "",
    { headers: ["stream", "verdict", "evidence", "furthest away, or why"], rows },
    "",
    `-> for the history of a stream: ${more}`,
  ];
}

/** A stream's sort key: streams that could not be checked come before those with a normal verdict. */
function checkStreamsTextOrder({ result }: CheckedStream): number {
  return result === null ? 1 : verdictExitCodes[result.verdict];
}

function checkStreamsVerdictText({ result, known }: CheckedStream): string {
  const word = result === null ? "error" : result.verdict;
  return known ? `${word} (as before)` : word;
}

function checkStreamsEvidenceText({ result }: CheckedStream): string {
  if (result === null || result.verdict === "rejected") return "-";
  return shortAlarmShare(alarmShare(result));
}

function checkStreamsFindingText({ result, error }: CheckedStream): string {
  if (result === null) return error?.message ?? "";
  if (result.verdict === "rejected") return [...new Set(result.reasons.map(({ code }) => code))].join(", ");
  return [checkStreamsFurthestText(result), ...checkStreamsNoteTexts(result)].filter((text) => text !== "").join("; ");
}

function checkStreamsFurthestText({ comparisons, leading }: JudgedBatch): string {
  const furthest = comparisons.find(({ reference }) => reference === leading);
  return furthest === undefined ? "" : `${furthest.channel} (${furthest.reference})`;
}

function checkStreamsNoteTexts({ likely_causes: [cause], not_counted, doubtful, unfamiliar }: JudgedBatch): string[] {
  if (cause !== undefined) {
    return [`likely ${explainedCause(cause)}`];
  }
  if (not_counted) return [`not counted: ${not_counted.message}`];
  return [...(doubtful ? ["doubtful"] : []), ...(unfamiliar ? ["unfamiliar"] : [])];
}
