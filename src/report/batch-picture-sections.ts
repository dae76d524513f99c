// Sections that draw a batch over the training data and the stream's past: channels, activities, and the mix of activities.

import { counted } from "../counted.ts";
import type { CheckedChannel, JudgedBatch } from "../monitoring/streams/check-result.ts";
import { percent } from "../percent.ts";
import { type BatchPicture, type PicturedChannel, type PictureSource, pictureSources } from "./batch-picture.ts";
import type { Chart } from "./chart.ts";
import { classDistributionChart, classMixChart, distributionChart } from "./distribution-charts.ts";
import { explainedComparison, referenceNames } from "./explain-check.ts";
import { type Html, html } from "./html.ts";
import { htmlTable } from "./html-table.ts";
import type { Section } from "./page.ts";
import { plotSvg } from "./plot-svg.ts";

/** The batch's distributions, drawn over those of the training data and of the stream's past, and its mix of activities. */
export function batchPictureSections(result: JudgedBatch, picture: BatchPicture): Section[] {
  return [...batchPictureDistributions(result, picture), batchPictureMixSection(result, picture)];
}

export function batchPictureMixSection(result: JudgedBatch, picture: BatchPicture | null): Section {
  return {
    id: "mix",
    title: "Activities",
    about: "Share of the windows by predicted class. A change in the mix of activities alone raises no alarm.",
    body: batchPictureMix(result, picture),
  };
}

/** Names of the sources shown in a picture. */
function batchPictureSourceName(source: PictureSource, batches: number): string {
  const past = (which: string): string => `the stream's ${which} ${counted(batches, "batch", "batches")}`;
  return { batch: "this batch", baseline: "training data", anchor: past("first"), rolling: past("last") }[source];
}

function batchPictureLegend(sources: readonly PictureSource[], size: number): Html {
  return html`<p class="legend">${sources.map((source) => html`<span class="key key-${source}"></span> ${batchPictureSourceName(source, size)} `)}</p>`;
}

function batchPictureDistributions(result: JudgedBatch, picture: BatchPicture): Section[] {
  const { reference, channel } = explainedComparison(result) ?? {};
  const sources = pictureSources.filter((source) => picture.class_mix.some((own) => own.source === source));
  const legend = batchPictureLegend(sources, result.references.window_size);
  const first = picture.channels.find(({ name }) => name === channel);
  const byClass = first === undefined ? [] : batchPictureClassCards(first, picture.classes);
  return [
    ...(first === undefined || reference === undefined || byClass.length === 0
      ? []
      : [
          {
            id: "furthest",
            title: `${first.name} by activity`,
            about: `${first.name} is furthest from ${referenceNames[reference]}. Values of the channel by predicted class; a fault is visible in most classes.`,
            body: html`${legend}<div class="grid">${byClass}</div>`,
          },
        ]),
    {
      id: "channels",
      title: "Channels",
      about:
        "Distribution of the values of each channel, and of the signals computed from each sensor's axes. Height: share of the samples, on a square-root scale, so that rare values can be seen.",
      body: html`${legend}<div class="grid">${picture.channels.map((channel) => batchPictureChannelCard(channel, picture.classes, result))}</div>`,
    },
  ];
}

function batchPictureClassCards(channel: PicturedChannel, classes: readonly string[]): Html[] {
  return classes.flatMap((name, k) => {
    const values = channel.by_class[k]!;
    if (!values.some(({ source }) => source === "batch")) return [];
    return [batchPictureCard(name, distributionChart(channel, values, name))];
  });
}

function batchPictureChannelCard(channel: PicturedChannel, classes: readonly string[], result: JudgedBatch): Html {
  const furthest = explainedComparison(result);
  const distances = furthest?.channels[channel.name];
  const intervals = classDistributionChart(channel, classes);
  const isFurthest = furthest?.channel === channel.name;
  return html`<figure class="card${isFurthest ? " loud" : ""}"><h3>${channel.name}${isFurthest ? " – furthest away" : ""}</h3>${drawnInBatchPicture(distributionChart(channel))}
${furthest === undefined || distances === undefined ? null : html`<figcaption>Against ${referenceNames[furthest.reference]}: ${batchPictureShiftText(distances)}.</figcaption>`}
${
  intervals === null
    ? null
    : html`<details><summary>by activity</summary>${drawnInBatchPicture(intervals)}
<p class="small-note">Line: middle 90 % of the values; bar: middle half; tick: median. Rows from top to bottom, as in the legend.</p></details>`
}</figure>`;
}

/** "mean 0.42 sd higher, spread × 1.1" */
function batchPictureShiftText({ mean_shift: shift, sd_ratio: ratio, ks }: CheckedChannel): string {
  const moved =
    Math.abs(shift) < 0.005 ? "mean equal" : `mean ${Math.abs(shift).toFixed(2)} sd ${shift > 0 ? "higher" : "lower"}`;
  return `${moved}, spread × ${Number(ratio.toPrecision(3))}, KS distance ${ks.toFixed(2)}`;
}

function batchPictureMix({ signals, references }: JudgedBatch, picture: BatchPicture | null): Html {
  const classes = picture?.classes ?? Object.keys(signals.class_shares);
  const mix = picture?.class_mix ?? [{ source: "batch" as const, shares: Object.values(signals.class_shares) }];
  const shifts = Object.entries(signals.against).map(([reference, against]) => [
    referenceNames[reference as keyof typeof referenceNames],
    percent(against.mix_shift, { significant: 2 }),
    batchPicturePoints(against.confidence_shift),
    against.flip_rate_shift === null ? "–" : batchPicturePoints(against.flip_rate_shift),
  ]);
  const facts = `Mean confidence ${percent(signals.mean_confidence, { significant: 3 })}${signals.flip_rate === null ? "" : `; the label changes after ${percent(signals.flip_rate, { significant: 2 })} of windows`}.`;
  return html`${batchPictureLegend(
    mix.map(({ source }) => source),
    references.window_size,
  )}<div class="pair">${batchPictureCard("", classMixChart(classes, mix), facts)}
${htmlTable("Output of the network against each reference", ["compared with", "mix differs by", "confidence", "changes of label"], shifts, "rules-first")}</div>`;
}

function batchPicturePoints(value: number): string {
  const points = (100 * value).toFixed(1);
  return `${value > 0 ? "+" : ""}${points} points`;
}

function drawnInBatchPicture({ label, options }: Chart): Html {
  return plotSvg(label, options);
}

export function batchPictureCard(title: string, chart: Chart, caption = ""): Html {
  return html`<figure class="card">${title === "" ? null : html`<h3>${title}</h3>`}${drawnInBatchPicture(chart)}${caption === "" ? null : html`<figcaption>${caption}</figcaption>`}</figure>`;
}
