import { describe, expect, it } from "vitest";
import { usesColour } from "../../../src/interfaces/cli/colour.ts";
import { type Loudness, type Output, openTerminal } from "../../../src/interfaces/cli/terminal.ts";
import { trainRenderer } from "../../../src/interfaces/cli/train-renderer.ts";
import { events } from "./events.ts";

class Sink implements Output {
  text = "";
  readonly isTTY?: boolean;
  readonly columns?: number;
  constructor(properties: { isTTY?: boolean; columns?: number } = {}) {
    Object.assign(this, properties);
  }
  write(text: string): void {
    this.text += text;
  }
}

function said(loudness: Loudness): { output: string; errors: string } {
  const [output, errors] = [new Sink(), new Sink()];
  const terminal = openTerminal(loudness, { output, errors });
  terminal.print("result");
  terminal.progress("progress");
  terminal.inform("known");
  terminal.warn("careful");
  terminal.detail("detail");
  return { output: output.text, errors: errors.text };
}

describe("a terminal", () => {
  it("prints only results with --quiet, and more with --verbose", () => {
    expect(said("quiet")).toEqual({ output: "result\n", errors: "" });
    expect(said("usual")).toEqual({ output: "result\nprogress\n", errors: "known\nwarning: careful\n" });
    expect(said("verbose")).toEqual({ output: "result\nprogress\n", errors: "known\nwarning: careful\ndetail\n" });
  });

  it("wraps results at the terminal's width or at 80 columns, and never wraps JSON", () => {
    const words = "word ".repeat(30).trim();
    for (const [columns, width] of [
      [undefined, 80],
      [40, 40],
    ] as const) {
      const output = new Sink(columns === undefined ? {} : { isTTY: true, columns });
      openTerminal("usual", { output, errors: output, colour: false }).print(words);
      const lines = output.text.trimEnd().split("\n");
      expect(lines.length).toBeGreaterThan(1);
      for (const line of lines) expect(line.length).toBeLessThanOrEqual(width);
      for (const line of lines.slice(0, -1)) expect(line.length).toBeGreaterThan(width - 6);
    }
    const output = new Sink({ isTTY: true, columns: 20 });
    openTerminal("usual", { output, errors: output }).json({ words });
    expect(output.text).toBe(`${JSON.stringify({ words })}\n`);
  });

  it("prints a warning in a pipe as one line", () => {
    const errors = new Sink();
    openTerminal("usual", { output: errors, errors }).warn("long ".repeat(30));
    expect(errors.text.match(/\n/g)).toHaveLength(1);
  });

  it("colours highlights, but no foreign text", () => {
    const output = new Sink({ isTTY: true, columns: 80 });
    const terminal = openTerminal("usual", { output, errors: output, colour: true });
    terminal.print("sudden_change   batch \x1b[31m", { headers: ["a"], rows: [["1"]] });
    expect(output.text).toBe(
      "\x1b[31m\x1b[1msudden_change\x1b[22m\x1b[39m   batch \\u001b[31m\n\x1b[1ma\x1b[22m\n\x1b[2m-\x1b[22m\n1\n",
    );
  });
});

it.each([
  [{ isTTY: true }, {}, true],
  [{ isTTY: true }, { NO_COLOR: "1" }, false],
  [{ isTTY: true }, { NO_COLOR: "" }, true],
  [{ isTTY: true }, { TERM: "dumb" }, false],
  [{}, {}, false],
  [{}, { FORCE_COLOR: "1" }, true],
  [{ isTTY: true }, { FORCE_COLOR: "0" }, false],
  [{}, { FORCE_COLOR: "1", NO_COLOR: "1" }, false],
])("colours %j with %j: %j", (output, env, expected) => {
  expect(usesColour(output, env)).toBe(expected);
});

describe("a training run", () => {
  const run = (loudness: Loudness, json: boolean): { output: string[]; errors: string } => {
    const [output, errors] = [new Sink(), new Sink()];
    let clock = 0;
    const renderer = trainRenderer({ json, loudness, output, errors, now: () => (clock += 1000) });
    for (const event of events) renderer.event(event);
    renderer.warn("careful");
    renderer.close();
    return { output: output.text.trimEnd().split("\n"), errors: errors.text };
  };

  it("prints its tables and the path of the model with --quiet, without progress and warnings", () => {
    const { output, errors } = run("quiet", false);
    expect(errors).toBe("");
    const text = output.join("\n");
    for (const part of ["Per person", "Mean ± sd", "model      "]) expect(text).toContain(part);
    for (const part of ["epoch 1/", "quality", "fold 1/2"]) expect(text).not.toContain(part);
    const types = run("quiet", true).output.map((line) => JSON.parse(line).type);
    expect(types).toEqual(expect.arrayContaining(["cross-validation", "done"]));
    for (const type of ["epoch", "batch", "data", "warning"]) expect(types).not.toContain(type);
  });

  it("adds the files that were read, every figure of an epoch and the times of the stages with --verbose", () => {
    const text = run("verbose", false).output.join("\n");
    expect(text).toMatch(/^files {6}\S/m);
    expect(text).toContain("  accuracy 0.600  val_accuracy 0.800  lr 0.001  400 windows/s");
    expect(text).toMatch(/^time {7}\d+(\.\d)? s until cross-validation$/m);
    expect(text).toMatch(/^checkpoint \S/m);
  });

  it.each(["usual", "verbose"] as const)("fits 80 columns (%s)", (loudness) => {
    for (const line of run(loudness, false).output) expect(line.length, line).toBeLessThanOrEqual(80);
  });
});
