// Models whose scores differ in meaning are compared with a warning.
import { expect, it } from "vitest";
import { incomparableModels } from "../../src/pipelines/compare-models.ts";
import type { ShownModel } from "../../src/pipelines/models.ts";

const model = (name: string, perClass: Record<string, number>, config: Record<string, unknown> = {}): ShownModel =>
  ({
    version: { name, classes: Object.keys(perClass) },
    report: { windows: { per_class: perClass }, config: { window: 200, rate: 50, purity: 1, ...config } },
  }) as unknown as ShownModel;

const full = model("full", { walking: 40, turning: 3 });

it("says nothing of models with windows of the same classes and kind", () => {
  expect(incomparableModels(full, model("other", { walking: 50, turning: 1 }), "cross-validation")).toEqual([]);
  const slower = model("slower", { walking: 50, turning: 1 }, { window: 100, rate: 25, purity: undefined });
  expect(incomparableModels(full, slower, "cross-validation")).toEqual([]);
});

it("names a class that one model has but could never learn, because no window was pure", () => {
  expect(incomparableModels(full, model("long", { walking: 20, turning: 0 }), "files")).toEqual([
    "full and long have different classes (only full has windows of turning), so their macro-F1 differs in meaning.",
  ]);
});

it("names windows that were cut differently, unless both models predict the same recordings", () => {
  const short = model("short", { walking: 80, turning: 9 }, { window: 100, purity: 0.8 });
  expect(incomparableModels(full, short, "cross-validation")).toEqual([
    "full was cross-validated on windows of 4 s with --purity 1, and short on windows of 2 s with --purity 0.8, so the scores may differ because of the windows. To compare both models on the same recordings, use --on.",
  ]);
  expect(incomparableModels(full, short, "files")).toEqual([]);
});
