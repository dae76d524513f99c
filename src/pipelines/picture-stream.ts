// A stream's charts over time for the service's pages. `streams show --out` draws the same charts.

import { type PicturedSection, picturedSection } from "./pictured-section.ts";
import type { ReadStream } from "./read-streams.ts";

export interface PicturedStream {
  /** Name of the model's folder. */
  readonly model: string;
  /** Charts of the last batches; empty if none of them could be judged. */
  readonly sections: readonly PicturedSection[];
}

export async function pictureStream({
  model,
  history,
}: Pick<ReadStream, "model" | "history">): Promise<PicturedStream> {
  const { streamChartSections } = await import("../report/stream-chart-sections.ts");
  return { model, sections: streamChartSections(history).map(picturedSection) };
}
