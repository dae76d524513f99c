import { expect } from "vitest";
import { suspectFaults } from "../../../src/monitoring/drift/suspect-faults.ts";
import { baselineReference } from "../../../src/monitoring/summaries/baseline-reference.ts";
import type { Columns } from "../../../src/monitoring/summaries/summarize.ts";
import { sensorsByName } from "../../../src/signals/sensors/sensors-by-name.ts";
import type { Person } from "./motionsense.ts";

const acceleration = ["Ax", "Ay", "Az"];
const rotation = ["Gx", "Gy", "Gz"];
const sensors = sensorsByName([...acceleration, ...rotation]);

/**
 * Compares each person's recordings with the recordings of all people: a wrong unit must be named as the cause, and no cause
 * may be named if the unit is right.
 */
export function expectUnitErrorsNamed(people: readonly Person[], everyone: Columns): void {
  const reference = baselineReference(everyone);
  for (const { columns: all } of people) {
    // Uses every fifth row, so that the test takes a fifth of the time and still covers every kind of movement.
    const columns = Object.fromEntries(
      Object.entries(all).map(([name, column]) => [name, column.filter((_, i) => i % 5 === 0)]),
    );
    const faultsOf = (names: readonly string[], change: (x: number) => number) => {
      const changed = Object.fromEntries(names.map((name) => [name, columns[name]!.map(change)]));
      return suspectFaults({ ...columns, ...changed }, reference, sensors, 50);
    };
    expect(faultsOf([], (x) => x)).toEqual([]);
    expect(faultsOf(acceleration, (x) => x / 9.80665)[0]).toMatchObject({
      kind: "unit",
      fault: "is in g instead of m/s^2",
    });
    expect(faultsOf(rotation, (x) => (x * 180) / Math.PI)[0]).toMatchObject({ fault: "is in deg/s instead of rad/s" });
  }
}
