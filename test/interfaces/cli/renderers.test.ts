import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import { trainEventSchema } from "../../../scripts/event-schema.ts";
import { displayWidth } from "../../../src/interfaces/cli/display-width.ts";
import { liveRenderer } from "../../../src/interfaces/cli/live-renderer.ts";
import type { TrainRenderer } from "../../../src/interfaces/cli/renderer.ts";
import { trainRenderer } from "../../../src/interfaces/cli/train-renderer.ts";
import { trainText } from "../../../src/interfaces/cli/train-text.ts";
import { events, warning } from "./events.ts";

function sink(properties: { isTTY?: boolean; columns?: number } = {}): { text: string; write(text: string): void } {
  return {
    ...properties,
    text: "",
    write(text: string): void {
      this.text += text;
    },
  };
}

/** Returns the text that remains on a terminal: for each line, the part that was written after the line was last cleared. */
function screen(text: string): string {
  return text
    .split("\n")
    .map((line) => line.slice(line.lastIndexOf("\x1b[2K") + 1).replace(/^\[2K/, ""))
    .join("\n");
}

/** Shows the events of the training run, with a warning before the first fold ends. */
function showAll(renderer: TrainRenderer): void {
  for (const event of events) {
    if (event.type === "fold" && event.fold === 1) renderer.warn(warning);
    renderer.event(event);
  }
}

describe("in a pipe", () => {
  const output = sink();
  const errors = sink();
  const renderer = trainRenderer({ json: false, output, errors });
  showAll(renderer);
  renderer.close();
  const lines = output.text.split("\n");

  it("writes one plain line an epoch, without escape codes", () => {
    expect(output.text).toBe(stripVTControlCharacters(output.text));
    expect(lines.filter((line) => line.includes("epoch 1/"))).toEqual([
      "fold 1  epoch 1/100  loss 1.200  val 0.900  F1 0.790 best  4 min 2 s left",
      "final fit  epoch 1/3  loss 0.500",
    ]);
  });

  it("writes a line at the start of the calibration, after each quarter, and at its end", () => {
    expect(lines.filter((line) => line.startsWith("calibrating"))).toEqual([
      "calibrating  0 %",
      "calibrating  26 %  29 s left",
      "calibrating  100 %",
    ]);
  });

  it("shows what was read, which columns were taken and what was left out", () => {
    expect(output.text).toContain("1,402,573 rows, 24 people, 359 recordings, 1,234 windows");
    const text = output.text.replaceAll(/\n {11}/g, " ");
    expect(text).toContain("label activity, group user, recording (none), time timestamp_s; channels Ax,Ay,Az");
    expect(text.split("\n").filter((line) => line.startsWith("left out"))).toEqual([
      "left out   27 rows: missing label",
      "left out   412 samples of 3 stretches: stretches shorter than a window",
      "left out   17,112 samples of 350 stretches: ends of stretches that do not fill another window",
    ]);
  });

  it("counts one in the singular", () => {
    const [data] = events.filter((event) => event.type === "data");
    const { quality, ...rest } = data!;
    const one = {
      ...rest,
      rows: 1,
      users: 1,
      recordings: 1,
      windows: 1,
      quality: {
        ...quality,
        gaps: { ...quality.gaps, count: 1 },
        rows: { ...quality.rows, dropped: { ...quality.rows.dropped, missing_label: 1 } },
      },
      dropped: { ...rest.dropped, shortStretches: { stretches: 1, samples: 1 } },
    };
    const text = trainText(one).join("\n");
    expect(text).toContain("1 row, 1 person, 1 recording, 1 window\n");
    expect(text).toContain("50 Hz, 1 gap, no flat channel");
    expect(text).toContain("left out   1 row: missing label\n");
    expect(text).toContain("left out   1 sample of 1 stretch: stretches shorter than a window\n");
    expect(trainText({ type: "final", epochs: 1, seconds: 12 })).toEqual(["final fit  1 epoch in 12 s"]);
    expect(trainText({ type: "final", epochs: 1, penalty: 300, seconds: 12 })).toEqual([
      "final fit  penalty 300 in 12 s",
    ]);
  });

  it("says what --network auto chose, and from what", () => {
    const choice = {
      chosen: "average",
      losses: { average: 0.105, compact: 0.217, minirocket: 0.11 },
      difference: { mean: -0.005, error: 0.004 },
    };
    expect(trainText({ type: "final", epochs: 2, seconds: 12, choice })).toEqual([
      "network    auto chose average; mean log loss of held-out people: average 0.105, compact 0.217, minirocket 0.110",
      "           average is lower than minirocket by 0.005, with a standard error of 0.004",
      "final fit  2 epochs in 12 s",
    ]);
    const close = { ...choice, difference: { mean: 0.001, error: 0.004 } };
    expect(trainText({ type: "final", epochs: 2, seconds: 12, choice: close })[1]).toBe(
      "           minirocket is lower than average by 0.001, with a standard error of 0.004, which chance could explain",
    );
    const alone = { ...choice, chosen: "minirocket", difference: { mean: 0.02, error: 0.004 } };
    expect(trainText({ type: "final", epochs: 2, seconds: 12, choice: alone })[1]).toBe(
      "           minirocket is lower than average by 0.020, with a standard error of 0.004",
    );
  });

  it("warns of a split that leaks, and prints warnings to the other stream", () => {
    expect(output.text).toContain("WARNING: it leaks");
    expect(errors.text).toBe("warning: channel Ax is flat\n");
  });

  it("ends in tables that align, with the worst person by name", () => {
    const from = lines.indexOf("Per person");
    expect(lines.slice(from, from + 6)).toEqual([
      "Per person",
      "person   fold  windows  macro-F1  accuracy  kappa",
      "-------  ----  -------  --------  --------  -----  --------",
      "alice       1      117     0.970     0.980  0.950",
      "bob         2    1,000     0.950     0.960  0.930",
      "mallory     1      117     0.610     0.620  0.590  <- worst",
    ]);
    const means = lines.indexOf("Mean ± sd");
    expect(lines.slice(means + 1, means + 4)).toEqual([
      "                      over folds    over people  pooled",
      "-----------------  -------------  -------------  ------",
      "macro-F1           0.943 ± 0.012  0.943 ± 0.012   0.945",
    ]);
    expect(output.text).toContain("kappa                      0.920          0.920   0.925");
    expect(output.text.split("\n").slice(-14)).toEqual([
      "report     m/report.html",
      "days       rehearsed with bouts of 15 s to 5 min on average",
      "promise    at least 310 batches between false alarms (95 % confidence;",
      "           requested: 500), measured on 28 people, each left out of the",
      "           calibration, in batches of 1 min: 1 alarm in 2,752 batches with bouts",
      "           of 15 s to 5 min, 4 alarms in 2,561 batches with bouts of 10 min",
      "line       m has joined walk, whose champion is walk",
      "compared   m with walk, on 2 people whom both cross-validated",
      "           macro-F1 0.890 against 0.850: difference +0.040, 90 % interval +0.030",
      "             to +0.050",
      "           higher for 2 people, lower for 0; m is better",
      "-> to make m the champion: tidemark models promote m",
      "took       3 min 10 s",
      "",
    ]);
  });
});

describe("with --json", () => {
  it("writes each event as one line of its published form, in snake_case, on a terminal too", () => {
    const output = sink({ isTTY: true });
    const renderer = trainRenderer({ json: true, output, errors: sink() });
    showAll(renderer);
    const printed: unknown[] = output.text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(printed.map((event) => trainEventSchema.parse(event))).toEqual(printed);
    expect(printed).toHaveLength(events.length + 1);
    expect(printed).toContainEqual({ type: "warning", message: warning });
    expect(printed).toContainEqual(
      expect.objectContaining({ type: "epoch", val_macro_f1: null, learning_rate: 0.0005, seconds_left: null }),
    );
  });
});

describe("on a terminal", () => {
  function run(columns: number, color = false): { text: string; drawn: string[]; kept: string } {
    const output = sink({ isTTY: true, columns });
    let clock = 0;
    const renderer = liveRenderer({ output, errors: output, colour: color, now: () => (clock += 200) });
    showAll(renderer);
    renderer.close();
    const drawn = output.text.replaceAll("\r\x1b[2K", "\n").split("\n").map(stripVTControlCharacters);
    return { text: output.text, drawn, kept: screen(output.text) };
  }

  it("draws both running folds, speed and time left in one line", () => {
    expect(run(200).drawn).toContain(
      "812 windows/s | fold 1 · epoch 1/100 50 % · loss 1.500 | fold 2 · epoch 1/100 40 % · loss 1.250",
    );
    expect(
      run(200).drawn.some((line) =>
        /^812 windows\/s · 4 min [012] s left \| fold 1 · .* · F1 0\.790 \| fold 2 · /.test(line),
      ),
    ).toBe(true);
  });

  it("draws how far the calibration is, until it ends", () => {
    const { drawn, kept } = run(200);
    expect(drawn.some((line) => line.startsWith("calibrating  0 %"))).toBe(true);
    expect(kept).not.toContain("calibrating");
  });

  it("never draws a line wider than the terminal", () => {
    for (const columns of [20, 40, 80]) {
      const live = run(columns).drawn.filter((line) => line.includes("· epoch") || line.endsWith("…"));
      expect(live.length).toBeGreaterThan(2);
      for (const line of live) expect(displayWidth(line)).toBeLessThan(columns);
    }
  });

  it("leaves no trace of the live line in what stays", () => {
    const { kept } = run(100);
    expect(kept).toContain("fold 1/2  macro-F1 0.940  accuracy 0.950  best epoch 1 of 1  1 min 12 s\n");
    expect(kept).toContain("warning: channel Ax is flat\n");
    expect(kept).not.toContain("windows/s");
    expect(kept).not.toContain("· epoch");
  });

  it("uses colour only if it may", () => {
    expect(run(80, true).text).toContain("\x1b[33mwarning");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control characters
    expect(run(80, false).text).not.toMatch(/\x1b\[\d+m/);
  });

  it("shows what a terminal would obey, and keeps its own codes", () => {
    const output = sink({ isTTY: true, columns: 200 });
    const renderer = liveRenderer({ output, errors: output, colour: true, now: () => 0 });
    renderer.warn("file \x1b[2J\rof \u202enobody\n\x9b31m");
    const shown = "warning: file \\u001b[2J\\u000dof \\u202enobody\\u000a\\u009b31m";
    expect(output.text).toBe(`\x1b[33m${shown}\x1b[39m\n`);
  });

  it("redraws at most ten times a second", () => {
    const output = sink({ isTTY: true, columns: 80 });
    let clock = 0;
    const renderer = liveRenderer({ output, errors: output, colour: false, now: () => clock });
    const batch = events.find((event) => event.type === "batch")!;
    for (clock = 0; clock < 1000; clock += 5) renderer.event(batch);
    expect(output.text.split("\r").length - 1).toBe(10);
  });

  it("shows that it is stopping", () => {
    const output = sink({ isTTY: true, columns: 200 });
    const renderer = liveRenderer({ output, errors: output, colour: false });
    renderer.event(events.find((event) => event.type === "batch")!);
    renderer.onStopping("stopping at the next step; press Ctrl-C again to stop at once");
    expect(output.text).toContain(
      "stopping at the next step; press Ctrl-C again to stop at once · 400 windows/s | fold 1",
    );
  });
});
