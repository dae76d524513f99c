// Draws charts without a browser: Observable Plot on a linkedom document, serialised to SVG. Colours are CSS custom properties
// of the page, so the same drawing works in light mode, in dark mode and in print.
import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import { escapeHtml, type Html, trustedHtml } from "./html.ts";

/** Charts are drawn at this width, that of the text column on a phone, so that their text is never too small to read. */
export const chartWidth = 340;

interface SvgElement {
  readonly outerHTML: string;
  querySelectorAll(selector: string): Iterable<{ remove(): void }>;
}

/**
 * Returns one SVG element, with `label` as its text alternative. Plot's own style sheet is omitted because the page's style
 * sheet covers it.
 *
 * @param options Plot's options, including the marks; the default width is `chartWidth`
 */
export function plotSvg(label: string, options: Plot.PlotOptions): Html {
  const { document } = parseHTML("<!doctype html><html><head></head><body></body></html>");
  const svg: SvgElement = Plot.plot({ width: chartWidth, className: "chart", ...options, document });
  for (const style of svg.querySelectorAll("style")) style.remove();
  // Renames the labels that Plot adds to its groups, because a group without a role must not have a label, and screen readers
  // ignore the parts of an image.
  const unlabelled = svg.outerHTML.replaceAll(' aria-label="', ' data-part="');
  // The label is added to the serialised text, since linkedom does not escape "&" in attributes.
  return trustedHtml(unlabelled.replace(/^<svg/, () => `<svg role="img" aria-label="${escapeHtml(label)}"`));
}
