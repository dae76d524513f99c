// Charts are drawn on the server: Observable Plot on linkedom's document, serialised to SVG. Colours are the page's
// custom properties, so that one drawing serves light, dark and print.
import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import { escapeHtml, type Html, trusted } from "./html.ts";

/** Charts are drawn at this width, the text column of a phone, so that their type is never scaled below reading size. */
export const chartWidth = 340;

interface SvgElement {
  readonly outerHTML: string;
  querySelectorAll(selector: string): Iterable<{ remove(): void }>;
}

/**
 * One SVG element, with `label` as its text alternative. Plot's own style sheet is left out; the page's covers it.
 *
 * @param options Plot's, with marks; the width is `chartWidth` unless given
 */
export function plotSvg(label: string, options: Plot.PlotOptions): Html {
  const { document } = parseHTML("<!doctype html><html><head></head><body></body></html>");
  const svg: SvgElement = Plot.plot({ width: chartWidth, className: "chart", ...options, document });
  for (const style of svg.querySelectorAll("style")) style.remove();
  // The label is added to the text: linkedom leaves "&" in attributes as it is.
  return trusted(svg.outerHTML.replace(/^<svg/, () => `<svg role="img" aria-label="${escapeHtml(label)}"`));
}
