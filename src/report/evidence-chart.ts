// The evidence from a stream's batches, relative to the alarm level. Evidence multiplies from batch to batch, so its scale is
// logarithmic. It extends from a ten-thousandth of the alarm level to a hundred times that level; values outside this range are
// drawn at its edge.

import * as Plot from "@observablehq/plot";
import { alarmShareText } from "../alarm-share.ts";
import { counted } from "../counted.ts";
import type { CheckResult } from "../monitoring/streams/check-result.ts";
import { percent } from "../percent.ts";
import { batchAxis } from "./batch-axis.ts";
import type { Chart } from "./chart.ts";
import { verdictNames } from "./explain-check.ts";

/** One batch of a stream. */
export interface EvidencePoint {
  batch_id: string;
  verdict: CheckResult["verdict"];
  /** Evidence as a share of the alarm level; null for a rejected batch. */
  share: number | null;
}

const [lowest, highest] = [1e-4, 100];

const symbols: Readonly<Record<CheckResult["verdict"], Plot.SymbolType>> = {
  normal: "circle",
  gradual_drift: "triangle",
  sudden_change: "diamond",
  rejected: "times",
};

/**
 * @param points oldest first, at least one
 * @param changePoint id of the batch at which a change is estimated to have begun
 */
export function evidenceChart(
  points: readonly EvidencePoint[],
  width: number,
  changePoint: string | null = null,
): Chart {
  const rows = points.map(({ batch_id, verdict, share }, i) => ({
    i,
    batch_id,
    verdict,
    share: share === null ? null : Math.min(highest, Math.max(lowest, share)),
  }));
  const judged = rows.filter(({ share }) => share !== null);
  const last = points.findLast(({ share }) => share !== null);
  const alarms = rows.filter(({ verdict }) => verdict === "gradual_drift" || verdict === "sudden_change");
  const [marginLeft, marginRight] = [72, 14];
  const text = last?.share == null ? "" : ` Last: ${alarmShareText(last.share)} the alarm level.`;
  return {
    label: `Evidence of ${counted(points.length, "batch", "batches")}, ${alarms.length} of them in alarm.${text}`,
    options: {
      width,
      height: 190,
      marginLeft,
      marginRight,
      marginTop: 12,
      marginBottom: 34,
      x: batchAxis(
        points.map(({ batch_id }) => batch_id),
        width - marginLeft - marginRight,
      ),
      y: {
        type: "log",
        domain: [lowest, highest],
        label: null,
        ticks: [1e-4, 1e-2, 1, 100],
        tickFormat: (share: number) =>
          share === 1 ? "alarm level" : share > 1 ? `${share} ×` : percent(share, { significant: 1 }),
      },
      marks: [
        Plot.gridY([1e-4, 1e-2, 100], { stroke: "var(--line)", strokeOpacity: 1 }),
        Plot.rect(alarms, {
          x1: ({ i }: { i: number }) => i - 0.5,
          x2: ({ i }: { i: number }) => i + 0.5,
          y1: lowest,
          y2: highest,
          fill: "var(--miss)",
          fillOpacity: 0.13,
        }),
        Plot.ruleY([1], { stroke: "var(--miss)", strokeWidth: 1.5 }),
        Plot.ruleX(
          rows.filter(({ batch_id }) => batch_id === changePoint),
          { x: ({ i }: { i: number }) => i - 0.5, stroke: "var(--quiet)", strokeWidth: 1.5, strokeDasharray: "5,3" },
        ),
        Plot.line(judged, { x: "i", y: "share", stroke: "var(--accent)", strokeWidth: 1.5 }),
        Plot.dot(judged, {
          x: "i",
          y: "share",
          symbol: ({ verdict }: { verdict: CheckResult["verdict"] }) => symbols[verdict],
          r: ({ verdict }: { verdict: CheckResult["verdict"] }) => (verdict === "normal" ? 2.5 : 4),
          fill: ({ verdict }: { verdict: CheckResult["verdict"] }) =>
            verdict === "normal" ? "var(--accent)" : "var(--miss)",
          title: ({ batch_id, verdict }: { batch_id: string; verdict: CheckResult["verdict"] }) =>
            `${batch_id}: ${verdictNames[verdict]}`,
        }),
        Plot.dot(
          rows.filter(({ share }) => share === null),
          {
            x: "i",
            y: lowest,
            symbol: "times",
            r: 4,
            stroke: "var(--warn)",
            strokeWidth: 1.5,
            title: ({ batch_id }: { batch_id: string }) => `${batch_id}: Rejected`,
          },
        ),
      ],
      r: { type: "identity" },
      symbol: { type: "identity" } as Plot.ScaleOptions,
    },
  };
}
