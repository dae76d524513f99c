// From comparisons to a verdict. The anchor and the rolling reference each gather evidence over time. The average of
// e-detectors is an e-detector, so comparing their mean with the average run length needs no correction for multiple tests.
// A batch beyond the reach of chance alarms at once, against the baseline too. Evidence is bounded, so a recovered stream
// is normal again after some batches. It is not reset at an alarm: a lasting fault must not look normal in between, or the
// rolling reference would learn it.
//
// No evidence is gathered against the baseline. A person who differs from the training data differs in every batch.
// Multiplying those p-values would count one person again and again, and every seventh stream would alarm. Such a stream is
// called unfamiliar, which is not drift; later changes show against its own anchor.
//
// A change is named from the channel that a step or a ramp explains best: from the series of its means or spreads, or, if
// neither changes, of its distances from the training data, which reveal a change of shape. At the alarm the name is
// provisional. Some batches later it is confirmed and stays until the alarm ends.
//
// With constants there is no evidence and no waiting: a large statistic against the rolling reference means a sudden
// change, and one against the baseline or the anchor a gradual drift. The same applies if only the baseline could be
// calibrated.

import { z } from "zod";
import { batchSummaryRows, type ClassSummaries, mergeClassSummaries } from "../summaries/class-summaries.ts";
import { type ChangeShape, changeShape } from "./change-shape.ts";
import { leastRelativeStd } from "./channel-statistics.ts";
import { type Comparison, compare, type DriftModel, type ReferenceKind, referenceKinds } from "./comparison.ts";
import { addEvidence, type EvidenceState, evidenceRaisesAlarm, evidenceStateSchema, noEvidence } from "./evidence.ts";
import { addNullScore, noScores, type OwnScores, ownScoresSchema } from "./null-scores.ts";
import { ksWithinClasses } from "./within-classes.ts";

/** Verdict on a stream. */
export type DriftVerdict = "normal" | "gradual_drift" | "sudden_change";

type OwnPast = Exclude<ReferenceKind, "baseline">;
const ownPast: readonly OwnPast[] = ["anchor", "rolling"];

export interface AlarmState {
  /** Number of the batch at which it began, counted from the start of the stream. */
  readonly since: number;
  readonly verdict: Exclude<DriftVerdict, "normal">;
  readonly confirmed: boolean;
  /** Number of the batch at which the change is estimated to have begun; null if the series is too short. */
  readonly changePoint: number | null;
}

/** State of a stream between batches, besides the batches of its references. */
export interface DriftState {
  /** Batches judged. */
  readonly batches: number;
  readonly evidence: Readonly<Record<OwnPast, EvidenceState>>;
  /** The stream's first scores, which show how much it varies on its own. */
  readonly own: Readonly<Record<OwnPast, OwnScores>>;
  /**
   * The latest batches, oldest first. Per channel: the distances of the mean and of ln(standard deviation) from the
   * training data, in its standard deviations, and the KS distance, which reveals other changes. All are computed within
   * the predicted classes, so that a change of activity does not count. The last entry is the precision of the mean, as an
   * inverse variance.
   */
  readonly series: readonly Readonly<Record<string, readonly [number, number, number, number]>>[];
  readonly alarm: AlarmState | null;
  /** Latest batches in a row that resembled the stream's own past, while it is in alarm (default: 0). */
  readonly ordinary?: number;
}

export const driftStateSchema: z.ZodType<DriftState> = z.object({
  batches: z.int().min(0),
  evidence: z.object({ anchor: evidenceStateSchema, rolling: evidenceStateSchema }),
  own: z.object({ anchor: ownScoresSchema, rolling: ownScoresSchema }),
  series: z.array(z.record(z.string(), z.tuple([z.number(), z.number(), z.number(), z.number().min(0)]))),
  alarm: z
    .object({
      since: z.int().min(0),
      verdict: z.enum(["gradual_drift", "sudden_change"]),
      confirmed: z.boolean(),
      changePoint: z.int().min(0).nullable(),
    })
    .nullable(),
  ordinary: z.int().min(0).exactOptional(),
});

export const newDriftState: DriftState = {
  batches: 0,
  evidence: { anchor: noEvidence, rolling: noEvidence },
  own: { anchor: noScores, rolling: noScores },
  series: [],
  alarm: null,
};

export interface DriftOptions {
  /** Minimum average number of batches between false alarms (default 500). */
  readonly arl?: number;
  /** A batch is unfamiliar if at most this share of drift-free batches are as far away (default .05). */
  readonly alpha?: number;
  /** Batches after the alarm until the verdict is confirmed (default 5). */
  readonly confirmAfter?: number;
  /** "fixed" judges by constants even if a calibration exists (default: calibrated). */
  readonly thresholds?: "calibrated" | "fixed";
}

