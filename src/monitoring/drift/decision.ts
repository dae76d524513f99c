// From comparisons to a verdict. The anchor and the rolling reference each gather evidence over time; the average of
// e-detectors is one, so that their mean against the average run length needs no correction for there being two. A batch
// beyond all reach of chance alarms at once, against the baseline too. Evidence is bounded, so that a stream that has
// recovered is normal again after some batches, and it is not begun anew at an alarm: a lasting fault must not look normal
// in between, or the rolling reference would learn it.
//
// Against the baseline no evidence is gathered. Who differs from the people of the training data differs in every batch;
// to multiply those p-values is to count one person again and again, and every seventh stream would alarm. Such a stream
// is called unfamiliar, which is no drift; what changes later is seen against its own anchor.
//
// The name of a change comes from the series of a channel's means (or spreads; or, where both stay, its distances from the
// training data, which see a change of shape), of the channel that a step or a ramp explains best. At the alarm it is
// provisional; some batches later, when the series shows what came after, it is confirmed and stays until the alarm ends.
//
// By constants there is no evidence and no waiting: what is large against the rolling reference is a sudden change, what is
// large against the frozen side a gradual drift. So it is too where only the baseline could be calibrated.

import { z } from "zod";
import { type ClassSummaries, mergeClassSummaries, rowsOf } from "../summaries/class-summaries.ts";
import { type ChangeShape, changeShape } from "./change-shape.ts";
import { leastRelativeStd } from "./channel-statistics.ts";
import { type Comparison, compare, type DriftModel, type ReferenceKind, referenceKinds } from "./comparison.ts";
import { addEvidence, type EvidenceState, evidenceStateSchema, isAlarm, noEvidence } from "./evidence.ts";
import { noScores, type OwnScores, ownScoresSchema, withScore } from "./null-scores.ts";
import { ksWithin } from "./within-classes.ts";

/** Verdict on a stream. */
export type DriftVerdict = "normal" | "gradual_drift" | "sudden_change";

type OwnPast = Exclude<ReferenceKind, "baseline">;
const ownPast: readonly OwnPast[] = ["anchor", "rolling"];

export interface AlarmState {
  /** Number of the batch at which it began, counted over the stream. */
  readonly since: number;
  readonly verdict: Exclude<DriftVerdict, "normal">;
  readonly confirmed: boolean;
  /** Number of the batch at which the change is estimated to have begun; null while the series is too short. */
  readonly changePoint: number | null;
}

/** What a stream remembers between batches, besides the batches of its references. */
export interface DriftState {
  /** Batches judged. */
  readonly batches: number;
  readonly evidence: Readonly<Record<OwnPast, EvidenceState>>;
  /** Its first scores: how much this stream varies by itself. */
  readonly own: Readonly<Record<OwnPast, OwnScores>>;
  /**
   * Of the last batches, oldest first: per channel how far mean and ln of the standard deviation are from the training
   * data's, in its standard deviations, and the KS distance from them, which sees a change of neither; within the predicted
   * classes, so that a change of activity is no change. Then how precisely the mean is known, in inverse variances.
   */
  readonly series: readonly Readonly<Record<string, readonly [number, number, number, number]>>[];
  readonly alarm: AlarmState | null;
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
});

export const newDriftState: DriftState = {
  batches: 0,
  evidence: { anchor: noEvidence, rolling: noEvidence },
  own: { anchor: noScores, rolling: noScores },
  series: [],
  alarm: null,
};

export interface DriftOptions {
  /** Batches between false alarms, on average at least (default 500). */
  readonly arl?: number;
  /** A batch is unfamiliar where at most this share of drift-free ones are as far away (default .05). */
  readonly alpha?: number;
  /** Batches after the alarm until the verdict is confirmed (default 5). */
  readonly confirmAfter?: number;
  /** "fixed" judges by constants, whatever was calibrated (default: calibrated). */
  readonly thresholds?: "calibrated" | "fixed";
}

export interface Judgement {
  readonly verdict: DriftVerdict;
  readonly alarm: AlarmState | null;
  /** Unlike the people of the training data: the model may not know them, drift or not. */
  readonly unfamiliar: boolean;
  /**
   * So unlike its own past that it is to be kept out of the references, though it is no alarm yet. Else the first batch of a
   * change would enter, hide what follows, and make a stream that recovers look changed for good.
   */
  readonly doubtful: boolean;
  /** With the references that could be compared. */
  readonly comparisons: readonly Comparison[];
  /** What spoke loudest for drift; null where nothing could be compared. */
  readonly leading: Comparison | null;
  readonly shape: ChangeShape | null;
}

