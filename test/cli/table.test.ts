import { describe, expect, it } from "vitest";
import { duration, fixed, meanAndSd } from "../../src/cli/format.ts";
import { displayWidth, formatTable, truncate } from "../../src/cli/table.ts";

describe("formatTable", () => {
  it("puts numbers right and words left, wide characters and escape codes counted as they look", () => {
    const rows = [
      ["歩く", "10"],
      ["\x1b[31mstairs\x1b[39m", "2,000"],
      ["é", "-"],
    ];
    expect(formatTable(["class", "n"], rows)).toBe(
      ["class       n", "------  -----", "歩く       10", "\x1b[31mstairs\x1b[39m  2,000", "é           -"].join("\n"),
    );
  });

  it("is headers alone without rows", () => {
    expect(formatTable(["a", "bc"], [])).toBe("a  bc\n-  --");
  });
});

it("cuts to a width in columns", () => {
  expect(truncate("abcdef", 6)).toBe("abcdef");
  expect(truncate("abcdef", 5)).toBe("abcd…");
  expect(truncate("歩歩歩", 5)).toBe("歩歩…");
  expect(displayWidth("a\u0301🙂")).toBe(3);
});

it("writes numbers as people read them", () => {
  expect([0.04, 9.94, 9.96, 59.6, 3599, 7300].map(duration)).toEqual([
    "0.0 s",
    "9.9 s",
    "10 s",
    "1 min 0 s",
    "59 min 59 s",
    "2 h 2 min",
  ]);
  expect(fixed(null)).toBe("-");
  expect(fixed(Number.NaN)).toBe("-");
  expect(meanAndSd({ mean: 0.9, sd: null })).toBe("0.900");
});
