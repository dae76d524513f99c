import { describe, expect, it } from "vitest";
import { newDriftState } from "../../../src/monitoring/drift/drift-state.ts";
import { evidenceOf } from "../../../src/monitoring/drift/evidence.ts";
import { isAnchorOutlived } from "../../../src/monitoring/drift/outlived-anchor.ts";
import { decideVerdict } from "../../../src/monitoring/drift/verdict.ts";
import type { ClassSummaries } from "../../../src/monitoring/summaries/class-summaries.ts";
import { awayFor, batchOf, channelOf, modelOf, rung } from "./hand-made.ts";

const channels = ["x", "y", "z"];
const signals = [...channels, "magnitude", "tempo"];
const plain = modelOf();
const model = {
  ...plain,
  channels,
  baseline: Object.fromEntries(signals.map((name) => [name, plain.baseline.x!])),
  byClass: [summary([0, 0, 0, 0, 0])[0]!, summary([0, 0, 0, 0, 0])[0]!],
};
const person = [0.5, -0.8, 0.3, 0.6, 0.4];
const others = [-0.6, -0.3, 0.7, -0.4, 0.3];

/**
 * @param means of the signals, in standard deviations of the training data
 * @param away share of the rows whose values the training data lacks
 */
function summary(means: readonly number[], away = 0, rows = 10_000): ClassSummaries {
  return [Object.fromEntries(signals.map((name, s) => [name, channelOf({ mean: means[s]!, away, rows })]))];
}

const five = (...means: readonly (readonly number[])[]): ClassSummaries[] =>
  Array.from({ length: 5 }, (_, i) => [...summary(means[i % means.length]!), null]);

describe("isAnchorOutlived", () => {
  it("finds that other people are behind an activity, once all first and last batches differ", () => {
    expect(isAnchorOutlived({ anchor: five(person), rolling: five(person) }, model)).toBe(false);
    expect(isAnchorOutlived({ anchor: five(person), rolling: five(others) }, model)).toBe(true);
  });

  it("takes no fault of one channel for other people, however large it is", () => {
    for (const fault of [0.6, 2, 20]) {
      const faulty = person.map((mean, s) => (s === 1 ? mean + fault : mean));
      expect(isAnchorOutlived({ anchor: five(person), rolling: five(faulty) }, model)).toBe(false);
    }
  });

  it("takes no sensor that slips for other people: its axes differ, but not the signals without a direction", () => {
    const slipped = others.map((mean, s) => (s < channels.length ? mean : person[s]!));
    expect(isAnchorOutlived({ anchor: five(person), rolling: five(slipped) }, model)).toBe(false);
    const undirected = { ...model, channels: signals };
    expect(isAnchorOutlived({ anchor: five(person), rolling: five(others) }, undirected)).toBe(false);
  });

  it("concludes nothing from the distance of batches whose neighbours are as different", () => {
    const mixed = [person, others, [0.2, 0.9, -0.5, 0.1, -0.8], [-0.4, 0.2, -0.9, 0.7, 0.1], [0.8, 0.1, 0.4, -0.9, 0]];
    expect(isAnchorOutlived({ anchor: five(...mixed), rolling: five(...mixed) }, model)).toBe(false);
    expect(isAnchorOutlived({ anchor: five(...mixed), rolling: five(...mixed.toReversed()) }, model)).toBe(false);
  });

  it("compares activities only with themselves", () => {
    const both = five(person).map(([own]): ClassSummaries => [own!, summary(others)[0]!]);
    const swapped = five(person).map(([own]): ClassSummaries => [summary(others)[0]!, own!]);
    expect(isAnchorOutlived({ anchor: both, rolling: both.map((batch) => [...batch]) }, model)).toBe(false);
    expect(isAnchorOutlived({ anchor: both, rolling: swapped }, model)).toBe(true);
    const elsewhere = five(others).map(([own]): ClassSummaries => [null, own!]);
    expect(isAnchorOutlived({ anchor: five(person), rolling: elsewhere }, model)).toBe(false);
  });

  it("concludes it once distant batches agree less than half as much as neighbours", () => {
    const at = (agreement: number): number[] => [0, 0, 0, agreement, Math.sqrt(1 - agreement ** 2)];
    const found = [0.4, 0.6].map((agreement) =>
      isAnchorOutlived({ anchor: five(at(1)), rolling: five(at(agreement)) }, model),
    );
    expect(found).toEqual([true, false]);
  });

  it("concludes nothing if neighbours hardly agree, however much distant batches disagree", () => {
    const mixed = [
      [0, 0, 0, 1, 0],
      [0, 0, 0, -0.3, 0.95],
    ];
    const opposite = mixed.map((means) => means.map((mean) => -mean));
    expect(isAnchorOutlived({ anchor: five(...mixed), rolling: five(...opposite) }, model)).toBe(false);
  });

  it("takes no single signal for a person: neither one that differs nor one that outweighs the others", () => {
    const faulty = person.with(4, -0.5);
    expect(isAnchorOutlived({ anchor: five(person), rolling: five(faulty) }, model)).toBe(false);
    const offset = (means: readonly number[]): number[] => means.map((mean) => 2.5 * mean).with(4, 20);
    expect(isAnchorOutlived({ anchor: five(offset(person)), rolling: five(offset(others)) }, model)).toBe(true);
  });

  it("leaves out activities that last less than a second", () => {
    const short = (means: readonly number[], rows: number): ClassSummaries[] =>
      Array.from({ length: 5 }, () => [...summary(means, 0, rows), null]);
    const found = [9, 10].map((rows) =>
      isAnchorOutlived({ anchor: short(person, rows), rolling: short(others, rows) }, model),
    );
    expect(found).toEqual([false, true]);
  });

  it("waits until the first and last batches no longer overlap", () => {
    const anchor = five(person);
    expect(isAnchorOutlived({ anchor, rolling: [anchor[4]!, ...five(others).slice(1)] }, model)).toBe(false);
  });

  it("knows nothing about a single signal", () => {
    const one = { ...plain, byClass: [batchOf()[0]!] };
    const [anchor, rolling] = [0.9, -0.9].map((mean) => Array.from({ length: 5 }, () => batchOf({ mean })));
    expect(isAnchorOutlived({ anchor: anchor!, rolling: rolling! }, one)).toBe(false);
  });
});

