// Tests each class's windows and the rotated window in examples.html, using windows with known samples.
import { describe, expect, it } from "vitest";
import { exampleWindows, rotatedExampleWindows } from "../../src/pipelines/example-windows.ts";
import { Rng } from "../../src/random.ts";
import { examplesHtml } from "../../src/report/examples-html.ts";
import { toyWindows } from "../learning/training/toy.ts";

const windows = toyWindows(60);
const sensors = [{ name: "accelerometer", channels: ["Ax", "Ay", "Az"], unit: "m/s^2" }];
const rotated = rotatedExampleWindows(windows, sensors, Rng.fromSeed(1));
const length = ({ channels }: (typeof rotated)[number]): number[] =>
  channels.Ax!.map((x, t) => Math.hypot(x, channels.Ay![t]!, channels.Az![t]!));

describe("the examples of a model", () => {
  it("are windows of every class, from up to three people, as they were recorded", () => {
    const found = exampleWindows(windows);
    const labels = [...new Set(found.map(({ label }) => label))];
    expect(labels).toEqual(windows.classes);
    for (const label of labels) expect(found.filter((own) => own.label === label).length).toBeLessThanOrEqual(3);
    for (const { label, user, time, channels } of found) {
      const row = windows.startTimes.findIndex(
        (start, w) => start === time[0] && windows.users[windows.groups[w]!] === user,
      );
      expect(windows.classes[windows.labels[row]!]).toBe(label);
      const at = windows.starts[row]! * windows.channels.length;
      expect(channels.Ax![0]).toBe(windows.samples[at + windows.channels.indexOf("Ax")]);
    }
  });

  it("keep the length of a sensor's vector when they are rotated", () => {
    const [before, ...after] = rotated;
    expect(after).toHaveLength(2);
    for (const own of after) {
      expect(own.channels.Ax).not.toEqual(before!.channels.Ax);
      length(own).forEach((value, t) => {
        expect(value).toBeCloseTo(length(before!)[t]!, 4);
      });
    }
  });

  it("are drawn on a page that loads nothing, and without rotation if there is none", () => {
    const input = {
      modelVersion: "walk-1",
      sensors,
      seconds: 2,
      classes: { walking: 30, sitting: 30 },
      windows: exampleWindows(windows),
      augmented: rotated,
    };
    const page = examplesHtml(input);
    expect(page.replaceAll("http://www.w3.org/", "")).not.toMatch(/https?:|url\(|<script|<link|<img/i);
    expect(page).toContain('id="augmentation"');
    expect(examplesHtml({ ...input, augmented: [] })).not.toContain('id="augmentation"');
  });
});