/** Batches whose means are remembered. */
const longestSeries = 60;
/** Scores by which a stream is got to know; an arbitrary choice. */
const mostOwnScores = 10;
/** Evidence goes no higher than this many run lengths. */
const ceiling = 10;
/** One of a hundred batches without drift is doubtful; an arbitrary choice. */
const doubtfulP = 0.01;
/** Where means and spreads explain less of their series, the change may be one of neither; an arbitrary choice. */
const leastExplained = 0.5;
/** Fewer batches let one of several channels look like a step or a ramp by chance; an arbitrary limit. */
const shortSeries = 10;
/**
 * With a smaller ratio of residuals a step is called a ramp: whose first batches drown in noise, so that a step that begins
 * later fits nearly as well. Chosen on MotionSense.
 */
const leastStepRatio = 1.05;

/** A stream's own references. */
export interface Past {
  /** Its last N accepted batches, oldest first. */
  readonly rolling: readonly ClassSummaries[];
  /** Its first N. */
  readonly anchor: readonly ClassSummaries[];
}

/** The verdict on one batch, and what the stream remembers after it. */
export function judge(
  current: ClassSummaries,
  past: Past,
  state: DriftState,
  model: DriftModel,
  options: DriftOptions = {},
): { readonly judgement: Judgement; readonly state: DriftState } {
  const { alpha = 0.05, thresholds = "calibrated" } = options;
  const comparisons = compareAll(current, past, model, state, thresholds);
  const series = [...state.series, positions(current, model)].slice(-longestSeries);
  const weighed = weighAll(comparisons, state, series, options);
  const isUnlike = ({ reference, pValue, findings }: Comparison): boolean =>
    reference === "baseline" && (pValue === null ? findings.length > 0 : pValue.p <= alpha);
  const { evidence, ...judged } = weighed;
  const judgement: Judgement = {
    ...{ verdict: judged.alarm?.verdict ?? "normal", ...judged, comparisons },
    unfamiliar: comparisons.some(isUnlike),
    doubtful: comparisons.some(({ reference, pValue }) => reference !== "baseline" && (pValue?.p ?? 1) <= doubtfulP),
  };
  const own = judged.alarm === null ? withScores(state.own, comparisons) : state.own;
  return { judgement, state: { batches: state.batches + 1, evidence, own, series, alarm: judged.alarm } };
}

/** A stream is got to know in its first batches alone, or it would get to know its drift too. */
function withScores(own: DriftState["own"], comparisons: readonly Comparison[]): DriftState["own"] {
  const known = { ...own };
  for (const { reference, learned } of comparisons) {
    if (reference === "baseline" || learned === null) continue;
    if (known[reference].n < mostOwnScores) known[reference] = withScore(known[reference], learned);
  }
  return known;
}

/** How much evidence is an alarm. */
export function alarmLevel(comparisons: readonly Comparison[], arl: number): number {
  return arl * Math.max(1, ...comparisons.map(({ evidenceFactor }) => evidenceFactor));
}

/** The mean of the references' evidence: what is held against the run length. */
export function evidenceValue({ evidence }: Pick<DriftState, "evidence">): number {
  return ownPast.reduce((sum, kind) => sum + evidence[kind].value, 0) / ownPast.length;
}

type Weighed = Pick<Judgement, "alarm" | "leading" | "shape"> & Pick<DriftState, "evidence">;

/** Constants add nothing to the evidence; those of the own past have a say of their own where that is no alarm. */
function weighAll(...[comparisons, state, series, options]: Parameters<typeof weigh>): Weighed {
  const constants = comparisons.filter(({ method }) => method === "constants");
  if (constants.length > 0 && constants.length === comparisons.length) return weighConstants(constants, state);
  const weighed = weigh(comparisons, state, series, options);
  const own = constants.filter(({ reference }) => reference !== "baseline");
  if (weighed.alarm !== null || own.length === 0) return weighed;
  return { ...weighConstants(own, state), evidence: weighed.evidence };
}

function weigh(
  comparisons: readonly Comparison[],
  state: DriftState,
  series: DriftState["series"],
  { arl = 500, confirmAfter = 5 }: DriftOptions,
): Weighed {
  const level = alarmLevel(comparisons, arl);
  const evidence = { ...state.evidence };
  for (const { reference, pValue } of comparisons) {
    if (reference === "baseline" || pValue === null) continue;
    const added = addEvidence(evidence[reference], pValue.p);
    evidence[reference] = { ...added, value: Math.min(added.value, ceiling * level) };
  }
  const value = evidenceValue({ evidence });
  const beyond = comparisons.find((comparison) => comparison.beyond);
  const leading = beyond ?? leadingOf(comparisons, evidence);
  const alarmed = beyond !== undefined || isAlarm({ value, batches: state.batches + 1 }, level);
  const shape = alarmed && leading !== null ? shapeOf(series, leading) : null;
  const alarm = alarmed ? nextAlarm(state, { series, shape, leading, beyond, confirmAfter }) : null;
  return { alarm, leading, shape, evidence };
}

