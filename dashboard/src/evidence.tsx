// Evidence relative to the alarm level as pictures, on the same logarithmic scale as the pages that the commands write. Shapes
// carry the verdict, so that colours are not needed.

import { alarmShareText } from "../../src/alarm-share.ts";
import { verdictNames } from "../../src/report/explain-check.ts";
import { Scroll } from "./scroll.tsx";
import { minute } from "./words.ts";

type Verdict = keyof typeof verdictNames;

export interface EvidenceOfBatch {
  readonly batch_id: string;
  readonly verdict: Verdict | null;
  readonly evidence: number | null;
}

const [lowest, highest] = [1e-4, 100];

/** 0 at the bottom, 1 at the top; the alarm level is at two thirds. */
function heightOf(share: number): number {
  const clamped = Math.min(highest, Math.max(lowest, share));
  return Math.log10(clamped / lowest) / Math.log10(highest / lowest);
}

export function Mark({ verdict, x, y, title }: { verdict: Verdict | null; x: number; y: number; title?: string }) {
  const name = title === undefined ? null : <title>{title}</title>;
  switch (verdict) {
    case "sudden_change":
      return (
        <path d={`M${x} ${y - 5}l4.5 5l-4.5 5l-4.5-5z`} class="mark-alarm">
          {name}
        </path>
      );
    case "gradual_drift":
      return (
        <path d={`M${x} ${y - 5}l5 9h-10z`} class="mark-alarm">
          {name}
        </path>
      );
    case "rejected":
      return (
        <path d={`M${x - 4} ${y - 4}l8 8m0-8l-8 8`} class="mark-rejected">
          {name}
        </path>
      );
    default:
      return (
        <circle cx={x} cy={y} r="2.5" class="mark-normal">
          {name}
        </circle>
      );
  }
}

/** The last batches of a stream, in the width of a word. */
export function Sparkline({ series }: { series: readonly EvidenceOfBatch[] }) {
  const [width, height, pad] = [104, 26, 5];
  const step = (width - 2 * pad) / Math.max(1, 19);
  const y = (share: number): number => height - pad - heightOf(share) * (height - 2 * pad);
  const x = (i: number): number => width - pad - (series.length - 1 - i) * step;
  const points = series.flatMap(({ evidence }, i) => (evidence === null ? [] : [`${x(i)},${y(evidence)}`]));
  const alarms = series.filter(({ verdict }) => verdict === "gradual_drift" || verdict === "sudden_change").length;
  const last = series.at(-1);
  return (
    <svg
      class="spark"
      viewBox={`0 0 ${width} ${height}`}
      role="img"
      aria-label={`Evidence of the last ${series.length} batches, ${alarms} in alarm`}
    >
      <line x1="0" x2={width} y1={y(1)} y2={y(1)} class="level" />
      <polyline points={points.join(" ")} class="line" />
      {last === undefined ? null : (
        <Mark
          verdict={last.verdict}
          x={x(series.length - 1)}
          y={last.evidence === null ? height - pad : y(last.evidence)}
        />
      )}
    </svg>
  );
}

/** Width of a time in a picture, in pixels. */
const timeWidth = 140;

/** Width of the page's content and of its margins in pixels; see style.css. */
const [widest, pageMargins] = [1168, 34];

/** The evidence of a stream's batches, the newest at the right. */
export function Timeline({
  batches,
  changePoint,
  href,
}: {
  batches: readonly (EvidenceOfBatch & { readonly received_at: string })[];
  changePoint: string | null;
  href: (batch: string) => string;
}) {
  const [left, right, height, top, bottom] = [84, 12, 206, 14, 36];
  // As wide as the page; if there are many batches, the picture scrolls.
  const room = Math.min(widest, document.documentElement.clientWidth - pageMargins);
  const step = Math.max(14, (room - left - right) / Math.max(8, batches.length));
  const width = left + Math.max(8, batches.length) * step + right;
  const y = (share: number): number => height - bottom - heightOf(share) * (height - top - bottom);
  const x = (i: number): number => left + (i + 0.5) * step;
  const points = batches.flatMap(({ evidence }, i) => (evidence === null ? [] : [`${x(i)},${y(evidence)}`]));
  const levels = [
    [1e-4, "0.01 %"],
    [1e-2, "1 %"],
    [1, "alarm level"],
    [100, "100 ×"],
  ] as const;
  const ends = [...new Set([0, batches.length - 1])].filter((i) => i >= 0);
  const isWide = x(batches.length - 1) - x(0) > 2 * timeWidth;
  const change = batches.findIndex(({ batch_id }) => batch_id === changePoint);
  return (
    <Scroll label="Evidence over time">
      <svg class="timeline" width={width} height={height} viewBox={`0 0 ${width} ${height}`}>
        <title>Evidence of the last {batches.length} batches relative to the alarm level</title>
        {levels.map(([share, name]) => (
          <g key={name}>
            <line x1={left} x2={width - 4} y1={y(share)} y2={y(share)} class={share === 1 ? "level" : "grid-line"} />
            <text x={left - 8} y={y(share) + 4} text-anchor="end">
              {name}
            </text>
          </g>
        ))}
        {change < 0 ? null : (
          <line x1={x(change) - step / 2} x2={x(change) - step / 2} y1={top} y2={height - bottom} class="change" />
        )}
        <polyline points={points.join(" ")} class="line" />
        {(isWide ? ends : ends.slice(0, 1)).map((i) => (
          <text key={i} x={x(i)} y={height - 12} text-anchor={i === 0 ? "start" : "end"}>
            {minute(batches[i]!.received_at)}
          </text>
        ))}
        {batches.map(({ batch_id, verdict, evidence }, i) => {
          const words = `${batch_id}: ${verdict === null ? "unreadable" : verdictNames[verdict]}${evidence === null ? "" : `, ${alarmShareText(evidence)} the alarm level`}`;
          return (
            <a key={batch_id} href={href(batch_id)} aria-label={words}>
              <rect x={x(i) - step / 2} y={top} width={step} height={height - top - bottom} class="target" />
              <Mark verdict={verdict} x={x(i)} y={evidence === null ? height - bottom : y(evidence)} title={words} />
            </a>
          );
        })}
      </svg>
    </Scroll>
  );
}

export function Legend() {
  return (
    <p class="legend">
      <span>● normal</span> <span>▲ gradual drift</span> <span>◆ sudden change</span> <span>✕ rejected</span>{" "}
      <span class="legend-level">alarm level</span> <span class="legend-change">estimated change</span>
    </p>
  );
}
