import { describe, expect, it } from "vitest";
import { decideUnitsToConvert } from "../../../src/signals/data/convert-units.ts";
import { parseUnitChoice } from "../../../src/signals/data/unit-choice.ts";

const decide = (axes: readonly [string, string, string], given: readonly string[], units: string) =>
  decideUnitsToConvert(
    axes,
    {
      sensors: [
        { name: "acc", kind: "accelerometer", channels: axes, unit: null, gravity: true, because: "by its values" },
      ],
      mixed: [],
    },
    { sensor: given, units: parseUnitChoice(units) },
  );
const named = ["acc_x [counts]", "acc_y [counts]", "acc_z [counts]"] as const;
const plain = ["acc_x", "acc_y", "acc_z"] as const;

describe("a unit for raw counts", () => {
  it.each([
    ["its name", named, []],
    ["--sensor", plain, ["acc:acc_x,acc_y,acc_z[counts]"]],
  ] as const)("contradicts %s", (said, axes, given) => {
    expect(() => decide(axes, given, "acc=g")).toThrow(
      `expected no unit, because ${said} says that its values are raw counts; got g`,
    );
    expect(decide(axes, given, "auto").conversions).toEqual([]);
  });

  it("is no contradiction if nothing says that the values are raw counts", () => {
    expect(decide(plain, [], "acc=g").conversions).toEqual([
      { channels: plain, from: "g", to: "m/s^2", factor: 9.80665 },
    ]);
  });
});