describe("a stream that has outlived its anchor", () => {
  const { kinds, ...calibration } = modelOf({ baseline: [rung] }).calibration;
  const known = (apart: "people" | "bouts") => ({
    ...model,
    calibration: { ...calibration, kinds: { ...kinds, baseline: { ...kinds.baseline!, apart } } },
  });
  const away = awayFor(0.005);
  const judged = (last: readonly number[], by = known("people")) => {
    const rolling = five(last).map((): ClassSummaries => [...summary(last, away), null]);
    const past = { anchor: five(person), rolling };
    return decideVerdict([...summary(last, away), null], past, newDriftState, by);
  };

  it("is judged by the training data instead", () => {
    const { judgement, state } = judged(others);
    expect(judgement).toMatchObject({ anchorOutlived: true, doubtful: true });
    expect(state.evidence.anchor.value).toBeCloseTo(evidenceOf(0.005), 6);
    const same = judged(person).judgement;
    expect(same).toMatchObject({ anchorOutlived: false, doubtful: true });
  });

  it("keeps no batch out of its references for being unlike its first batches", () => {
    const training = summary([0, 0, 0, 0, 0], away)[0]!;
    const likeTraining = { ...known("people"), byClass: [training, training] };
    expect(judged(others, likeTraining).judgement).toMatchObject({ anchorOutlived: true, doubtful: false });
    expect(judged(person, likeTraining).judgement).toMatchObject({ anchorOutlived: false, doubtful: true });
  });

  it("is still judged by its anchor if no other people were rehearsed", () => {
    expect(judged(others, known("bouts")).judgement).toMatchObject({ anchorOutlived: false, doubtful: true });
  });
});
