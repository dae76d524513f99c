// The frame of all reports: one page in one file, without scripts or network access. The charts (SVG) and the style sheet are
// inline, and every name is escaped.

import { type Html, type HtmlValue, html, trustedHtml } from "./html.ts";
import { reportStyle } from "./report-style.ts";

export interface Section {
  readonly id: string;
  readonly title: string;
  readonly about: string;
  readonly body: Html;
}

export interface Page {
  /** Title of the browser tab. */
  readonly title: string;
  readonly heading: string;
  readonly lead: HtmlValue;
  readonly warnings: readonly string[];
  /** The most important figures, above the sections. */
  readonly headline: Html;
  readonly sections: readonly Section[];
  readonly footer: HtmlValue;
}

/** The whole page. Identical inputs produce identical bytes. */
export function pageHtml({ title, heading, lead, warnings, headline, sections, footer }: Page): string {
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${trustedHtml(reportStyle)}</style>
</head>
<body>
<header>
<p class="brand">Tidemark</p>
<h1>${heading}</h1>
<p class="lead">${lead}</p>
</header>
<main>
${pageWarnings(warnings)}
${headline}
<nav aria-label="Sections">${sections.map(({ id, title: name }) => html`<a href="#${id}">${name}</a> `)}</nav>
${sections.map(pageSection)}
</main>
<footer><p>${footer}</p></footer>
</body>
</html>
`;
  return page.text;
}

/** A tile for one important figure, with its name, its value and a line of explanation. */
export function pageTile(name: string, value: string, about: string, kind = ""): Html {
  return html`<div class="tile ${kind}"><dt>${name}</dt><dd><strong>${value}</strong><span>${about}</span></dd></div>`;
}

/** A row of tiles under a heading. */
export function pageHeadline(note: string, tiles: readonly Html[]): Html {
  return html`<section aria-labelledby="headline"><h2 id="headline">At a glance</h2>
<p class="note">${note}</p>
<dl class="tiles">
${tiles}
</dl></section>`;
}

function pageWarnings(warnings: readonly string[]): Html | null {
  if (warnings.length === 0) return null;
  return html`<section class="warnings" aria-labelledby="warnings"><h2 id="warnings">Warnings</h2>
<ul>${warnings.map((warning) => html`<li>${warning}</li>`)}</ul></section>`;
}

function pageSection({ id, title, about, body }: Section): Html {
  return html`<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${title}</h2>
<p class="note">${about}</p>
${body}</section>
`;
}
