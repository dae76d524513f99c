import { describe, expect, it } from "vitest";
import { reversedAxes } from "../../../src/monitoring/drift/reversed-axes.ts";
import { type ClassSummaries, summarizeByClass } from "../../../src/monitoring/summaries/class-summaries.ts";
import { Summarizer } from "../../../src/monitoring/summaries/summarize.ts";
import { Rng } from "../../../src/random.ts";
import { accelerometer, gyroscope } from "../sensor-pair.ts";

const rate = 20;
const sensors = [accelerometer, gyroscope];
const names = ["Gx coherence", "Gy coherence", "Gz coherence"];
const summarizer = new Summarizer(Object.fromEntries(names.map((name) => [name, [0]])));
const rng = Rng.fromSeed(5);

/**
 * Returns the summaries of a batch with two activities. About each axis, gravity rotates as the gyroscope measures (`signs` is
 * 1), or in the opposite direction (-1).
 */
function batch(signs: readonly number[] = [1, 1, 1], seconds = [20, 40], noise = 0.3): ClassSummaries {
  const classOf = seconds.flatMap((own, k) => new Array<number>(own * rate).fill(k));
  const columns = names.map((name, axis) => [
    name,
    Float32Array.from(classOf, (k) => signs[axis]! * [0.6, -0.4][k]! + noise * rng.normal()),
  ]);
  return summarizeByClass(summarizer, Object.fromEntries(columns), classOf, 2);
}

const healthy = (count: number): ClassSummaries[] => Array.from({ length: count }, () => batch());
const past = (...last: ClassSummaries[]) => ({ anchor: healthy(5), rolling: [...healthy(5), ...last].slice(-5) });
const causes = (current: ClassSummaries, own: ReturnType<typeof past>, known = sensors) =>
  reversedAxes(current, own, known, rate).map(({ cause }) => cause?.channels);

describe("reversedAxes", () => {
  const flipped = [1, -1, 1];

  it("names the gyroscope's axis once three batches are reversed on average", () => {
    expect(causes(batch(), past())).toEqual([]);
    expect(causes(batch(flipped), past(batch(flipped), batch(flipped)))).toEqual([["Gy"]]);
    const partly = (): ClassSummaries => batch([1, -0.8, 1]);
    expect(causes(partly(), past())).toEqual([]);
    expect(causes(partly(), past(partly()))).toEqual([]);
    expect(causes(partly(), past(partly(), partly()))).toEqual([["Gy"]]);
  });

  it("names the accelerometer's axis if the turning about the other two is reversed, and all axes of the gyroscope", () => {
    for (const [signs, channels] of [
      [[-1, -1, 1], ["Az"]],
      [
        [-1, -1, -1],
        ["Gx", "Gy", "Gz"],
      ],
    ] as const) {
      expect(causes(batch(signs), past(batch(signs), batch(signs)))).toEqual([channels]);
    }
  });

  it("is over with the first batch that is as before", () => {
    expect(causes(batch(), past(batch(flipped), batch(flipped)))).toEqual([]);
  });

  it("takes no change of activity for one, nor an activity that the past lacks", () => {
    const mixes = [
      [60, 0],
      [0, 60],
      [60, 0],
    ].map((seconds) => batch([1, 1, 1], seconds));
    expect(causes(mixes[0]!, past(mixes[1]!, mixes[2]!))).toEqual([]);
    const walking = (): ClassSummaries => batch([1, 1, 1], [60, 0]);
    const own = { anchor: [1, 2, 3, 4, 5].map(walking), rolling: [1, 2, 3, 4, 5].map(walking) };
    expect(causes(batch(flipped, [0, 60]), own)).toEqual([]);
  });

  it("needs two activities that agree", () => {
    const one = batch(flipped, [60, 0]);
    expect(causes(one, past(one, one))).toEqual([]);
    const both = [batch(flipped, [60, 0]), batch(flipped, [0, 60])];
    expect(causes(both[0]!, past(both[1]!, both[0]!, both[1]!))).toEqual([["Gy"]]);
  });

  it("needs more than a few seconds in common", () => {
    const long = (): ClassSummaries => batch(flipped, [30, 30], 0.1);
    const own = (seconds: number) => {
      const short = (): ClassSummaries => batch([1, 1, 1], [seconds, seconds], 0.1);
      return { anchor: [1, 2, 3, 4, 5].map(short), rolling: [short(), short(), short(), long(), long()] };
    };
    expect(causes(long(), own(2))).toEqual([]);
    expect(causes(long(), own(6))).toEqual([["Gy"]]);
  });

  it("says nothing if there is little coherence, little past, or no pair of sensors", () => {
    const weak = [0.1, -0.1, 0.1];
    const vague = [0.1, 0.1, 0.1];
    const own = {
      anchor: [1, 2, 3, 4, 5].map(() => batch(vague)),
      rolling: [batch(vague), batch(vague), batch(vague), batch(weak), batch(weak)],
    };
    expect(causes(batch(weak), own)).toEqual([]);
    expect(
      causes(batch(flipped), { anchor: healthy(3), rolling: [batch(flipped), batch(flipped), batch(flipped)] }),
    ).toEqual([]);
    expect(causes(batch(flipped), past(batch(flipped), batch(flipped)), [gyroscope])).toEqual([]);
  });

  it("says nothing about a model without these signals", () => {
    const old = new Summarizer({ Gx: [0] });
    const without = summarizeByClass(old, { Gx: new Float32Array(400) }, new Array<number>(400).fill(0), 2);
    const five = [1, 2, 3, 4, 5].map(() => without);
    expect(causes(without, { anchor: five, rolling: five })).toEqual([]);
  });
});
