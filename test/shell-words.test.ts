import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { shellCommand, shellPath } from "../src/shell-words.ts";
import { visible } from "../src/visible.ts";

const nasty = fc.constantFrom(
  ...[
    " ",
    "'",
    '"',
    "\\",
    "$",
    "`",
    "\n",
    "\r",
    "\t",
    "\x1b",
    "\x07",
    "\x7f",
    "\x9b",
    "\u202e",
    "\u2028",
    "é",
    "歩",
    "🙂",
  ],
  ...["*", "~", "!", "-", "#", "&", ";", "|", "(", "a", "0", "7", "x"],
);
const other = fc.integer({ min: 1, max: 0x2fff }).map((code) => String.fromCharCode(code));
const word = fc.array(fc.oneof(nasty, other)).map((characters) => characters.join(""));

describe.skipIf(process.platform === "win32")("shellCommand", () => {
  it("gives words that bash reads back as they were, in one line that a terminal shows as it is", () => {
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 20 }), (words) => {
        const command = shellCommand("printf", "%s\\0", ...words);
        expect(visible(command)).toBe(command);
        const { stdout } = spawnSync("bash", ["-c", command], { encoding: "utf8" });
        expect(stdout.split("\0").slice(0, -1)).toEqual(words);
      }),
      { numRuns: 200 },
    );
  });

  it("leaves plain words alone", () => {
    expect(shellCommand("rm", "-r", "models/walk-v2.partial")).toBe("rm -r models/walk-v2.partial");
    expect(shellCommand("rm", "-r", "my model.partial")).toBe("rm -r 'my model.partial'");
  });
});

it("gives paths that no program takes for an option", () => {
  expect(["-rf", "--out", "a-b", "/-x"].map(shellPath)).toEqual(["./-rf", "./--out", "a-b", "/-x"]);
});
