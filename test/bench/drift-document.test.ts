// Tests that a run of only some parts replaces the sections for these parts in docs/drift-figures.md, and no others.
import { describe, expect, it } from "vitest";
import { updateDriftDocument } from "../../bench/drift-document.ts";

const whole = updateDriftDocument(
  "",
  new Map([
    ["recovery", "## Recovery\n\nold"],
    ["false-alarms", "## False alarms\n\nnone"],
  ]),
);

describe("updateDriftDocument", () => {
  it("writes the sections in the order of the parts", () => {
    expect(whole).toMatch(/^# Drift[^#]+## False alarms\n\nnone\n\n[^#]+## Recovery\n\nold\n$/);
  });

  it("replaces the section of a part, and leaves the others unchanged", () => {
    const updated = updateDriftDocument(whole, new Map([["recovery", "## Recovery\n\nnew"]]));
    expect(updated).toBe(whole.replace("old", "new"));
  });

  it("adds a section between others", () => {
    const updated = updateDriftDocument(whole, new Map([["detection", "## Detection\n\nmost"]]));
    expect(updated.match(/^## .*/gm)).toEqual(["## False alarms", "## Detection", "## Recovery"]);
    expect(updateDriftDocument(updated, new Map())).toBe(updated);
  });
});
