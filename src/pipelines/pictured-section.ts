import type { Section } from "../report/page.ts";

/** A part of a page: charts as SVG, with escaped text and the page's colours. */
export interface PicturedSection {
  readonly id: string;
  readonly title: string;
  readonly about: string;
  readonly html: string;
}

export function picturedSection({ id, title, about, body }: Section): PicturedSection {
  return { id, title, about, html: body.text };
}
