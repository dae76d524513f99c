import { listedNames } from "../../listed-names.ts";

/** Lists the first twenty column names for a message. */
export function listedColumns(names: readonly string[]): string {
  return listedNames(names, 20);
}