export interface Judgement {
  readonly verdict: DriftVerdict;
  readonly alarm: AlarmState | null;
  /** Whether the batch is unlike the people in the training data, with or without drift. */
  readonly unfamiliar: boolean;
  /**
   * Whether it is so unlike the stream's past that it stays out of the references, without being an alarm yet. Otherwise
   * the first batch of a change would enter, hide what follows, and make a recovered stream look permanently changed.
   */
  readonly doubtful: boolean;
  /** Comparisons with the available references. */
  readonly comparisons: readonly Comparison[];
  /** The comparison with the strongest evidence of drift; null if nothing could be compared. */
  readonly leading: Comparison | null;
  readonly shape: ChangeShape | null;
}

/** Number of batches whose means are remembered. */
const longestSeries = 60;
/** Number of scores used to learn how a stream varies; an arbitrary choice. */
const mostOwnScores = 10;
/** Evidence is capped at this many run lengths. */
const ceiling = 10;
/** One of a hundred batches without drift is doubtful; an arbitrary choice. */
const doubtfulP = 0.01;
/** If means and spreads explain less of their series than this, the change may be in neither; an arbitrary choice. */
const leastExplained = 0.5;
/** With fewer batches, one of several channels may look like a step or a ramp by chance; an arbitrary limit. */
const shortSeries = 10;
/**
 * With a smaller ratio of residuals, a step is called a ramp. The first batches of a ramp drown in noise, so a step that
 * begins later fits nearly as well. Chosen on MotionSense.
 */
const leastStepRatio = 1.05;

/** A stream's own references. */
export interface Past {
  /** Its last N accepted batches, oldest first. */
  readonly rolling: readonly ClassSummaries[];
  /** Its first N. */
  readonly anchor: readonly ClassSummaries[];
}

/** The verdict on one batch, and the stream's state after it. */
export function decideVerdict(
  current: ClassSummaries,
  past: Past,
  state: DriftState,
  model: DriftModel,
  options: DriftOptions = {},
): { readonly judgement: Judgement; readonly state: DriftState } {
  const { alpha = 0.05, thresholds = "calibrated" } = options;
  const comparisons = compareForVerdict(current, past, model, state, thresholds);
  const series = [...state.series, positionsForVerdict(current, model)].slice(-longestSeries);
  const activity = drawsBouts(model) ? mainActivity(current) : null;
  const weighed = weighAllForVerdict(comparisons, state, series, options, activity);
  const isUnlike = ({ reference, pValue, findings }: Comparison): boolean =>
    reference === "baseline" && (pValue === null ? findings.length > 0 : pValue.p <= alpha);
  const { evidence, ordinary = 0, ...judged } = weighed;
  const judgement: Judgement = {
    verdict: judged.alarm?.verdict ?? "normal",
    ...judged,
    comparisons,
    unfamiliar: comparisons.some(isUnlike),
    doubtful: comparisons.some(({ reference, pValue }) => reference !== "baseline" && (pValue?.p ?? 1) <= doubtfulP),
  };
  const own = judged.alarm === null ? learnScoresForVerdict(state.own, comparisons) : state.own;
  return { judgement, state: { batches: state.batches + 1, evidence, own, series, alarm: judged.alarm, ordinary } };
}

/** The stream's variation is learned only from its first batches; otherwise it would include drift. */
function learnScoresForVerdict(own: DriftState["own"], comparisons: readonly Comparison[]): DriftState["own"] {
  const known = { ...own };
  for (const { reference, learned } of comparisons) {
    if (reference === "baseline" || learned === null) continue;
    if (known[reference].n < mostOwnScores) known[reference] = addNullScore(known[reference], learned);
  }
  return known;
}

/** Evidence required for an alarm. */
export function verdictAlarmLevel(comparisons: readonly Comparison[], arl: number): number {
  return arl * Math.max(1, ...comparisons.map(({ evidenceFactor }) => evidenceFactor));
}

/** The mean evidence of the references, which is compared with the run length. */
export function verdictEvidence({ evidence }: Pick<DriftState, "evidence">): number {
  return ownPast.reduce((sum, kind) => sum + evidence[kind].value, 0) / ownPast.length;
}

/** The class of at least this share of the rows fills a batch; an arbitrary choice. */
const mainShare = 0.8;

/** Whether batches of one activity are bouts: not where there is but one, nor where the streams' level was set by recorded days. */
function drawsBouts({ calibration: { day }, byClass }: DriftModel): boolean {
  return day !== undefined && day !== "recorded" && byClass.filter((own) => own !== null).length > 1;
}

