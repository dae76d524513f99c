// Describes a column that a file lacks, and suggests the closest name.

import type { FaultDescription } from "../../data-fault.ts";
import { nearestName } from "../../nearest-name.ts";
import { listedColumns } from "./listed-columns.ts";

export function absentRoleColumn(
  available: readonly string[],
  name: string,
  file: string,
  option: string,
): FaultDescription & { advice: string } {
  const near = nearestToAbsentColumn(available, name);
  return {
    code: "schema",
    message: `${file}: there is no column "${name}" (${option}); the columns are ${listedColumns(available)}.`,
    advice: near === undefined ? "Specify one of these columns." : `Did you mean "${near}"?`,
    file,
    column: name,
    expected: `a column "${name}"`,
    found: listedColumns(available),
  };
}

export function nearestToAbsentColumn(available: readonly string[], name: string): string | undefined {
  return available.find((column) => column.toLowerCase() === name.toLowerCase()) ?? nearestName(name, available);
}
