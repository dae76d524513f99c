// Tests verdicts on entire streams from simulated people whose noise is known.
import { describe, expect, it } from "vitest";
import { compare, comparedSeconds, type DriftModel } from "../../../src/monitoring/drift/comparison.ts";
import { type DriftVerdict, driftStateSchema, newDriftState } from "../../../src/monitoring/drift/drift-state.ts";
import { decideVerdict, type Judgement } from "../../../src/monitoring/drift/verdict.ts";
import { baselineReference, baselineReferenceGrids } from "../../../src/monitoring/summaries/baseline-reference.ts";
import { type ClassSummaries, mergeAcrossClasses } from "../../../src/monitoring/summaries/class-summaries.ts";
import { type Columns, Summarizer } from "../../../src/monitoring/summaries/summarize.ts";
import { Rng } from "../../../src/random.ts";
import { type Change, made, model, size, judgedStream as stream } from "./judged-stream.ts";

const moved =
  (amount: number) =>
  (columns: Columns): Columns => ({ ...columns, x: columns.x!.map((v) => v + amount) });
const scaled =
  (factor: number) =>
  (columns: Columns): Columns => ({ ...columns, x: columns.x!.map((v) => v * factor) });
const unchanged = (columns: Columns): Columns => columns;
const firstAlarm = (judgements: readonly Judgement[]): number =>
  judgements.findIndex(({ verdict }) => verdict !== "normal");
const lasting = (judgements: readonly Judgement[], from: number): DriftVerdict | undefined =>
  judgements[from + 5]?.verdict;

describe("a stream without drift", () => {
  it("runs longer between false alarms than requested", () => {
    let [batches, alarms] = [0, 0];
    for (let seed = 0; seed < 30; seed++) {
      const { judgements } = stream(100 + seed, 60, unchanged, { arl: 200 });
      batches += judgements.length;
      judgements.forEach(({ verdict }, i) => {
        if (verdict !== "normal" && (i === 0 || judgements[i - 1]!.verdict === "normal")) alarms++;
      });
    }
    expect(batches / Math.max(1, alarms)).toBeGreaterThan(200);
  });
});

describe("a stranger", () => {
  it("is kept out while batches that hardly any person explains are few, and alarms by the tenth", () => {
    const { judgements } = stream(150, 20, moved(1.2));
    expect(judgements.every(({ unfamiliar }) => unfamiliar)).toBe(true);
    expect(judgements.findIndex(({ verdict }) => verdict !== "normal")).toBe(9);
    expect(judgements.slice(0, 9).every(({ doubtful }) => doubtful)).toBe(true);
    expect(judgements.slice(9).every(({ verdict, stranger }) => verdict === "sudden_change" && stranger)).toBe(true);
  });
});

describe("a change", () => {
  it("that jumps is sudden, from soon after on, and stays so", () => {
    let right = 0;
    for (let seed = 0; seed < 10; seed++) {
      const { judgements } = stream(200 + seed, 25, (columns, batch) => (batch < 12 ? columns : moved(1.5)(columns)));
      const alarm = firstAlarm(judgements);
      if (alarm >= 12 && alarm <= 15 && lasting(judgements, alarm) === "sudden_change") right++;
    }
    expect(right).toBeGreaterThanOrEqual(9);
  });

  it("that walks is gradual, and is seen although no step of it is large", () => {
    let right = 0;
    for (let seed = 0; seed < 10; seed++) {
      const { judgements } = stream(300 + seed, 50, (columns, batch) => moved(0.04 * Math.max(0, batch - 12))(columns));
      const alarm = firstAlarm(judgements);
      if (alarm >= 12 && lasting(judgements, alarm) === "gradual_drift") right++;
    }
    expect(right).toBeGreaterThanOrEqual(9);
  });

  it("is detected if only the spread changes, suddenly or gradually", () => {
    const step = stream(400, 25, (columns, batch) => (batch < 12 ? columns : scaled(2)(columns))).judgements;
    expect(firstAlarm(step)).toBeGreaterThanOrEqual(12);
    expect(lasting(step, firstAlarm(step))).toBe("sudden_change");
    const walk = stream(401, 60, (columns, batch) => scaled(1 + 0.05 * Math.max(0, batch - 12))(columns)).judgements;
    expect(lasting(walk, firstAlarm(walk))).toBe("gradual_drift");
  });

  it("is dated, provisional at first and confirmed five batches later", () => {
    const { judgements } = stream(500, 25, (columns, batch) => (batch < 12 ? columns : moved(1.5)(columns)));
    const alarm = firstAlarm(judgements);
    expect(judgements[alarm]!.alarm).toMatchObject({ since: alarm, confirmed: false });
    expect(judgements[alarm + 4]!.alarm!.confirmed).toBe(false);
    expect(judgements[alarm + 5]!.alarm).toMatchObject({ since: alarm, confirmed: true, changePoint: 12 });
    expect(judgements[alarm]!.leading!.score.channel).toBe("x");
  });

  it("raises and ends the same alarms without a name", () => {
    const change: Change = (columns, batch) => (batch >= 12 && batch < 20 ? moved(2)(columns) : columns);
    const named = stream(700, 40, change);
    const nameless = stream(700, 40, change, { named: false });
    const alarms = ({ judgements }: typeof named): unknown[] =>
      judgements.map(({ alarm, strength, doubtful }) => [alarm?.since, alarm?.confirmed, strength, doubtful]);
    expect(alarms(nameless)).toEqual(alarms(named));
    expect(nameless.judgements.find(({ alarm }) => alarm !== null)).toMatchObject({ shape: null });
    expect(nameless.state).toEqual({ ...named.state, series: [] });
  });

  it("raises an alarm at the first batch, which has no past, if the unit is wrong", () => {
    const { judgements } = stream(600, 1, scaled(57.3));
    expect(judgements[0]).toMatchObject({ verdict: "sudden_change", leading: { reference: "baseline", beyond: true } });
  });

  it("beyond all reach of chance is sudden at its first batch, whatever came before", () => {
    for (const batch of [4, 6, 15, 30]) {
      const { judgements } = stream(600 + batch, batch + 1, (columns, i) =>
        i < batch ? columns : scaled(57.3)(columns),
      );
      expect(judgements.at(-1)).toMatchObject({ verdict: "sudden_change", leading: { beyond: true } });
    }
  });

  it("that has gone is normal again after some batches", () => {
    const { judgements } = stream(700, 40, (columns, batch) =>
      batch >= 12 && batch < 20 ? moved(2)(columns) : columns,
    );

    expect(judgements[19]!.verdict).not.toBe("normal");
    expect(judgements.slice(32).every(({ verdict }) => verdict === "normal")).toBe(true);
  });
});