function mainActivity(batch: ClassSummaries): number | null {
  const rows = batch.map(batchSummaryRows);
  const total = rows.reduce((sum, n) => sum + n, 0);
  const main = rows.findIndex((n) => n >= mainShare * total);
  return main < 0 ? null : main;
}

type Weighed = Pick<Judgement, "alarm" | "leading" | "shape"> & Pick<DriftState, "evidence" | "ordinary">;

/** A batch with p-values above this resembles the stream's own past. */
const ordinaryP = 0.1;
/** So many such batches in a row end an alarm: when a fault is repaired, its evidence would take weeks to wear off. */
const ordinaryToEnd = 2;
/** What is then left of the evidence for an alarm, so that it soon returns if the fault does. */
const leftOfEvidence = 0.05;

/** Consecutive ordinary batches after this one; a batch that could not be compared says nothing. */
function countOrdinary(comparisons: readonly Comparison[], before: number): number {
  const own = comparisons.flatMap(({ reference, pValue, beyond }) =>
    reference === "baseline" || pValue === null ? [] : [!beyond && pValue.p > ordinaryP],
  );
  if (comparisons.some(({ beyond }) => beyond) || own.includes(false)) return 0;
  return own.length === 0 ? before : before + 1;
}

/**
 * Constants add nothing to the evidence. Those for the stream's own past are considered separately if the evidence raises
 * no alarm.
 */
function weighAllForVerdict(
  ...[comparisons, state, series, options, activity]: Parameters<typeof weighForVerdict>
): Weighed {
  const constants = comparisons.filter(({ method }) => method === "constants");
  if (constants.length > 0 && constants.length === comparisons.length)
    return weighConstantsForVerdict(constants, state);
  const weighed = weighForVerdict(comparisons, state, series, options, activity);
  const own = constants.filter(({ reference }) => reference !== "baseline");
  if (weighed.alarm !== null || own.length === 0) return weighed;
  return { ...weighConstantsForVerdict(own, state), evidence: weighed.evidence };
}

function weighForVerdict(
  comparisons: readonly Comparison[],
  state: DriftState,
  series: DriftState["series"],
  { arl = 500, confirmAfter = 5 }: DriftOptions,
  activity: number | null,
): Weighed {
  const level = verdictAlarmLevel(comparisons, arl);
  const evidence = { ...state.evidence };
  for (const { reference, pValue } of comparisons) {
    if (reference === "baseline" || pValue === null) continue;
    const added = addEvidence(evidence[reference], pValue.p, activity);
    evidence[reference] = { ...added, value: Math.min(added.value, ceiling * level) };
  }
  const ordinary = state.alarm === null ? 0 : countOrdinary(comparisons, state.ordinary ?? 0);
  if (ordinary >= ordinaryToEnd) {
    for (const kind of ownPast) {
      const { value, batches } = evidence[kind];
      evidence[kind] = { value: Math.min(value, leftOfEvidence * level), batches };
    }
  }
  const value = verdictEvidence({ evidence });
  const beyond = comparisons.find((comparison) => comparison.beyond);
  const leading = beyond ?? leadingForVerdict(comparisons, evidence);
  const alarmed = beyond !== undefined || evidenceRaisesAlarm({ value, batches: state.batches + 1 }, level);
  const shape = alarmed && leading !== null ? shapeForVerdict(series, leading) : null;
  const alarm = alarmed ? nextVerdictAlarm(state, { series, shape, leading, beyond, confirmAfter }) : null;
  return { alarm, leading, shape, evidence, ordinary };
}

/**
 * A name stays until the alarm ends: the rolling reference stands still meanwhile, and gradual drift moves away from it
 * too.
 */
function weighConstantsForVerdict(comparisons: readonly Comparison[], state: DriftState): Weighed {
  const large = (comparison: Comparison): boolean => comparison.findings.some(({ level }) => level === "large");
  const walked = state.alarm?.verdict === "gradual_drift";
  const sudden = walked ? undefined : comparisons.find((own) => own.reference === "rolling" && large(own));
  const leading = sudden ?? comparisons.find(large) ?? comparisons[0]!;
  const since = state.alarm?.since ?? state.batches;
  const verdict = state.alarm?.verdict ?? (sudden === undefined ? "gradual_drift" : "sudden_change");
  const alarm = large(leading) ? { since, verdict, confirmed: true, changePoint: null } : null;
  return { alarm, leading, shape: null, evidence: state.evidence };
}

