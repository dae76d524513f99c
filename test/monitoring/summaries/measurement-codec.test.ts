import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { BatchMeasurement } from "../../../src/monitoring/summaries/batch-measurement.ts";
import { summarizeByClass } from "../../../src/monitoring/summaries/class-summaries.ts";
import {
  decodeMeasurement,
  encodeMeasurement,
  type MeasurementShape,
} from "../../../src/monitoring/summaries/measurement-codec.ts";
import { modelSignals } from "../../../src/monitoring/summaries/model-signals.ts";
import { Summarizer } from "../../../src/monitoring/summaries/summarize.ts";
import { batchMeasurementSchema } from "../../../src/monitoring/summaries/summary-schemas.ts";
import { Rng } from "../../../src/random.ts";

const shape: MeasurementShape = { bins: { Ax: 4, "A magnitude": 2, "κ 😀": 3 }, classes: 3 };
const summarizer = new Summarizer({ Ax: [-1, 0, 1], "A magnitude": [9.81], "κ 😀": [0, 5] });

function measured(rows: number, seed = 1, scale = 1): BatchMeasurement {
  const rng = Rng.fromSeed(seed);
  const column = (): Float32Array =>
    Float32Array.from({ length: rows }, (_, i) => (i % 7 === 3 ? Number.NaN : scale * rng.normal()));
  const columns = { Ax: column(), "A magnitude": column(), "κ 😀": column() };
  const classes = Array.from({ length: rows }, () => (rng.uniform() < 0.7 ? 0 : 2));
  const windows = Math.max(1, Math.floor(rows / 10));
  const probabilities = new Float32Array(windows * 3).map((_, i) => [0.7, 0.2, 0.1][(i + Math.floor(i / 9)) % 3]!);
  const follows = Array.from({ length: windows }, (_, w) => w > 0);
  return {
    byClass: summarizeByClass(summarizer, columns, classes, 3),
    signals: modelSignals(probabilities, 3, follows),
  };
}

describe("the binary form of a measurement", () => {
  it("comes back as it was, bit for bit, and fits the schema of its JSON form", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 400 }), fc.nat(), fc.double({ min: 0, max: 1e30 }), (rows, seed, scale) => {
        const measurement = measured(rows, seed, scale);
        const decoded = decodeMeasurement(encodeMeasurement(measurement), shape);
        expect(decoded).toEqual(measurement);
        expect(batchMeasurementSchema.safeParse(decoded).success).toBe(true);
      }),
    );
  });

  it("holds counts up to 2^53 - 1", () => {
    const most = Number.MAX_SAFE_INTEGER;
    const measurement = measured(100);
    const own = measurement.byClass[0]!.Ax!;
    const Ax = { ...own, n: most, missing: 127, counts: [most - 300, 128, 172, 0] };
    const byClass = [{ ...measurement.byClass[0], Ax }, null, measurement.byClass[2]!];
    const decoded = decodeMeasurement(encodeMeasurement({ ...measurement, byClass }), shape);
    expect(decoded.byClass[0]!.Ax).toEqual(Ax);
  });

  it("takes less than half of the JSON's bytes", () => {
    const measurement = measured(5000);
    expect(encodeMeasurement(measurement).length).toBeLessThan(JSON.stringify(measurement).length / 2);
  });

  it.each([
    ["a mean that is not finite", { mean: Number.POSITIVE_INFINITY }],
    ["a count that is no whole number", { n: 1.5 }],
    ["a count below 0", { missing: -1 }],
    ["a count beyond 2^53", { n: 2 ** 53 }],
  ])("is not made of %s", (_, change) => {
    const measurement = measured(100);
    const byClass = [{ ...measurement.byClass[0], Ax: { ...measurement.byClass[0]!.Ax!, ...change } }, null, null];
    expect(() => encodeMeasurement({ ...measurement, byClass })).toThrow(RangeError);
  });

  it.each<[string, MeasurementShape, RegExp]>([
    ["classes", { ...shape, classes: 4 }, /classes: expected 4, got 3/],
    ["channels", { ...shape, bins: { Ax: 4 } }, /channels: expected 1, got 3/],
    ["names", { ...shape, bins: { Ay: 4, "A magnitude": 2, "κ 😀": 3 } }, /unexpected channel "Ax"/],
    ["bins", { ...shape, bins: { ...shape.bins, Ax: 5 } }, /bins of "Ax": expected 5, got 4/],
  ])("is refused by a model with other %s", (_, other, message) => {
    expect(() => decodeMeasurement(encodeMeasurement(measured(50)), other)).toThrow(message);
  });

  it("is refused, or still a measurement, whatever became of its bytes", () => {
    const whole = encodeMeasurement(measured(120));
    const mutation = fc.record({ at: fc.nat(whole.length - 1), to: fc.nat(255) });
    fc.assert(
      fc.property(fc.array(mutation, { minLength: 1, maxLength: 8 }), fc.nat(whole.length), (mutations, cut) => {
        const bytes = whole.slice(0, cut % 3 === 0 ? cut : whole.length);
        for (const { at, to } of mutations) if (at < bytes.length) bytes[at] = to;
        let decoded: BatchMeasurement;
        try {
          decoded = decodeMeasurement(bytes, shape);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
          return;
        }
        expect(batchMeasurementSchema.safeParse(decoded).success).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});
