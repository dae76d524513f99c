import { describe, expect, it } from "vitest";
import { durationText } from "../../../src/duration-text.ts";
import { displayWidth, truncateToDisplayWidth } from "../../../src/interfaces/cli/display-width.ts";
import { fixedNumberText, meanAndSdText } from "../../../src/interfaces/cli/number-text.ts";
import { tableLines } from "../../../src/interfaces/cli/table.ts";

describe("tableLines", () => {
  it("puts numbers right and words left, wide characters counted as they look, control characters as they are shown", () => {
    const rows = [
      ["歩く", "10"],
      ["a\x1bb\nc", "2,000"],
      ["é", "-"],
    ];
    expect(tableLines({ headers: ["class", "n"], rows })).toEqual([
      "class                n",
      "---------------  -----",
      "歩く                10",
      "a\\u001bb\\u000ac  2,000",
      "é                    -",
    ]);
  });

  it("is headers alone without rows", () => {
    expect(tableLines({ headers: ["a", "bc"], rows: [] })).toEqual(["a  bc", "-  --"]);
  });
});

it("cuts to a width in columns", () => {
  expect(truncateToDisplayWidth("abcdef", 6)).toBe("abcdef");
  expect(truncateToDisplayWidth("abcdef", 5)).toBe("abcd…");
  expect(truncateToDisplayWidth("歩歩歩", 5)).toBe("歩歩…");
  expect(displayWidth("a\u0301🙂")).toBe(3);
});

it("writes numbers as people read them", () => {
  expect([0.04, 9.94, 9.96, 59.6, 3599, 7300].map(durationText)).toEqual([
    "0.0 s",
    "9.9 s",
    "10 s",
    "1 min 0 s",
    "59 min 59 s",
    "2 h 2 min",
  ]);
  expect(fixedNumberText(null)).toBe("-");
  expect(fixedNumberText(Number.NaN)).toBe("-");
  expect(meanAndSdText({ mean: 0.9, sd: null })).toBe("0.900");
});
