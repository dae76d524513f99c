// Warnings about a plan: people without a window, and time left unused because the label changes.

import { listedNames } from "../../listed-names.ts";
import { percent } from "../../percent.ts";
import type { WindowPlan } from "./plan-windows.ts";

/** Maximum share of windows in which the label changes; above it, a warning is issued. */
const mostCrossing = 0.2;

/** Warns if the label changes within so many windows that much of the time is not used. */
export function windowWarningsOfLabelChanges({ labelChanges, options: { purity = 1 } }: WindowPlan): string[] {
  if (labelChanges === null || purity < 1) return [];
  const { windows, crossing, mostly, majority } = labelChanges;
  if (crossing <= mostCrossing * windows) return [];
  return [
    `The label changes within ${percent(crossing / windows)} of all windows. A window has one label, so the time around each change is hardly used. ` +
      `--purity 0.8 would use ${countWithoutWindow(mostly, crossing)} such windows, those with one label for 80 % of their length, and --purity 0.5 would use ${majority.toLocaleString("en")}; a shorter --window would cross fewer changes.`,
  ];
}

function countWithoutWindow(some: number, all: number): string {
  return `${some.toLocaleString("en")} of ${all.toLocaleString("en")}`;
}

/** Warns about people without a window. */
export function windowWarningsOfPeople({ users, parts, options }: WindowPlan): string[] {
  const kept = new Set(parts.map(({ group }) => group));
  const without = users.filter((_, u) => !kept.has(u));
  if (without.length === 0) return [];
  const seconds = Number((options.windowSize / options.samplingRateHz).toFixed(2));
  return [
    `There is no window for ${listedNames(without)}, because none of their stretches without a gap or a label change is as long as a window (${seconds} s).`,
  ];
}
