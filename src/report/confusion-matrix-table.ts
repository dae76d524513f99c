// Renders the confusion matrix as an HTML table, which a screen reader can navigate. Each cell is shaded by its share of the
// row. Rows are true classes, and columns are predicted classes.

import type { ClassificationMetrics } from "../learning/training/cv-report.ts";
import { percent } from "../percent.ts";
import { type Html, html } from "./html.ts";
import { htmlRowHeading } from "./html-table.ts";
import { formatCount } from "./number-format.ts";

/** @param classes the names of the K classes, in the order of the matrix */
export function confusionMatrixTable(metrics: ClassificationMetrics, classes: readonly string[]): Html {
  const rows = classes.map((name, row) => {
    const counts = classes.map((_, column) => metrics.confusion_matrix[row]?.[column] ?? 0);
    const total = counts.reduce((sum, n) => sum + n, 0);
    const cells = counts.map((n, column) =>
      confusionMatrixCell(n, total, row === column, `${name} as ${classes[column]}`),
    );
    return html`<tr>${htmlRowHeading(name)}${cells}<td class="total">${formatCount(total)}</td></tr>`;
  });
  const head = classes.map((name) => html`<th scope="col"><span>${name}</span></th>`);
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Confusion matrix">
<table class="confusion"><thead><tr><td></td>${head}<th scope="col"><span>windows</span></th></tr></thead>
<tbody>${rows}</tbody></table></div>
<p class="note">Rows are true classes, and columns are predicted classes. Each cell shows its percentage of the row, above the number of windows.</p>`;
}

function confusionMatrixCell(n: number, total: number, onDiagonal: boolean, about: string): Html {
  const share = total > 0 ? n / total : 0;
  if (n === 0) return html`<td class="none" title="${about}: 0">·</td>`;
  const shade = Math.round(100 * share);
  const kind = onDiagonal ? "hit" : "miss";
  return html`<td class="${kind}" style="--share:${shade}%" title="${about}: ${formatCount(n)} (${percent(share, { decimals: 1 })})">
<b>${shade === 0 ? "<1" : shade}</b><small>${formatCount(n)}</small></td>`;
}
