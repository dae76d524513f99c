// Describes the faults in a batch, based on the measurements of its rows. All limits are in gate-limits.ts.

import { counted } from "../../counted.ts";
import type { FaultDescription } from "../../data-fault.ts";
import { percent } from "../../percent.ts";
import { type AbsurdSample, absurdLimit, type KnownRange } from "./absurd-values.ts";
import type { LostTime, UsableTime } from "./batch-quality.ts";
import type { ChannelRange } from "./channel-content.ts";
import {
  absurdFactor,
  exceedsGateLimit,
  fallsBelowGateLimit,
  flatShareLimit,
  formatBesideGateLimit,
  lostShareLimit,
  minimalBatchSeconds,
  pauseSeconds,
  rateShareLimits,
} from "./gate-limits.ts";
import type { QualityReport } from "./quality-report.ts";

export function describeRangeFault(
  { column, ...known }: KnownRange & { readonly column: string },
  { value, seconds, recording, user, values }: AbsurdSample & { readonly user: string },
): FaultDescription & { readonly column: string } {
  const others = values > 1 ? `, and ${counted(values - 1, "more such value")}` : "";
  const found = `${formatBatchFaultValue(value)} at ${formatBatchFaultValue(seconds)} s of recording "${recording}" of person "${user}"${others}`;
  const wanted = `at most ${formatBatchFaultValue(absurdLimit(known))} in magnitude (${absurdFactor.toLocaleString("en")} times the largest in the training data)`;
  return {
    code: "range",
    column,
    expected: wanted,
    found,
    message: `Column "${column}": ${found}; expected ${wanted}.`,
    advice: "Look for damaged bytes or a code for missing values (1e9, 3.4e38), and leave such cells empty.",
  };
}

/** Returns a fault if too much time has no samples. */
export function describeLostTimeFaults({ seconds: lost, of_seconds: total }: LostTime): FaultDescription[] {
  if (!exceedsGateLimit(lost, lostShareLimit * total)) return [];
  const found = `${percent(lost / total)} of ${formatBatchFaultValue(total)} s without samples`;
  const wanted = `at most ${percent(lostShareLimit)} (not counting pauses of more than ${pauseSeconds} s)`;
  const advice = "Look for lost packets or a full buffer in the recorder.";
  return [{ code: "lost_time", message: `${found}; expected ${wanted}.`, advice, expected: wanted, found }];
}

export function describeFlatChannelFaults({
  channels,
  seconds,
}: {
  readonly channels: Readonly<Record<string, ChannelRange>>;
  readonly seconds: number;
}): FaultDescription[] {
  return Object.entries(channels).flatMap(([column, channel]): FaultDescription[] => {
    const isFlat = channel.min === channel.max;
    if (!isFlat && !exceedsGateLimit(channel.flat_seconds, flatShareLimit * seconds)) return [];
    const found = isFlat
      ? `constant throughout (${formatBatchFaultValue(channel.min)})`
      : `constant for ${percent(channel.flat_seconds / seconds)} of the time`;
    const wanted = `constant for at most ${percent(flatShareLimit)} of the time`;
    const advice = "Look for a sensor that is stuck, saturated or switched off.";
    return [
      {
        code: "flat",
        message: `Column "${column}": ${found}; expected ${wanted}.`,
        advice,
        column,
        expected: wanted,
        found,
      },
    ];
  });
}

/**
 * Returns a fault if any recording has an implausible rate.
 * @param clock the time column and its unit
 */
export function describeRateFaults(
  recordings: readonly Pick<QualityReport["per_recording"][number], "user" | "recording" | "seconds" | "rate_hz">[],
  clock: Pick<QualityReport["columns"], "time" | "time_unit">,
  { samplingRateHz, windowSeconds }: { readonly samplingRateHz: number; readonly windowSeconds: number },
): FaultDescription[] {
  const [low, high] = [samplingRateHz * rateShareLimits.lower, samplingRateHz * rateShareLimits.upper];
  const off = recordings.filter(
    ({ rate_hz, seconds }) =>
      rate_hz !== null &&
      !fallsBelowGateLimit(seconds, windowSeconds) &&
      (fallsBelowGateLimit(rate_hz, low) || exceedsGateLimit(rate_hz, high)),
  );
  const first = off[0];
  if (first === undefined) return [];
  const others = off.length > 1 ? `, and ${counted(off.length - 1, "more recording")}` : "";
  const limit = first.rate_hz! < low ? low : high;
  const found = `${formatBesideGateLimit(first.rate_hz!, limit)} Hz in recording "${first.recording}" of person "${first.user}"${others}`;
  const wanted = `${formatBatchFaultValue(low)} to ${formatBatchFaultValue(high)} Hz for a model of ${formatBatchFaultValue(samplingRateHz)} Hz`;
  return [
    {
      code: "sampling_rate",
      message: `${found}; expected ${wanted}.`,
      advice: `Check the recorder's rate, and that the time column is in ${clock.time_unit}; to read recordings at such a rate, train with a similar --rate.`,
      ...(clock.time === null ? {} : { column: clock.time }),
      expected: wanted,
      found,
    },
  ];
}

export function describeLengthFaults(
  { seconds: usable, of_seconds: total }: UsableTime,
  expected: { readonly windowSeconds: number; readonly minimalSeconds?: number },
): FaultDescription[] {
  const { windowSeconds, minimalSeconds = minimalBatchSeconds } = expected;
  const least = Math.max(minimalSeconds, windowSeconds);
  if (usable * (1 + 1e-6) >= least) return [];
  const found = `${formatBatchFaultValue(usable)} s in stretches long enough for a window of ${formatBatchFaultValue(windowSeconds)} s, out of ${formatBatchFaultValue(total)} s`;
  const wanted = `at least ${formatBatchFaultValue(least)} s`;
  const advice = "Collect a longer batch, or recordings with fewer gaps.";
  return [{ code: "too_short", message: `${found}; expected ${wanted}.`, advice, expected: wanted, found }];
}

function formatBatchFaultValue(value: number): string {
  return `${Number(value.toPrecision(4))}`;
}
