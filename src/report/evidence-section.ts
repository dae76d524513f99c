// Page section on the evidence from a stream's batches.

import { type EvidencePoint, evidenceChart } from "./evidence-chart.ts";
import { html } from "./html.ts";
import type { Section } from "./page.ts";
import { wideCard } from "./wide-card.ts";

/**
 * @param points oldest first, at least one
 * @param which a sentence that says which batches are shown; empty if all are
 * @param changePoint id of the batch at which a change is estimated to have begun
 */
export function evidenceSection(
  points: readonly EvidencePoint[],
  which: string,
  changePoint: string | null = null,
): Section {
  const about =
    "Evidence multiplies from batch to batch, so the scale is logarithmic; an alarm begins at the alarm level.";
  return {
    id: "evidence",
    title: "Evidence relative to the alarm level",
    about: which === "" ? about : `${which} ${about}`,
    body: html`<p class="legend"><span class="key-mark">●</span> normal <span class="key-mark">▲</span> gradual drift
 <span class="key-mark">◆</span> sudden change <span class="key-mark">✕</span> rejected <span class="key key-miss"></span> alarm level
 ${changePoint === null ? null : html`<span class="key key-rule"></span> estimated change`}</p>
${wideCard((width) => evidenceChart(points, width, changePoint))}`,
  };
}
