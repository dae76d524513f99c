// The confusion matrix as an HTML table, which a screen reader can navigate. Each cell is shaded by its share of the row. Rows
// are true classes, columns predicted ones.

import type { ClassificationMetrics } from "../learning/training/cv-report.ts";
import { percent } from "../percent.ts";
import { rowHead } from "./data-table.ts";
import { count } from "./format.ts";
import { type Html, html } from "./html.ts";

/** @param classes K names, in the matrix's order */
export function confusionMatrix(metrics: ClassificationMetrics, classes: readonly string[]): Html {
  const rows = classes.map((name, row) => {
    const counts = classes.map((_, column) => metrics.confusion_matrix[row]?.[column] ?? 0);
    const total = counts.reduce((sum, n) => sum + n, 0);
    const cells = counts.map((n, column) => cell(n, total, row === column, `${name} as ${classes[column]}`));
    return html`<tr>${rowHead(name)}${cells}<td class="total">${count(total)}</td></tr>`;
  });
  const head = classes.map((name) => html`<th scope="col"><span>${name}</span></th>`);
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Confusion matrix">
<table class="confusion"><thead><tr><td></td>${head}<th scope="col"><span>windows</span></th></tr></thead>
<tbody>${rows}</tbody></table></div>
<p class="note">Rows are true classes, columns predicted ones. Each cell has its percentage of the row, above the number of windows.</p>`;
}

function cell(n: number, total: number, onDiagonal: boolean, about: string): Html {
  const share = total > 0 ? n / total : 0;
  if (n === 0) return html`<td class="none" title="${about}: 0">·</td>`;
  const shade = Math.round(100 * share);
  const kind = onDiagonal ? "hit" : "miss";
  const strong = share >= 0.55 ? " strong" : "";
  return html`<td class="${kind}${strong}" style="--share:${shade}%" title="${about}: ${count(n)} (${percent(share, { decimals: 1 })})">
<b>${shade === 0 ? "<1" : shade}</b><small>${count(n)}</small></td>`;
}
