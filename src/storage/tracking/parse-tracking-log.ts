// The text of a tracking.jsonl as events. Model folders travel between people and no hash covers this file, so nothing is
// sent of a log before all of it was found to be one that Tidemark writes.

import { UserError } from "../../errors.ts";
import { type TrackingEvent, trackingEventSchema } from "./tracking-event.ts";

/** Of a file: a training of ten folds with ten thousand epochs each takes half of it. */
export const longestLog: number = 64 * 2 ** 20;
const mostEvents = 500_000;
const mostRuns = 10_000;

/**
 * @param text a last line without its end is left out: the process that wrote it was killed
 * @param path for messages
 * @throws UserError with the file, the line and what is wrong there
 */
export function parseTrackingLog(text: string, path: string): TrackingEvent[] {
  if (text.length > longestLog)
    throw fault(path, null, `expected at most ${longestLog} characters, got ${text.length}`);
  const lines = text.split("\n").slice(0, -1);
  if (lines.length > mostEvents) throw fault(path, null, `expected at most ${mostEvents} lines, got ${lines.length}`);
  const runs = new Set<string>();
  const artifacts = new Set<string>();
  let complete = false;
  return lines.map((line, i) => {
    const event = parseEvent(line, path, i + 1);
    const wrong = misplaced(event, { first: i === 0, runs, artifacts, complete });
    if (wrong !== null) throw fault(path, i + 1, wrong);
    if (event.type === "run") runs.add(event.run);
    if (event.type === "artifact") artifacts.add(event.path);
    complete = event.type === "complete";
    return event;
  });
}

/** What is wrong with a log; `line` is null if it is the whole. */
export function fault(path: string, line: number | null, what: string): UserError {
  return new UserError(`${line === null ? path : `${path}, line ${line}`}: ${what}`, {
    advice:
      "Only train and retrain write this file. Restore it from a copy, or remove it: then this training is not reported.",
  });
}

function parseEvent(line: string, path: string, number: number): TrackingEvent {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw fault(path, number, `expected JSON (${short(cause instanceof Error ? cause.message : String(cause))})`);
  }
  const event = trackingEventSchema.safeParse(value);
  if (event.success) return event.data;
  const [issue] = event.error.issues;
  throw fault(path, number, `not an event: ${short([...issue!.path.map(String), issue!.message].join(": "))}`);
}

/** What came before an event. */
interface Before {
  readonly first: boolean;
  readonly runs: ReadonlySet<string>;
  /** Their paths. */
  readonly artifacts: ReadonlySet<string>;
  readonly complete: boolean;
}

/** What an event cannot be where it stands; null if it may. */
function misplaced(event: TrackingEvent, { first, runs, artifacts, complete }: Before): string | null {
  if (complete) return `${event.type}: expected nothing after complete`;
  if (first !== (event.type === "log")) return `${event.type}: expected log in the first line, and only there`;
  if (event.type === "log") return null;
  if (event.type === "artifact" && artifacts.has(event.path)) return `artifact: ${event.path} was there before`;
  if (event.type !== "run") {
    return runs.has(event.run) ? null : `${event.type}: run ${short(JSON.stringify(event.run))} has not begun`;
  }
  if (runs.has(event.run)) return `run ${short(JSON.stringify(event.run))} begins a second time`;
  if (runs.size >= mostRuns) return `expected at most ${mostRuns} runs`;
  const { parent } = event;
  return parent === null || runs.has(parent) ? null : `parent ${short(JSON.stringify(parent))} has not begun`;
}

function short(text: string): string {
  return text.length <= 300 ? text : `${text.slice(0, 299)}…`.toWellFormed();
}
