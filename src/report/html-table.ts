// Tables for the report. A wide table scrolls in its own region, and its first column stays visible.

import { type Html, type HtmlValue, html } from "./html.ts";

/**
 * @param label the region's name for screen readers
 * @param rows each row's first cell is its heading
 * @param kind a class from the style sheet, if the table needs one
 */
export function htmlTable(label: string, head: readonly string[], rows: readonly HtmlValue[][], kind = ""): Html {
  const body = rows.map(
    ([first, ...rest]) => html`<tr>${htmlRowHeading(first)}${rest.map((cell) => html`<td>${cell}</td>`)}</tr>`,
  );
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${label}"><table class="${kind}"><thead><tr>
${head.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead><tbody>${body}</tbody></table></div>`;
}

/** A table of names and values, one pair per row, as wide as its text. */
export function htmlFactTable(facts: readonly (readonly [name: string, value: HtmlValue])[]): Html {
  const rows = facts.map(([name, value]) => html`<tr><th scope="row">${name}</th><td>${value}</td></tr>`);
  return html`<table class="facts"><tbody>${rows}</tbody></table>`;
}

/** A row heading: as wide as its text, up to a limit beyond which the text wraps. */
export function htmlRowHeading(name: HtmlValue): Html {
  return html`<th scope="row"><span>${name}</span></th>`;
}
