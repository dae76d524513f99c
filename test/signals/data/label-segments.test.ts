import { describe, expect, test } from "vitest";
import { labelSegments } from "../../../src/signals/data/label-segments.ts";

describe("labelSegments", () => {
  test("keeps intervals apart, in order, and joins neighbours of one label", () => {
    const found = labelSegments([
      { label: "walk", start: 20, end: 30 },
      { label: "sit", start: 0, end: 10 },
      { label: "walk", start: 30, end: 35 },
    ]);
    expect(found).toEqual({
      segments: [
        { label: "sit", start: 0, end: 10 },
        { label: "walk", start: 20, end: 35 },
      ],
      overlapping: 0,
      overlappingSeconds: 0,
    });
  });

  test("gives time that two labels claim to neither, and counts it", () => {
    const found = labelSegments([
      { label: "sit", start: 0, end: 10 },
      { label: "walk", start: 8, end: 20 },
    ]);
    expect(found.segments).toEqual([
      { label: "sit", start: 0, end: 8 },
      { label: "walk", start: 10, end: 20 },
    ]);
    expect([found.overlapping, found.overlappingSeconds]).toEqual([2, 2]);
  });

  test("lets equal labels overlap", () => {
    const found = labelSegments([
      { label: "sit", start: 0, end: 10 },
      { label: "sit", start: 5, end: 20 },
    ]);
    expect(found.segments).toEqual([{ label: "sit", start: 0, end: 20 }]);
    expect(found.overlapping).toBe(0);
  });

  test("extends a point to the next one, and ends it at an empty label", () => {
    const found = labelSegments([
      { label: "sit", start: 0, end: null },
      { label: "walk", start: 5, end: null },
      { label: null, start: 9, end: null },
      { label: "sit", start: 12, end: null },
    ]);
    expect(found.segments).toEqual([
      { label: "sit", start: 0, end: 5 },
      { label: "walk", start: 5, end: 9 },
      { label: "sit", start: 12, end: Number.POSITIVE_INFINITY },
    ]);
  });
});
