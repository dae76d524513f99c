import type { Chart } from "./chart.ts";
import { type Html, html } from "./html.ts";
import { chartWidth, plotSvg } from "./plot-svg.ts";

/** A chart over the whole page, drawn a second time for a phone, since text that shrinks with its chart is too small to read. */
export function wideCard(chart: (width: number) => Chart): Html {
  const drawn = (width: number): Html => {
    const { label, options } = chart(width);
    return plotSvg(label, options);
  };
  return html`<figure class="card"><div class="only-wide">${drawn(1000)}</div><div class="only-narrow">${drawn(chartWidth)}</div></figure>`;
}
