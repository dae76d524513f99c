import { describe, expect, it } from "vitest";
import { figuresOfChange, figuresWithoutDrift, type Verdicts } from "../../src/drift/bench-figures.ts";

/** n normal, s sudden_change, g gradual_drift. */
const verdicts = (letters: string): Verdicts =>
  [...letters].map((letter) => (letter === "n" ? "normal" : letter === "s" ? "sudden_change" : "gradual_drift"));

describe("without drift", () => {
  it("counts batches that alarm, and alarms that begin", () => {
    expect(figuresWithoutDrift(["nnssnnnsnn", "nnnnnnnnnn"].map(verdicts))).toEqual({
      ...{ streams: 2, batches: 20, alarmsPerBatch: 0.15, runLength: 10 },
    });
    expect(figuresWithoutDrift([verdicts("nnnn")]).runLength).toBeNull();
  });
});

describe("of a change in batch 4", () => {
  const of = (...streams: string[]) =>
    figuresOfChange(streams.map(verdicts), { changeAt: 4, expected: "sudden_change" });

  it("counts delays from 1, the first changed batch, and names five batches later", () => {
    expect(of("nnnnsssssssss", "nnnnnnsggggggg", "nnnnnnnnnnnnn")).toEqual({
      ...{
        streams: 3,
        detected: 2 / 3,
        medianDelay: 3,
        seenBy: [1, 1, 2, 2, 2, 2, 2, 2, 2, 2].map((n) => n / 3),
        within5: 2 / 3,
        within25: 2 / 3,
        labelRight: 1 / 2,
      },
    });
  });

  it("takes no alarm for a detection that was on before, and none is none", () => {
    expect(of("nnssssssssss")).toMatchObject({ detected: 0, medianDelay: null, labelRight: null });
    expect(of("nsnnnssssssss")).toMatchObject({ detected: 1, medianDelay: 2, labelRight: 1 });
  });
});
