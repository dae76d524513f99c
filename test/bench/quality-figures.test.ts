import { describe, expect, it } from "vitest";
import { columnFigures, pairedDifference, type QualityAnswers, seedFigures } from "../../bench/quality-figures.ts";
import { qualityTable } from "../../bench/quality-table.ts";

// The expected figures for two folds, three people and two classes were computed by hand.
const task = {
  parts: [
    { name: "fold-1", train: Int32Array.of(4, 5, 6, 7), test: Int32Array.of(3, 2, 1, 0) },
    { name: "fold-2", train: Int32Array.of(0, 1, 2, 3), test: Int32Array.of(4, 5, 6, 7) },
  ],
  labels: Int32Array.of(0, 0, 1, 1, 0, 1, 0, 1),
  people: ["ann", "ann", "ann", "ann", "bo", "bo", "cy", "cy"],
  classes: ["sit", "walk"],
};
const answers = (one: number[], two: number[]): QualityAnswers => ({ "fold-1": one, "fold-2": two });
const perfect = answers([1, 1, 0, 0], [0, 1, 0, 1]);
// Among ann's windows 3, 2, 1 and 0, window 2 is misclassified, so F1 is 4/5 for sit and 2/3 for walk. Both windows of cy are
// classified as sit.
const flawed = answers([1, 0, 0, 0], [0, 1, 0, 0]);
const ann = (4 / 5 + 2 / 3) / 2;
const cy = (2 / 3 + 0) / 2;
// For the windows of bo and cy together, F1 is 4/5 for sit and 2/3 for walk.
const second = ann;

describe("the quality benchmark", () => {
  it("matches predictions to windows by the order of each part", () => {
    const { parts, people } = seedFigures(task, flawed);
    expect(parts).toEqual([expect.closeTo(ann, 12), expect.closeTo(second, 12)]);
    expect([...people]).toEqual([
      ["ann", expect.closeTo(ann, 12)],
      ["bo", 1],
      ["cy", expect.closeTo(cy, 12)],
    ]);
    expect(seedFigures(task, perfect).parts).toEqual([1, 1]);
  });

  it("refuses answers for other windows", () => {
    expect(() => seedFigures(task, { "fold-1": [1, 1, 0, 0] })).toThrow("fold-2: expected 4 predicted classes, got 0");
  });

  it("averages seeds: folds within a seed first, and each seed's worst person", () => {
    const one = columnFigures([seedFigures(task, flawed)]);
    expect(one.mean).toBeCloseTo(ann, 12);
    expect(one.sd).toBeCloseTo(0, 12);
    expect(one.worst).toEqual({ macroF1: expect.closeTo(cy, 12), users: ["cy"] });
    const both = columnFigures([seedFigures(task, flawed), seedFigures(task, answers([0, 0, 1, 1], [0, 1, 0, 1]))]);
    // With the second seed, all windows of ann (fold 0) are classified wrongly, and all windows of the other people (fold 1)
    // correctly.
    expect(both.mean).toBeCloseTo((ann + 0.5) / 2, 12);
    expect(both.sd).toBeCloseTo(Math.SQRT1_2 / 2, 12);
    expect(both.worst).toEqual({ macroF1: expect.closeTo(cy / 2, 12), users: ["cy", "ann"] });
    expect(both.byPerson.get("cy")).toBeCloseTo((cy + 1) / 2, 12);
  });

  it("pairs columns by person", () => {
    const [one, other] = [perfect, flawed].map((own) => columnFigures([seedFigures(task, own)]));
    const { value, low, high } = pairedDifference(one!, other!);
    expect(value).toBeCloseTo((1 - ann + (1 - cy)) / 3, 12);
    // Of the 27 equally likely draws, one draws only bo and one draws only cy, which is less than 5 % each.
    expect(low).toBeCloseTo((1 - ann) / 3, 12);
    expect(high).toBeCloseTo((1 - ann + 2 * (1 - cy)) / 3, 12);
    const shifted = { byPerson: new Map([...other!.byPerson].map(([user, score]) => [user, score - 0.25])) };
    const constant = pairedDifference(other!, shifted);
    for (const figure of Object.values(constant)) expect(figure).toBeCloseTo(0.25, 12);
    expect(() => pairedDifference(one!, { byPerson: new Map([["ann", 1]]) })).toThrow("the same people");
  });

  it("compares networks, and only those, with the best reference and the worst person of the random forest", () => {
    const column = (name: string, isReference: boolean, own: QualityAnswers) => ({
      name,
      isReference,
      figures: columnFigures([seedFigures(task, own)]),
    });
    const wrong = answers([0, 0, 1, 1], [0, 1, 0, 1]);
    const { headers, rows } = qualityTable(
      "made up",
      [
        column("random-forest", true, wrong),
        column("gradient-boosting", true, flawed),
        column("compact", false, perfect),
      ],
      [],
      "compact",
    );
    expect(headers[4]).toBe("minus gradient-boosting, by person (90 %)");
    expect(rows.map(([name]) => name)).toEqual(["random-forest", "gradient-boosting", "compact"]);
    expect(rows[0]!.slice(4, 6)).toEqual(["", ""]);
    expect(rows[1]!.slice(1, 4)).toEqual([".733 ± .000", expect.stringMatching(/^\.689 \(/), ".333 (cy)"]);
    expect(rows[2]![1]).toBe("1.000 ± .000");
    expect(rows[2]![4]).toBe("+.311 (+.089 to +.533)");
    expect(rows[2]![5]).toBe("+1.000");
    expect(headers[6]).toBe("compact minus it, by person (90 %)");
    // The random forest misclassifies all of ann's windows and none of the other people's. Only 1 of 27 draws consists of ann
    // alone.
    expect(rows.map((row) => row[6])).toEqual(["+.333 (.000 to +.667)", "+.311 (+.089 to +.533)", ""]);
  });
});