/** A name stays until the alarm ends: the last batches stand still meanwhile, and a walk leaves them behind too. */
function weighConstants(comparisons: readonly Comparison[], state: DriftState): Weighed {
  const large = (comparison: Comparison): boolean => comparison.findings.some(({ level }) => level === "large");
  const walked = state.alarm?.verdict === "gradual_drift";
  const sudden = walked ? undefined : comparisons.find((own) => own.reference === "rolling" && large(own));
  const leading = sudden ?? comparisons.find(large) ?? comparisons[0]!;
  const since = state.alarm?.since ?? state.batches;
  const verdict = state.alarm?.verdict ?? (sudden === undefined ? "gradual_drift" : "sudden_change");
  const alarm = large(leading) ? { since, verdict, confirmed: true, changePoint: null } : null;
  return { alarm, leading, shape: null, evidence: state.evidence };
}

function compareAll(
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

/** Against the reference with the most evidence; the baseline where the stream has no past yet. */
function leadingOf(
  comparisons: readonly Comparison[],
  evidence: Readonly<Record<OwnPast, EvidenceState>>,
): Comparison | null {
  const kind = evidence.rolling.value > evidence.anchor.value ? "rolling" : "anchor";
  return comparisons.find(({ reference }) => reference === kind) ?? comparisons[0] ?? null;
}

function nextAlarm(
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
  // After one or two batches beyond all reach of chance no step can be fitted yet, only a steep ramp.
  const decided = shape !== null && (beyond === undefined || now.series.length - shape.start > 2);
  const sudden = decided
    ? shape.kind === "step" && shape.ratio >= leastStepRatio
    : beyond !== undefined || leading?.reference === "rolling";
  return {
    since,
    verdict: sudden ? "sudden_change" : "gradual_drift",
    confirmed: state.batches - since >= confirmAfter,
    changePoint: shape === null ? null : state.batches + 1 - now.series.length + shape.start,
  };
}

/**
 * Of the channel that its change explains best: the loudest one may be that in which the change sways most. Of a short series
 * anything explains much of some channel, and the loudest is asked.
 */
function shapeOf(series: DriftState["series"], { score, far, beyond }: Comparison): ChangeShape | null {
  if (series.length < 5) return null;
  const { channel } = beyond ? (far ?? score) : score;
  const channels = series.length < shortSeries ? [channel] : Object.keys(series[0]!);
  const shapes = channels.map((name) => shapeIn(series.map((batch) => batch[name]!)));
  return shapes.reduce((best, shape) => (shape.explained > best.explained ? shape : best));
}

/** Of a channel's means or spreads, whichever its change explains better; of its distances where it is neither. */
function shapeIn(channel: readonly DriftState["series"][number][string][]): ChangeShape {
  const of = (i: number): number[] => channel.map((batch) => batch[i]!);
  const [means, spreads, distances] = [changeShape(of(0), of(3)), changeShape(of(1)), changeShape(of(2))];
  const better = means.explained >= spreads.explained ? means : spreads;
  return better.explained < leastExplained && distances.explained > better.explained ? distances : better;
}

/**
 * An offset of a sensor moves the means of all classes alike. So their distances are averaged by precision: a class counts
 * by its rows over its variance in the training data, and a little of sitting says more than much of jogging. A channel that
 * does not vary has the position of one that varies least; one without values that of the baseline, with no precision.
 */
function positions(current: ClassSummaries, { baseline, byClass }: DriftModel): DriftState["series"][number] {
  return Object.fromEntries(
    Object.entries(baseline).map(([name, { summary }]) => {
      const spread = (std: number): number => Math.max(std / summary.std, leastRelativeStd);
      let [rows, precision, mean, logStd] = [0, 0, 0, 0];
      for (const [k, own] of current.entries()) {
        const reference = byClass[k]?.[name] ?? summary;
        const n = rowsOf(own) === 0 ? 0 : own![name]!.n;
        if (n === 0) continue;
        const weight = n / spread(reference.std) ** 2;
        rows += n;
        precision += weight;
        mean += (weight * (own![name]!.mean - reference.mean)) / summary.std;
        logStd += n * Math.log(spread(own![name]!.std) / spread(reference.std));
      }
      if (rows === 0) return [name, [0, 0, 0, 0] as const];
      return [name, [mean / precision, logStd / rows, ksWithin(byClass, current, name), precision] as const];
    }),
  );
}