describe("judge", () => {
  it("keeps its state as JSON and leaves the old one alone", () => {
    const { state } = stream(800, 14, (columns, batch) => (batch < 10 ? columns : moved(3)(columns)));
    expect(state.alarm).not.toBeNull();
    expect(driftStateSchema.parse(JSON.parse(JSON.stringify(state)))).toEqual(state);
    expect(newDriftState).toMatchObject({ batches: 0, series: [], alarm: null });
  });

  it("remembers means by the class that knows them best: a little of sitting says more than much of jogging", () => {
    const rng = Rng.fromSeed(2);
    const draw = (n: number, std: number, mean: number): Float32Array =>
      Float32Array.from({ length: n }, () => mean + std * rng.normal());
    const sitting = draw(2000, 0.01, 0);
    const jogging = draw(2000, 1, 0);
    const baseline = baselineReference({ x: Float32Array.from([...sitting, ...jogging]) });
    const summarizer = new Summarizer(baselineReferenceGrids(baseline));
    const summaries = (still: Float32Array, wild: Float32Array): ClassSummaries =>
      [still, wild].map((x) => (x.length === 0 ? null : summarizer.summarize({ x })));
    const byClass = summaries(sitting, jogging);
    const calibration = { reference_batches: 5, kinds: {}, correlation_seconds: null };
    const known: DriftModel = { channels: ["x"], baseline, byClass, calibration, samplingRateHz: 10 };
    const ofBatch = (sitting: number): readonly [number, number, number, number] => {
      const current = summaries(draw(sitting, 0.01, 0.2), draw(600 - sitting, 1, 0.2));
      return decideVerdict(current, { rolling: [], anchor: [] }, newDriftState, known).state.series[0]!.x!;
    };
    const shift = 0.2 / baseline.x!.summary.std;
    const [much, little, none] = [300, 60, 0].map(ofBatch);
    expect(much![0]).toBeCloseTo(shift, 2);
    expect(little![0]).toBeCloseTo(shift, 2);
    expect(Math.abs(none![0] - shift)).toBeGreaterThan(0.005);
    expect(much![3] / little![3]).toBeCloseTo(5, 1);
    expect(little![3] / none![3]).toBeGreaterThan(500);
  });

  it("compares with what there is: the baseline first, the own past once it is long enough", () => {
    const { judgements } = stream(900, 8, unchanged);
    const references = judgements.map(({ comparisons }) => comparisons.map(({ reference }) => reference));
    expect(references[0]).toEqual(["baseline"]);
    expect(references[size]).toEqual(["baseline", "anchor", "rolling"]);
  });

  it("judges nothing by a batch shorter than was rehearsed", () => {
    const short = made.summarize({ x: Float32Array.of(1, 2), y: Float32Array.of(1, 2) });
    expect(comparedSeconds(mergeAcrossClasses(short), 10)).toBe(0.2);
    expect(compare("baseline", short, short, model)).toBeNull();
    const { judgement } = decideVerdict(short, { rolling: [], anchor: [] }, newDriftState, model);
    expect(judgement).toMatchObject({ verdict: "normal", comparisons: [], leading: null });
  });
});
