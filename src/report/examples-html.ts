// The page examples.html: windows of each class, and one window before and after augmentation. Unlike the report, it shows raw
// signals, so no command sends it anywhere.

import { counted } from "../counted.ts";
import { html } from "./html.ts";
import { formatCount } from "./number-format.ts";
import { pageHeadline, pageHtml, pageTile, type Section } from "./page.ts";
import { type DrawnExcerpt, type DrawnSensor, signalGrids } from "./signal-grids.ts";

export interface ExamplesInput {
  readonly modelVersion: string;
  readonly sensors: readonly DrawnSensor[];
  /** Duration of a window in seconds. */
  readonly seconds: number;
  /** Number of windows per class. */
  readonly classes: Readonly<Record<string, number>>;
  /** Windows of each class. */
  readonly windows: readonly DrawnExcerpt[];
  /** One window before and after augmentation; empty if the training used no augmentation. */
  readonly augmented: readonly DrawnExcerpt[];
}

/** The whole page. Identical inputs produce identical bytes. */
export function examplesHtml(input: ExamplesInput): string {
  const { modelVersion, sensors, seconds, classes, windows } = input;
  const counts = Object.values(classes);
  const rarest = Math.min(...counts);
  return pageHtml({
    title: `Tidemark: examples of ${modelVersion}`,
    heading: `Examples of ${modelVersion}`,
    lead: html`What the network of ${modelVersion} learned from: single windows of ${seconds.toFixed(2)} s. This page shows raw signals. No
 command sends it anywhere. Delete it before you pass the model on.`,
    warnings: [],
    headline: pageHeadline("In all recordings together.", [
      pageTile("Classes", String(counts.length), Object.keys(classes).join(", "), "first"),
      pageTile(
        "Windows",
        formatCount(counts.reduce((a, b) => a + b, 0)),
        `${counted(rarest, "window")} of the rarest class`,
      ),
    ]),
    sections: [
      {
        id: "classes",
        title: "Classes",
        about:
          "For each class, the middle one of a person's windows, for up to three people. Windows that look like those of another class may have wrong labels.",
        body: signalGrids(windows, sensors),
      },
      ...augmentedExamplesSection(input),
    ],
    footer: html`Written by Tidemark together with the model, and not listed in manifest.json.`,
  });
}

function augmentedExamplesSection({ augmented, sensors }: ExamplesInput): Section[] {
  if (augmented.length === 0) return [];
  return [
    {
      id: "augmentation",
      title: "Augmentation",
      about:
        "With --augment rotate, the network learns from windows that are rotated at random, because every person wears a sensor a little differently. All sensors of a window are rotated together. If a class depends on the direction of gravity, compare with --augment none.",
      body: signalGrids(augmented, sensors),
    },
  ];
}
