import fc from "fast-check";
import { expect, it } from "vitest";
import { visible } from "../src/visible.ts";

it("shows what a terminal would obey", () => {
  expect(visible("\x1b]0;pwn\x07")).toBe("\\u001b]0;pwn\\u0007");
  expect(visible("a\r\n\tb\x7f\x85\x9b31m")).toBe("a\\u000d\\u000a\\u0009b\\u007f\\u0085\\u009b31m");
  expect(visible("\u202egnp.exe\u2066\u2069\u2028\u2029")).toBe("\\u202egnp.exe\\u2066\\u2069\\u2028\\u2029");
  expect(visible("\ud800 \udc00")).toBe("\\ud800 \\udc00");
});

it("leaves every other text as it is", () => {
  const plain = "Zoë 歩く 🙂 مشي e\u0301 \u200f x\\u001b";
  expect(visible(plain)).toBe(plain);
});

const text = fc.array(fc.nat(0xffff)).map((codes) => String.fromCharCode(...codes));
const unseen = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u202a-\u202e\u2066-\u2069]/u;

it("keeps the value of a JSON text", () => {
  fc.assert(
    fc.property(text, (text) => {
      const line = visible(JSON.stringify({ text }));
      expect(JSON.parse(line)).toEqual({ text });
      expect(unseen.test(line)).toBe(false);
    }),
  );
});
