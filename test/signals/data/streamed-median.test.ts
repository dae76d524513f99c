import fc from "fast-check";
import { expect, test } from "vitest";
import { medianOfSampling } from "../../../src/signals/data/sampling.ts";
import { streamedMedian } from "../../../src/signals/data/streamed-median.ts";

test("is the median of the sorted numbers, bit for bit", () => {
  const number = fc.oneof(
    fc.double({ min: 0, max: 1e300, noNaN: true }),
    fc.double({ min: 0.0199999, max: 0.0200001, noNaN: true }),
    fc.constantFrom(0, 0.02, 0.020000000000000004, 5e-324, Number.MAX_VALUE),
  );
  fc.assert(
    fc.property(fc.array(number, { minLength: 1, maxLength: 40 }), fc.integer({ min: 1, max: 7 }), (numbers, size) => {
      const values = Float64Array.from(numbers, Math.abs);
      const pieces = function* (): Generator<Float64Array> {
        for (let at = 0; at < values.length; at += size) yield values.subarray(at, at + size);
      };
      expect(streamedMedian(pieces, values.length)).toBe(medianOfSampling(values.slice()));
    }),
    { numRuns: 20, seed: 1 },
  );
});

test("the median of an odd count is one of the numbers, however large", () => {
  const largest = Float64Array.of(Number.MAX_VALUE, Number.MAX_VALUE, 1);
  expect(streamedMedian(() => [largest], 3)).toBe(Number.MAX_VALUE);
  expect(streamedMedian(() => [largest.subarray(0, 1)], 1)).toBe(Number.MAX_VALUE);
});
