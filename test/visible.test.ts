import fc from "fast-check";
import { expect, it } from "vitest";
import { visible } from "../src/visible.ts";

it("shows what a terminal would obey", () => {
  expect(visible("\x1b]0;pwn\x07")).toBe("\\u001b]0;pwn\\u0007");
  expect(visible("a\r\n\tb\x7f\x85\x9b31m")).toBe("a\\u000d\\u000a\\u0009b\\u007f\\u0085\\u009b31m");
  expect(visible("\u202egnp.exe\u2066\u2069\u2028\u2029")).toBe("\\u202egnp.exe\\u2066\\u2069\\u2028\\u2029");
  expect(visible("\ud800 \udc00")).toBe("\\ud800 \\udc00");
});

const escaped = (character: string): string =>
  Array.from(
    { length: character.length },
    (_, i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, "0")}`,
  ).join("");

it.each([
  ...["\u061c", "\u200e", "\u200f", "\u202a", "\u202e", "\u2066", "\u2067", "\u2068", "\u2069"],
  ...["\u200b", "\u200c", "\u200d", "\u2060", "\u2064", "\ufeff", "\u00ad", "\u034f", "\u3164", "\ufe0f"],
  ...["\u{e0041}", "\u{e0100}"],
])("shows what changes the direction of text or cannot be seen: %j", (character) => {
  for (const [before, after] of [
    ["walk", "ing"],
    ["", ""],
    [" ", " "],
    ["歩", "く"],
  ] as const) {
    if (/\p{Variation_Selector}/u.test(character) && before === "歩") continue;
    expect(visible(`${before}${character}${after}`)).toBe(`${before}${escaped(character)}${after}`);
  }
  expect(visible(`a${character}${character}b`)).toBe(`a${escaped(character)}${escaped(character)}b`);
});

it.each([
  ["emoji of several parts", "👩‍💻 👨‍👩‍👧‍👦 🧑🏽‍🦰 🏳️‍🌈 ❤️‍🔥 ☀️ 1️⃣"],
  ["Persian", "می\u200cخواهم"],
  ["Sinhala, in which it joins consonants", "ශ්\u200dරී"],
  ["Hindi", "क्\u200dष क्\u200cष"],
  ["a Japanese name with a variant", "葛\u{e0100}城"],
])("leaves invisible characters where they shape what is seen: %s", (_, text) => {
  expect(visible(text)).toBe(text);
});

it("shows them if they shape nothing", () => {
  expect(visible("👩\u200d")).toBe("👩\\u200d");
  expect(visible("\u200d👩")).toBe("\\u200d👩");
  expect(visible("می\u200c\u200cخ")).toBe("می\\u200c\\u200cخ");
  expect(visible("walk\ufe0f")).toBe("walk\\ufe0f");
});

it("leaves all other text as it is", () => {
  const plain = "Zoë 歩く 🙂 مشي e\u0301 x\\u001b";
  expect(visible(plain)).toBe(plain);
});

const text = fc.array(fc.nat(0xffff)).map((codes) => String.fromCharCode(...codes));
const unseen = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\p{Bidi_Control}\u200b\u2060\ufeff]/u;

it("keeps the value of JSON", () => {
  fc.assert(
    fc.property(text, (text) => {
      const line = visible(JSON.stringify({ text }));
      expect(JSON.parse(line)).toEqual({ text });
      expect(unseen.test(line)).toBe(false);
    }),
  );
});
