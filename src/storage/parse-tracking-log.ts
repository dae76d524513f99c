// Parses the text of a tracking.jsonl into events. People pass model folders to each other, and no hash protects this file. For
// this reason, the whole log is checked for content that Tidemark would not write before anything is sent.

import { UserError } from "../errors.ts";
import { type TrackingEvent, trackingEventSchema } from "./tracking-event.ts";

/** Maximum number of characters in a file; training with ten folds of ten thousand epochs each writes half as many. */
export const longestLog: number = 64 * 2 ** 20;
const mostEvents = 500_000;
const mostRuns = 10_000;

/**
 * @param text text of the file; an unfinished last line is ignored, since the process that wrote it was killed
 * @param path path of the file, for messages
 * @throws UserError if the log is not valid; the message names the file, the line and the fault
 */
export function parseTrackingLog(text: string, path: string): TrackingEvent[] {
  if (text.length > longestLog)
    throw unparsableTrackingLog(path, null, `expected at most ${longestLog} characters, got ${text.length}`);
  const lines = text.split("\n").slice(0, -1);
  if (lines.length > mostEvents)
    throw unparsableTrackingLog(path, null, `expected at most ${mostEvents} lines, got ${lines.length}`);
  const runs = new Set<string>();
  const artifacts = new Set<string>();
  let complete = false;
  return lines.map((line, i) => {
    const event = parseTrackingLogEvent(line, path, i + 1);
    const wrong = misplacedParsedEvent(event, { first: i === 0, runs, artifacts, complete });
    if (wrong !== null) throw unparsableTrackingLog(path, i + 1, wrong);
    if (event.type === "run") runs.add(event.run);
    if (event.type === "artifact") artifacts.add(event.path);
    complete = event.type === "complete";
    return event;
  });
}

/** The error for a fault in a log; `line` is null if the fault concerns the whole file. */
export function unparsableTrackingLog(path: string, line: number | null, what: string): UserError {
  return new UserError(`${line === null ? path : `${path}, line ${line}`}: ${what}`, {
    advice:
      "Only train and retrain write this file. Restore the file from a copy, or remove it; without it, this " +
      "training is not reported.",
  });
}

function parseTrackingLogEvent(line: string, path: string, number: number): TrackingEvent {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw unparsableTrackingLog(
      path,
      number,
      `expected JSON (${shortenParsedText(cause instanceof Error ? cause.message : String(cause))})`,
    );
  }
  const event = trackingEventSchema.safeParse(value);
  if (event.success) return event.data;
  const [issue] = event.error.issues;
  throw unparsableTrackingLog(
    path,
    number,
    `not an event: ${shortenParsedText([...issue!.path.map(String), issue!.message].join(": "))}`,
  );
}

/** The parser's state before an event. */
interface Before {
  readonly first: boolean;
  readonly runs: ReadonlySet<string>;
  /** Paths of the artifacts seen so far. */
  readonly artifacts: ReadonlySet<string>;
  readonly complete: boolean;
}

/** The fault of an event that is not allowed at its position; null if there is none. */
function misplacedParsedEvent(event: TrackingEvent, { first, runs, artifacts, complete }: Before): string | null {
  if (complete) return `${event.type}: expected no event after complete`;
  if (first !== (event.type === "log")) return `${event.type}: expected log on the first line, and only there`;
  if (event.type === "log") return null;
  if (event.type === "artifact" && artifacts.has(event.path)) return `artifact: ${event.path} appears a second time`;
  if (event.type !== "run") {
    return runs.has(event.run)
      ? null
      : `${event.type}: run ${shortenParsedText(JSON.stringify(event.run))} has not begun`;
  }
  if (runs.has(event.run)) return `run ${shortenParsedText(JSON.stringify(event.run))} begins a second time`;
  if (runs.size >= mostRuns) return `expected at most ${mostRuns} runs`;
  const { parent } = event;
  return parent === null || runs.has(parent)
    ? null
    : `parent ${shortenParsedText(JSON.stringify(parent))} has not begun`;
}

function shortenParsedText(text: string): string {
  return text.length <= 300 ? text : `${text.slice(0, 299)}…`.toWellFormed();
}
