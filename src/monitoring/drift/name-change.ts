// Determines whether a change is sudden or gradual. The channel best explained by a step or a ramp decides or, in a short
// series, the most distant one. Its series is that of its means or its spreads or, if neither changes, that of its distances
// from the training data, which also reveal a change in shape. At the alarm, the kind is provisional; a few batches later it is
// confirmed, and it then stays the same until the alarm ends.

import { type ChangeShape, changeShape } from "./change-shape.ts";
import type { Comparison } from "./comparison.ts";
import type { AlarmState, DriftState } from "./drift-state.ts";

/** If means and spreads explain less of their series than this share, the change may lie in neither; arbitrary. */
const leastExplained = 0.5;
/**
 * Minimum number of batches in a series from which a channel is chosen; with fewer, one of several channels may look like a
 * step or a ramp by chance; arbitrary.
 */
const shortSeries = 10;
/**
 * Minimum ratio of residuals for a step. Below it, the change counts as a ramp: noise hides the first batches of a ramp, so a
 * step that begins later fits nearly as well. Chosen on one half of the people in WISDM and MotionSense.
 */
const leastStepRatio = 1.09;
/**
 * A ramp moves away from the anchor but hardly from the last batches: its evidence against the rolling reference is less than
 * this share of its evidence against the anchor. Chosen on one half of the people in WISDM and MotionSense.
 */
const leastOfAnchor = 0.2;

/** Returns the alarm after a batch that raises or sustains it. */
export function nameChange(
  state: DriftState,
  now: {
    series: DriftState["series"];
    shape: ChangeShape | null;
    evidence: DriftState["evidence"];
    beyond: Comparison | undefined;
    confirmAfter: number;
  },
): AlarmState {
  if (state.alarm?.confirmed) return state.alarm;
  const { shape, evidence, beyond, confirmAfter } = now;
  const since = state.alarm?.since ?? state.batches;
  // In its first two batches, a step looks like a steep ramp. Changes that may be gradual are reported only after two batches,
  // which must then suffice.
  const decided = shape !== null && now.series.length - shape.start > (beyond?.isGradual === true ? 1 : 2);
  const isStep = decided
    ? shape.kind === "step" && shape.ratio >= leastStepRatio
    : beyond !== undefined || evidence.rolling.value >= leastOfAnchor * evidence.anchor.value;
  // A ramp starts small, so it cannot begin with values outside the range of everyone in the training data.
  const impossible = state.alarm === null && beyond?.reference === "baseline";
  // A change that may be gradual may show in no series. It counts as a ramp only if a ramp explains some series well.
  const isUnseen = beyond?.isGradual === true && !(decided && shape.explained >= leastExplained);
  const sudden = isStep || isUnseen || (impossible && beyond.isGradual !== true);
  return {
    since,
    verdict: sudden ? "sudden_change" : "gradual_drift",
    confirmed: state.batches - since >= confirmAfter,
    changePoint: shape === null ? null : state.batches + 1 - now.series.length + shape.start,
  };
}

/**
 * Uses the channel best explained by a step or a ramp, not the most distant one, whose values may fluctuate the most. In a
 * short series, a step or ramp will fit some channel well by chance, so the most distant channel is used instead.
 */
export function changeShapeToName(
  series: DriftState["series"],
  { score, far, beyond }: Comparison,
): ChangeShape | null {
  if (series.length < 5) return null;
  const { channel } = beyond ? (far ?? score) : score;
  const channels = series.length < shortSeries ? [channel] : Object.keys(series[0]!);
  const shapes = channels.map((name) => channelShapeToName(series.map((batch) => batch[name]!)));
  return shapes.reduce((best, shape) => (shape.explained > best.explained ? shape : best));
}

/**
 * Uses the channel's means or its spreads, whichever are better explained by a step or ramp, or its distances if neither is
 * explained well.
 */
function channelShapeToName(channel: readonly DriftState["series"][number][string][]): ChangeShape {
  const of = (i: number): number[] => channel.map((batch) => batch[i]!);
  const [means, spreads, distances] = [changeShape(of(0), of(3)), changeShape(of(1)), changeShape(of(2))];
  const better = means.explained >= spreads.explained ? means : spreads;
  return better.explained < leastExplained && distances.explained > better.explained ? distances : better;
}
