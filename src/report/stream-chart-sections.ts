// Page sections with charts of a stream's channels, activities and estimated accuracy over time.

import type { ShownBatch } from "../monitoring/streams/shown-batch.ts";
import type { Chart } from "./chart.ts";
import type { Section } from "./page.ts";
import { streamAccuracyChart, streamChannelsChart, streamMixChart } from "./stream-charts.ts";
import { wideCard } from "./wide-card.ts";

/** Number of most recent batches shown in charts. */
export const chartedBatches = 100;

/** @param history the batches, oldest first; charts without any data are left out */
export function streamChartSections(history: readonly ShownBatch[]): Section[] {
  const last = history.slice(-chartedBatches);
  return [
    ...streamChartSection(
      "channels",
      "Channels over time",
      streamChannelsChart(last),
      "The larger a dot, the larger the score of the channel against the reference that was furthest away. For old batches, only the furthest channel is kept.",
    ),
    ...streamChartSection(
      "mix",
      "Activities over time",
      streamMixChart(last),
      "Share of the windows by predicted class.",
    ),
    ...streamChartSection(
      "accuracy",
      "Estimated accuracy over time",
      streamAccuracyChart(last),
      "Estimated without labels; the bars are intervals for new people. During an alarm there is no estimate, because a network can be confident and wrong on data with a fault.",
    ),
  ];
}

function streamChartSection(
  id: string,
  title: string,
  chart: ((width: number) => Chart) | null,
  about: string,
): Section[] {
  return chart === null ? [] : [{ id, title, about, body: wideCard(chart) }];
}
