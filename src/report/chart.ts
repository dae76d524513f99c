// A chart as data: options of Observable Plot, and a text for readers who cannot see the picture. A page draws
// it with `plotSvg`, and a browser with Plot itself.
import type * as Plot from "@observablehq/plot";

export interface Chart {
  /** Description of the chart with its main figures. */
  readonly label: string;
  readonly options: Plot.PlotOptions;
}
