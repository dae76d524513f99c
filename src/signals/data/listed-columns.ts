import { listedNames } from "../../listed-names.ts";

/** The first twenty names of columns, for a message. */
export function listedColumns(names: readonly string[]): string {
  return listedNames(names, 20);
}
