// Tests which batches show the effect of a fault: those in which the figure that the fault moved most clearly has not returned
// to normal.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { DriftState } from "../../../src/monitoring/drift/drift-state.ts";
import { faultEffect } from "../../../src/monitoring/drift/fault-effect.ts";

type Entry = DriftState["series"][number];

/** The means vary by .1 around 0, so their median absolute deviation is .1. */
const noise = [-0.1, 0.1, 0, -0.1, 0.1, -0.1, 0.1, 0, 0.1, -0.1];
const entry = (mean: number, { other = 0, precision = 1 } = {}): Entry => ({
  x: [mean, 0, 0, precision],
  y: [other, 0, 0, 1],
});
const healthy = noise.map((x) => entry(x));
const faulty = (size: number, batches = 4): Entry[] => noise.slice(0, batches).map((x) => entry(x + size));
const shows = (since: readonly Entry[], current: Entry): ReturnType<typeof faultEffect> =>
  faultEffect([...healthy, ...since, current], healthy.length);

describe("faultEffect", () => {
  it("lasts as long as the figure that the fault moved is nearer to where the fault moved it", () => {
    expect(shows(faulty(1), entry(0.9))).toBe("lasts");
    expect(shows(faulty(1), entry(0.6))).toBe("lasts");
    expect(shows(faulty(1), entry(0.4))).toBe("gone");
    expect(shows(faulty(-1), entry(-2))).toBe("lasts");
  });

  it("is judged by the figure that moved most clearly, whatever others do", () => {
    const since = noise.slice(0, 4).map((x) => entry(x + 1, { other: 10 * x }));
    expect(shows(since, entry(1, { other: 0 }))).toBe("lasts");
    expect(shows(since, entry(0, { other: 1 }))).toBe("gone");
  });

  it("is unclear if the change is small, the batches are few, or the batch lacks the figure", () => {
    expect(shows(faulty(0.3), entry(0.3))).toBeNull();
    expect(shows(faulty(1, 2), entry(1))).toBeNull();
    expect(faultEffect([...healthy.slice(0, 4), ...faulty(1), entry(1)], 4)).toBeNull();
    expect(shows(faulty(1), entry(1, { precision: 0 }))).toBeNull();
    expect(faultEffect([], 0)).toBeNull();
    expect(faultEffect(healthy, -5)).toBeNull();
  });

  it("is unclear if the batch is as far on the other side", () => {
    expect(shows(faulty(1), entry(-0.7))).toBeNull();
  });

  it("lasts until the batches are as before, if the fault is clear in every batch", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1, max: 1e6, noNaN: true }),
        fc.boolean(),
        fc.array(fc.constantFrom(...noise), { minLength: 3, maxLength: 40 }),
        fc.constantFrom(...noise),
        (size, isUp, since, x) => {
          const moved = isUp ? size : -size;
          const after = since.map((own) => entry(own + moved));
          expect(shows(after, entry(x + moved))).toBe("lasts");
          expect(shows(after, entry(x))).toBe("gone");
        },
      ),
    );
  });
});
