// A chart as data: Observable Plot's options and the words that replace the picture for those who cannot see it. A page draws
// it with `plotSvg`, and a browser with Plot itself.
import type * as Plot from "@observablehq/plot";

export interface Chart {
  /** What the chart shows, with its main figures. */
  readonly label: string;
  readonly options: Plot.PlotOptions;
}
