// Tests the contrast that WCAG 2.2 defines: https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio
import { describe, expect, it } from "vitest";
import { reportStyle } from "../../src/report/report-style.ts";

type Rgb = [number, number, number];

/** Returns the custom properties of the nth `:root` rule in the style sheet. */
function properties(nth: number): Record<string, string> {
  const block = [...reportStyle.matchAll(/:root \{([^}]*)\}/g)][nth]![1]!;
  return Object.fromEntries([...block.matchAll(/--([\w-]+): ([^;]+);/g)].map(([, name, value]) => [name!, value!]));
}

const rgb = (hex: string): Rgb => {
  const digits = hex.length === 4 ? [...hex.slice(1)].map((digit) => digit + digit).join("") : hex.slice(1);
  return [0, 2, 4].map((at) => Number.parseInt(digits.slice(at, at + 2), 16) / 255) as Rgb;
};

const mix = (a: Rgb, b: Rgb, share: number): Rgb => a.map((value, i) => share * value + (1 - share) * b[i]!) as Rgb;

function luminance(colour: Rgb): number {
  const [r, g, b] = colour.map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)) as Rgb;
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: Rgb, b: Rgb): number {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light! + 0.05) / (dark! + 0.05);
}

describe.each([
  ["light", 0],
  ["dark", 1],
  ["printed", 2],
])("the style of a %s page", (_, nth) => {
  const colours = properties(nth);
  const colour = (name: string): Rgb => rgb(colours[name]!);

  it("has text that stands out from its background (WCAG AA)", () => {
    expect(contrast(rgb("#777"), rgb("#fff"))).toBeCloseTo(4.48, 2);
    for (const text of ["ink", "quiet", "accent", "miss"])
      for (const under of ["page", "surface"])
        expect(contrast(colour(text), colour(under)), `${text} on ${under}`).toBeGreaterThanOrEqual(4.5);
    expect(contrast(colour("warn"), colour("warn-page"))).toBeGreaterThanOrEqual(4.5);
  });

  it("has text that stands out from each shade of a table's cells", () => {
    const deepest = Number(colours.deepest);
    for (const shade of ["accent", "miss"])
      for (let share = 0; share <= 1; share += 0.05)
        expect(contrast(colour("ink"), mix(colour(shade), colour("surface"), deepest * share))).toBeGreaterThan(4.5);
  });
});
