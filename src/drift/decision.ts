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
// The name of a change comes from the series of the leading channel's means (or spreads): step or ramp. At the alarm it is
// provisional; some batches later, when the series shows what came after, it is confirmed and stays until the alarm ends.

import { z } from "zod";
import { summaryOf } from "./baseline-reference.ts";
import { type BatchSummary, mergeSummaries } from "./batch-summary.ts";
import { type ChangeShape, changeShape } from "./change-shape.ts";
import { type Comparison, compare, type DriftModel, type ReferenceKind, referenceKinds } from "./comparison.ts";
import { addEvidence, type EvidenceState, evidenceStateSchema, isAlarm, noEvidence } from "./evidence.ts";

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
  /** Of the last batches, oldest first: per channel mean and ln of the standard deviation, in units of the baseline's. */
  readonly series: readonly Readonly<Record<string, readonly [number, number]>>[];
  readonly alarm: AlarmState | null;
}

export const driftStateSchema: z.ZodType<DriftState> = z.object({
  batches: z.int().min(0),
  evidence: z.object({ anchor: evidenceStateSchema, rolling: evidenceStateSchema }),
  series: z.array(z.record(z.string(), z.tuple([z.number(), z.number()]))),
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
  series: [],
  alarm: null,
};

export interface DriftOptions {
  /** Batches between false alarms, on average at least (default 500). */
  readonly arl?: number;
  /** A batch is unfamiliar or doubtful where at most this share of drift-free ones are as far away (default .05). */
  readonly alpha?: number;
  /** Batches after the alarm until the verdict is confirmed (default 5). */
  readonly confirmAfter?: number;
}

export interface Judgement {
  readonly verdict: DriftVerdict;
  readonly alarm: AlarmState | null;
  /** Unlike the people of the training data: the model may not know them, drift or not. */
  readonly unfamiliar: boolean;
  /**
   * Unlike the last batches, though not enough of them for an alarm: to be kept out of the references. Else the first
   * batches of a change enter, hide what follows, and make a stream that recovers look changed.
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
/** Evidence goes no higher than this many run lengths. */
const ceiling = 10;
/** With a smaller ratio of residuals the series does not tell a step from a ramp. */
const leastRatio = 1.1;

/**
 * @param past.window the stream's last N accepted batches, oldest first
 * @param past.anchor its first N
 */
export function judge(
  current: BatchSummary,
  past: { readonly window: readonly BatchSummary[]; readonly anchor: readonly BatchSummary[] },
  state: DriftState,
  model: DriftModel,
  options: DriftOptions = {},
): { readonly judgement: Judgement; readonly state: DriftState } {
  const { arl = 500, alpha = 0.05, confirmAfter = 5 } = options;
  const comparisons = compareAll(current, past, model);
  const evidence = { ...state.evidence };
  for (const { reference, pValue } of comparisons) {
    if (reference === "baseline") continue;
    const added = addEvidence(evidence[reference], pValue.p);
    evidence[reference] = { ...added, value: Math.min(added.value, ceiling * arl) };
  }
  const series = [...state.series, positions(current, model)].slice(-longestSeries);
  const value = ownPast.reduce((sum, kind) => sum + evidence[kind].value, 0) / ownPast.length;
  const beyond = comparisons.find((comparison) => comparison.beyond);
  const leading = beyond ?? leadingOf(comparisons, evidence);
  const alarmed = beyond !== undefined || isAlarm({ value, batches: state.batches + 1 }, arl);
  const shape = alarmed && leading !== null ? shapeOf(series, leading) : null;
  const alarm = alarmed ? nextAlarm(state, { series, shape, leading, beyond, confirmAfter }) : null;
  const unlike = (kind: ReferenceKind): boolean =>
    comparisons.some(({ reference, pValue: { p } }) => reference === kind && p <= alpha);
  const verdict = alarm?.verdict ?? "normal";
  const judgement: Judgement = {
    ...{ verdict, alarm, comparisons, leading, shape },
    unfamiliar: unlike("baseline"),
    doubtful: unlike("rolling"),
  };
  return { judgement, state: { batches: state.batches + 1, evidence, series, alarm } };
}

function compareAll(
  current: BatchSummary,
  past: { readonly window: readonly BatchSummary[]; readonly anchor: readonly BatchSummary[] },
  model: DriftModel,
): Comparison[] {
  const size = model.calibration.reference_batches;
  const references: Record<ReferenceKind, BatchSummary | null> = {
    baseline: summaryOf(model.baseline),
    anchor: past.anchor.length < size ? null : mergeSummaries(past.anchor),
    rolling: past.window.length < size ? null : mergeSummaries(past.window),
  };
  return referenceKinds.flatMap((kind) => {
    const reference = references[kind];
    return (reference === null ? null : compare(kind, reference, current, model)) ?? [];
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
  const decided = shape !== null && shape.ratio >= leastRatio;
  const sudden = decided ? shape.kind === "step" : beyond !== undefined || leading?.reference === "rolling";
  return {
    since,
    verdict: sudden ? "sudden_change" : "gradual_drift",
    confirmed: state.batches - since >= confirmAfter,
    changePoint: shape === null ? null : state.batches + 1 - now.series.length + shape.start,
  };
}

/** Of the leading channel's means or spreads, whichever its change explains better. */
function shapeOf(series: DriftState["series"], { score, far, beyond }: Comparison): ChangeShape | null {
  if (series.length < 5) return null;
  const { channel } = beyond ? far : score;
  const [means, spreads] = [0, 1].map((i) => series.map((batch) => batch[channel]![i]!));
  const [ofMeans, ofSpreads] = [changeShape(means!), changeShape(spreads!)];
  return explained(means!, ofMeans) >= explained(spreads!, ofSpreads) ? ofMeans : ofSpreads;
}

/** Share of the series' variance that a curve of this size and start takes away. */
function explained(series: readonly number[], { kind, start, size }: ChangeShape): number {
  const curve = series.map((_, i) => (kind === "step" ? (i < start ? 0 : size) : Math.max(0, i - start + 1) * size));
  const spread = (values: readonly number[]): number => {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  };
  const whole = spread(series);
  return whole === 0 ? 0 : 1 - spread(series.map((value, i) => value - curve[i]!)) / whole;
}

/** A channel that has no value, or does not vary, has the position of one that varies least. */
function positions(current: BatchSummary, { baseline }: DriftModel): DriftState["series"][number] {
  return Object.fromEntries(
    Object.entries(baseline).map(([name, { summary }]) => {
      const { mean, std } = current[name]!;
      return [name, [(mean - summary.mean) / summary.std, Math.log(Math.max(std / summary.std, 1e-3))] as const];
    }),
  );
}
