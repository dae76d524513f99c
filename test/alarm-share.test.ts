import { describe, expect, it } from "vitest";
import { alarmShareText, shortAlarmShare } from "../src/alarm-share.ts";

describe("the evidence as a share of the alarm level", () => {
  it.each([
    [0, "0 % of", "0 %"],
    [0.004, "less than 1 % of", "< 1 %"],
    [0.29, "29 % of", "29 %"],
    [0.999, "99 % of", "99 %"],
    [1, "100 % of", "100 %"],
    [1.99, "199 % of", "199 %"],
    [3.4, "3 times", "3 ×"],
    [1e40, "more than 100 times", "> 100 ×"],
  ])("%f is in words %s and in short %s", (share, text, short) => {
    expect(alarmShareText(share)).toBe(text);
    expect(shortAlarmShare(share)).toBe(short);
  });
});
