// Columns that have different names in a later file than in the first one.
import { expect, test } from "vitest";
import { resolveColumnRoles } from "../../../src/signals/data/column-roles.ts";
import { refuseOtherColumns } from "../../../src/signals/data/other-columns.ts";

test.each([
  ["letter case", "TIME,ACC_X,ACC_Y,ACC_Z", "differ only in letter case"],
  ["units", "time,acc_x (g),acc_y (g),acc_z (g)", "differ only in their units"],
  ["names", "time,u,v,w", "Give files with the same columns"],
])("refuses columns that differ in their %s, and says how to go on", (_, header, advice) => {
  const required = { label: false, group: false };
  const roles = resolveColumnRoles(["time", "acc_x", "acc_y", "acc_z"], {}, required, "a.csv");
  const refuse = (): void =>
    refuseOtherColumns("a.csv", roles, "b.csv", header.split(","), { options: {}, required, warn: () => {} });
  expect(refuse).toThrow(expect.objectContaining({ advice: expect.stringContaining(advice) }));
});
