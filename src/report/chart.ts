// A chart as data: options for Observable Plot, and a description for readers who cannot see the picture. Pages draw the chart
// with `plotSvg`, and browsers with Plot itself.
import type * as Plot from "@observablehq/plot";

export interface Chart {
  /** Description of the chart, including its main figures. */
  readonly label: string;
  readonly options: Plot.PlotOptions;
}
