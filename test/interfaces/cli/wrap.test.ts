import { describe, expect, it } from "vitest";
import { displayWidth } from "../../../src/interfaces/cli/display-width.ts";
import { tableLines } from "../../../src/interfaces/cli/table.ts";
import { wrapLine } from "../../../src/interfaces/cli/wrap.ts";

describe("wrapLine", () => {
  it("breaks between words, below the text of a labelled line", () => {
    expect(wrapLine("columns    label activity, group user, recording session", 30)).toEqual([
      "columns    label activity,",
      "           group user,",
      "           recording session",
    ]);
    expect(wrapLine("  one two three", 9)).toEqual(["  one two", "    three"]);
    expect(wrapLine("fits", 4)).toEqual(["fits"]);
  });

  it("keeps a command whole, on a line of its own, and never breaks a word", () => {
    const command = "tidemark sync 'my models/walk' --tracking http://127.0.0.1:5000";
    expect(wrapLine(`Not everything was sent. Send the rest with: ${command}`, 40)).toEqual([
      "Not everything was sent. Send the rest",
      "  with:",
      `  ${command}`,
    ]);
    expect(wrapLine(`model      ${"a".repeat(50)}`, 40)).toEqual([`model      ${"a".repeat(50)}`]);
  });

  it("counts columns, not characters", () => {
    expect(wrapLine("歩く 走る 座る", 9)).toEqual(["歩く 走る", "  座る"]);
  });
});

describe("a table that is too wide", () => {
  it("breaks its widest texts, headers too, and loses nothing", () => {
    const table = {
      headers: ["fold", "macro-F1 over folds", "tested on"],
      rows: [
        ["1", "0.912", "ann, bob, cid, dan, eve, flo"],
        ["2", "0.890", "gus"],
      ],
    };
    const lines = tableLines(table, 32);
    for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(32);
    expect(lines).toEqual([
      "fold      macro-F1  tested on",
      "        over folds",
      "----  ------------  ------------",
      "   1         0.912  ann, bob,",
      "                    cid, dan,",
      "                    eve, flo",
      "   2         0.890  gus",
    ]);
  });

  it("breaks words only if nothing else helps", () => {
    const lines = tableLines({ headers: ["model"], rows: [["a-very-long-name"]] }, 8);
    expect(lines).toEqual(["model", "--------", "a-very-l", "ong-name"]);
  });
});
