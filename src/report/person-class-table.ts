// F1 for each person and class, as a table that a screen reader can navigate. The lower the F1, the deeper the shade.

import { counted } from "../counted.ts";
import type { UserReport } from "../learning/training/cv-report.ts";
import { type Html, html } from "./html.ts";
import { htmlRowHeading } from "./html-table.ts";
import { formatFixed } from "./number-format.ts";

/** A cell with fewer windows than this also shows their number, because a single window changes its recall by more than 0.1. */
const fewWindows = 10;

type ClassScores = UserReport["metrics"]["per_class"][string];

/** @param classes the names of the K classes; people are sorted by macro-F1, highest first */
export function personClassTable(people: readonly UserReport[], classes: readonly string[]): Html {
  const users = people.toSorted((a, b) => b.metrics.macro_f1 - a.metrics.macro_f1 || (a.user < b.user ? -1 : 1));
  const head = classes.map((name) => html`<th scope="col"><span>${name}</span></th>`);
  const rows = users.map(({ user, metrics }) => {
    const cells = classes.map((name) => personClassCell(metrics.per_class[name], `${user}, ${name}`));
    return html`<tr>${htmlRowHeading(user)}${cells}</tr>`;
  });
  return html`<div class="scroll" tabindex="0" role="region" aria-label="F1 by person and class">
<table class="confusion"><thead><tr><td></td>${head}</tr></thead><tbody>${rows}</tbody></table></div>
<p class="note">The deeper the shade, the lower the F1. A dot means that the person has no windows of the class; small numbers
 are counts of fewer than ${fewWindows} windows.</p>`;
}

function personClassCell(scores: ClassScores | undefined, about: string): Html {
  if (scores === undefined || scores.support === 0) return html`<td class="none" title="${about}: no windows">·</td>`;
  const { f1, precision, recall, support } = scores;
  const figures = `F1 ${formatFixed(f1)}, precision ${formatFixed(precision)}, recall ${formatFixed(recall)}, ${counted(support, "window")}`;
  const few = support < fewWindows ? html`<small>${support}</small>` : null;
  return html`<td class="miss" style="--share:${Math.round(100 * (1 - f1))}%" title="${about}: ${figures}">${formatFixed(f1, 2)}${few}</td>`;
}
