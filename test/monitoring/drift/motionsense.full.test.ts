import { describe, expect, it } from "vitest";
import { calibrate } from "../../../src/monitoring/drift/calibrate.ts";
import { baselineReference, baselineReferenceGrids } from "../../../src/monitoring/summaries/baseline-reference.ts";
import { Summarizer } from "../../../src/monitoring/summaries/summarize.ts";
import { Rng } from "../../../src/random.ts";
import { readMotionSense, withoutMotionSense } from "./motionsense.ts";
import { expectUnitErrorsNamed } from "./unit-errors.ts";

describe.skipIf(withoutMotionSense)("MotionSense (skipped without ../shared/data)", () => {
  it("has its unit errors named for every person, and no unit error is named for correct data", async () => {
    const { people, all } = await readMotionSense();
    expectUnitErrorsNamed(people, all);
  });

  it("raises no more false alarms on a left-out person than it promises, and its file is smaller than 2 MB", async () => {
    const { people, all } = await readMotionSense();
    const baseline = baselineReference(all);
    const summarizer = new Summarizer(baselineReferenceGrids(baseline));
    const groups = people.map(({ name, stretches }) => ({
      name,
      chunks: stretches.flatMap(({ recording, label, columns, rows }) =>
        Array.from({ length: Math.floor(rows / 750) }, (_, i) => ({
          recording,
          label,
          summary: [summarizer.summarize(columns, i * 750, (i + 1) * 750)],
        })),
      ),
    }));
    const calibration = calibrate(baseline, groups, {
      chunkSeconds: 15,
      samplingRateHz: 50,
      lengthsSeconds: [60, 300],
      nullBatches: 240,
      rng: Rng.fromSeed(1),
    });
    for (const { rungs } of Object.values(calibration.kinds)) {
      for (const { false_alarms } of rungs) {
        expect(false_alarms!.p_at_most_5_percent).toBeGreaterThan(0.02);
        expect(false_alarms!.p_at_most_5_percent).toBeLessThan(0.09);
        expect(false_alarms!.beyond_reach).toBeLessThan(0.01);
      }
    }
    expect(JSON.stringify({ baseline, calibration }).length).toBeLessThan(200_000);
  }, 600_000);
});
