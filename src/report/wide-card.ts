import type { Chart } from "./chart.ts";
import { type Html, html } from "./html.ts";
import { chartWidth, plotSvg } from "./plot-svg.ts";

/**
 * A chart across the full width of the page, with a second drawing for phones because the text in a scaled-down chart would be
 * too small to read.
 */
export function wideCard(chart: (width: number) => Chart): Html {
  const drawn = (width: number): Html => {
    const { label, options } = chart(width);
    return plotSvg(label, options);
  };
  return html`<figure class="card"><div class="only-wide">${drawn(1000)}</div><div class="only-narrow">${drawn(chartWidth)}</div></figure>`;
}
