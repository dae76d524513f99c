import { describe, expect, it } from "vitest";
import { isWindows1252Encoding } from "../../../src/signals/files/text-encoding.ts";

const inLatin = (text: string): boolean => isWindows1252Encoding(Buffer.from(text, "latin1"));

describe("isWindows1252", () => {
  it.each([
    ["letters of Western Europe", "Zeit;Aktivität;Größe\n0,1;Übung;1\n"],
    ["signs of units beside letters", "time,acc (m/s²),turn (°/s),field (µT)\n0,1,2,3\n"],
  ])("recognises %s", (_, text) => expect(inLatin(text)).toBe(true));

  it.each([
    ["plain ASCII", "t,x\n0,1\n"],
    ["UTF-8", Buffer.from("Zeit;Aktivität\n0;1\n").toString("latin1")],
    ["a digit with one wrong bit", "t,x\n0,1\n1,\xb2\n2,3\n"],
    ["a line feed with one wrong bit", "t,x\n0,1\x8a1,2\n"],
    ["a control byte", "Aktivität\x01,x\n0,1\n"],
  ])("leaves %s alone", (_, text) => expect(inLatin(text)).toBe(false));
});