function compareForVerdict(
  current: ClassSummaries,
  past: Past,
  model: DriftModel,
  { own }: DriftState,
  thresholds: DriftOptions["thresholds"],
): Comparison[] {
  const size = model.calibration.reference_batches;
  const references: Record<ReferenceKind, ClassSummaries | null> = {
    baseline: model.byClass,
    anchor: past.anchor.length < size ? null : mergeClassSummaries(past.anchor),
    rolling: past.rolling.length < size ? null : mergeClassSummaries(past.rolling),
  };
  return referenceKinds.flatMap((kind) => {
    const reference = references[kind];
    const options = { thresholds, own: kind === "baseline" ? noScores : own[kind] };
    return (reference === null ? null : compare(kind, reference, current, model, options)) ?? [];
  });
}

/** The reference with the most evidence; the baseline if the stream has no past yet. */
function leadingForVerdict(
  comparisons: readonly Comparison[],
  evidence: Readonly<Record<OwnPast, EvidenceState>>,
): Comparison | null {
  const kind = evidence.rolling.value > evidence.anchor.value ? "rolling" : "anchor";
  return comparisons.find(({ reference }) => reference === kind) ?? comparisons[0] ?? null;
}

function nextVerdictAlarm(
  state: DriftState,
  now: {
    series: DriftState["series"];
    shape: ChangeShape | null;
    leading: Comparison | null;
    beyond: Comparison | undefined;
    confirmAfter: number;
  },
): AlarmState {
  if (state.alarm?.confirmed) return state.alarm;
  const { shape, leading, beyond, confirmAfter } = now;
  const since = state.alarm?.since ?? state.batches;
  // After one or two batches beyond the reach of chance, no step can be fitted yet, only a steep ramp.
  const decided = shape !== null && (beyond === undefined || now.series.length - shape.start > 2);
  // An alarm that begins with values which nobody in the training data had is no ramp.
  const impossible = state.alarm === null && beyond?.reference === "baseline";
  const sudden =
    impossible ||
    (decided
      ? shape.kind === "step" && shape.ratio >= leastStepRatio
      : beyond !== undefined || leading?.reference === "rolling");
  return {
    since,
    verdict: sudden ? "sudden_change" : "gradual_drift",
    confirmed: state.batches - since >= confirmAfter,
    changePoint: shape === null ? null : state.batches + 1 - now.series.length + shape.start,
  };
}

/**
 * Uses the channel that a change explains best; in the most extreme channel, the change may fluctuate most. In a short
 * series, chance explains much of some channel, so the most extreme channel is used there.
 */
function shapeForVerdict(series: DriftState["series"], { score, far, beyond }: Comparison): ChangeShape | null {
  if (series.length < 5) return null;
  const { channel } = beyond ? (far ?? score) : score;
  const channels = series.length < shortSeries ? [channel] : Object.keys(series[0]!);
  const shapes = channels.map((name) => channelShapeForVerdict(series.map((batch) => batch[name]!)));
  return shapes.reduce((best, shape) => (shape.explained > best.explained ? shape : best));
}

/** Uses a channel's means or spreads, whichever the change explains better; its distances if neither. */
function channelShapeForVerdict(channel: readonly DriftState["series"][number][string][]): ChangeShape {
  const of = (i: number): number[] => channel.map((batch) => batch[i]!);
  const [means, spreads, distances] = [changeShape(of(0), of(3)), changeShape(of(1)), changeShape(of(2))];
  const better = means.explained >= spreads.explained ? means : spreads;
  return better.explained < leastExplained && distances.explained > better.explained ? distances : better;
}

/**
 * A sensor offset moves the means of all classes alike, so their distances are averaged by precision. A class is weighted
 * by its rows over its variance in the training data: a little sitting says more than much jogging. A constant channel is
 * treated as one with minimal variance; one without values takes the baseline's position with zero precision.
 */
function positionsForVerdict(current: ClassSummaries, { baseline, byClass }: DriftModel): DriftState["series"][number] {
  return Object.fromEntries(
    Object.entries(baseline).map(([name, { summary }]) => {
      const spread = (std: number): number => Math.max(std / summary.std, leastRelativeStd);
      let [rows, precision, mean, logStd] = [0, 0, 0, 0];
      for (const [k, own] of current.entries()) {
        const reference = byClass[k]?.[name] ?? summary;
        const n = batchSummaryRows(own) === 0 ? 0 : own![name]!.n;
        if (n === 0) continue;
        const weight = n / spread(reference.std) ** 2;
        rows += n;
        precision += weight;
        mean += (weight * (own![name]!.mean - reference.mean)) / summary.std;
        logStd += n * Math.log(spread(own![name]!.std) / spread(reference.std));
      }
      if (rows === 0) return [name, [0, 0, 0, 0] as const];
      return [name, [mean / precision, logStd / rows, ksWithinClasses(byClass, current, name), precision] as const];
    }),
  );
}
