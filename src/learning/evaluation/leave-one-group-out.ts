import { UserError } from "../../errors.ts";
import { type Split, splitRowsWhere } from "./split.ts";

/**
 * One fold per group, in ascending order of group number. Each fold is tested on its group alone.
 * @param groups [W] group numbers, 0 or more
 * @throws UserError if there are fewer than two groups
 */
export function leaveOneGroupOut(groups: Int32Array): Split[] {
  const names = [...new Set(groups)].sort((a, b) => a - b);
  if (names.length < 2) {
    throw new UserError(`leave-one-group-out: expected at least two people, got ${names.length}`, {
      advice: "With one person, use --split blocks.",
    });
  }
  return names.map((name) => ({
    trainIndex: splitRowsWhere(groups.length, (row) => groups[row] !== name),
    testIndex: splitRowsWhere(groups.length, (row) => groups[row] === name),
  }));
}
