import { expect, test } from "vitest";
import { deflatedJson, deflateForLedgerCell, longestJson } from "../../src/storage/ledger-cells.ts";

test("whatever is stored can be read, because the limit counts bytes on both sides", () => {
  const room = longestJson - 2;
  for (const text of ["x".repeat(room), "é".repeat(room / 2)])
    expect(deflatedJson.parse(deflateForLedgerCell(text))).toBe(text);
  expect(() => deflateForLedgerCell("é".repeat(room / 2 + 1))).toThrow(
    `ledger: expected at most ${longestJson} bytes of JSON, got ${longestJson + 2}`,
  );
});
