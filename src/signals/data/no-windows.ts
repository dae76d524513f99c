// Explains why recordings contain no window: what was read, what cuts the rows into short stretches, and what to do next.
// Suggests a shorter window only if neither gaps nor misread columns cut the rows.

import { counted } from "../../counted.ts";
import { DataFault } from "../../data-fault.ts";
import type { RowSource, Stretch } from "./recordings.ts";

interface Wanted {
  readonly windowSize: number;
  readonly samplingRateHz: number;
  /** Number of samples in the longest stretch. */
  readonly longest: number;
}

/** The reason why one stretch ends and the next begins. */
type Cut = "person" | "recording" | "label" | "gap";

/**
 * Minimum average number of rows between changes of a column; below it, the column probably does not have the assumed
 * role.
 */
const fewRows = 10;
/** Minimum window length, in seconds, to suggest in a message; shorter windows do not show a movement. */
const leastWindowSeconds = 1;

export function noWindowsFault(rows: RowSource, { windowSize, samplingRateHz, longest }: Wanted): DataFault {
  const stretches = [...rows.stretches()];
  const total = stretches.reduce((sum, { start, end }) => sum + end - start, 0);
  const people = new Set(stretches.map(({ user }) => user)).size;
  const seconds = (samples: number): string => `${Number((samples / samplingRateHz).toFixed(2))} s`;
  const wanted = `${seconds(windowSize)} (${windowSize} samples at ${samplingRateHz} Hz)`;
  const read = [
    counted(total, "row"),
    `${counted(people, "person", "people")} with ${counted(Math.round(total / people), "row")} each on average`,
    `${counted(stretches.length, "stretch", "stretches")} without a gap or a change of label`,
    stepWithoutWindows(rows, stretches),
  ].join(", ");
  const { cause, advice } = explainNoWindows(cutsWithoutWindows(stretches), total, people, { samplingRateHz, longest });
  return new DataFault({
    code: "too_short",
    message: `No stretch is as long as a window of ${wanted}; the longest lasts ${seconds(longest)}. Read: ${read}. ${cause}`,
    advice,
    expected: `a stretch of ${wanted}`,
    found: seconds(longest),
  });
}

function explainNoWindows(
  cuts: ReadonlyMap<Cut, number>,
  rows: number,
  people: number,
  { samplingRateHz, longest }: Pick<Wanted, "samplingRateHz" | "longest">,
): { cause: string; advice: string } {
  if (rows < fewRows * people) {
    return {
      cause: "The column with the person changes in almost every row, like a row number.",
      advice: "Use --group to specify the column for the person.",
    };
  }
  const [most, cutCount] = [...cuts].toSorted(([, a], [, b]) => b - a)[0] ?? ["gap", 0];
  const every = `after ${Math.round(rows / (cutCount + 1))} rows on average`;
  if (most === "recording" && rows < fewRows * cutCount) {
    return {
      cause: `The column with the recording changes ${every}, like a row number.`,
      advice: "Use --recording to specify the column for the recording.",
    };
  }
  if (most === "gap" && cutCount > 0) {
    return {
      cause: `Gaps in time cut the rows ${every}.`,
      advice:
        "If the recordings have no such gaps, the times were misread: specify the column with --time and its unit " +
        "with --time-unit. Otherwise, find out where data was lost.",
    };
  }
  if (most === "label" && cutCount > 0 && longest < leastWindowSeconds * samplingRateHz) {
    return {
      cause: `The label changes ${every}.`,
      advice:
        "Specify the activity column with --label, label longer stretches, or use --purity 0.5, which " +
        "lets windows span label changes.",
    };
  }
  const cause = most === "label" && cutCount > 0 ? `The label changes ${every}.` : "The recordings are short.";
  return longest >= leastWindowSeconds * samplingRateHz && longest >= 8
    ? {
        cause,
        advice: `Give longer recordings, or use --window ${longest} or less${most === "label" && cutCount > 0 ? ", or --purity 0.5, which lets windows span label changes" : ""}.`,
      }
    : { cause, advice: "Give longer recordings." };
}

function cutsWithoutWindows(stretches: readonly Stretch[]): Map<Cut, number> {
  const cuts = new Map<Cut, number>();
  for (const [i, { user, recording, label }] of stretches.entries()) {
    const before = stretches[i - 1];
    if (before === undefined) continue;
    const cut: Cut =
      before.user !== user
        ? "person"
        : before.recording !== recording
          ? "recording"
          : before.label !== label
            ? "label"
            : "gap";
    cuts.set(cut, (cuts.get(cut) ?? 0) + 1);
  }
  return cuts;
}

/** Returns the step and rate of the stretch with the most rows. */
function stepWithoutWindows(rows: RowSource, stretches: readonly Stretch[]): string {
  const longest = stretches.reduce((a, b) => (b.end - b.start > a.end - a.start ? b : a));
  const count = longest.end - longest.start;
  if (count < 2) return "no two consecutive rows";
  const first = rows.time(longest.start, longest.start + 1)[0]!;
  const step = (rows.time(longest.end - 1, longest.end)[0]! - first) / (count - 1);
  return `a row every ${Number(step.toPrecision(3))} s (${Number((1 / step).toPrecision(3))} Hz)`;
}
