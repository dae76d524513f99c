// A template tag for HTML that escapes every value, except values that are already HTML. Names of people, classes and files
// come from users, so all markup of a page is made with this tag.

/** A piece of finished markup. Only `html` and `trustedHtml` create values of this type. */
export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
  toString(): string {
    return this.text;
  }
}

/** Values allowed in a template: text and numbers (both escaped), markup, lists of these, or nothing. */
export type HtmlValue = string | number | Html | null | undefined | readonly HtmlValue[];

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

// HTML does not allow control characters other than tab and newline, not even as character references, so they become U+FFFD.
// biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern searches for them
const forbidden = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/g;

/** Escapes text for an element or a quoted attribute. */
export function escapeHtml(text: string): string {
  return text.replace(forbidden, "\ufffd").replace(/[&<>"']/g, (character) => entities[character]!);
}

/** The template tag. Values in attributes must be quoted. */
export function html(strings: TemplateStringsArray, ...values: HtmlValue[]): Html {
  return new Html(strings.reduce((text, part, i) => text + renderHtmlValue(values[i - 1]) + part));
}

/** Markup from a source that needs no escaping (the SVG serialiser, the style sheet). */
export function trustedHtml(markup: string): Html {
  return new Html(markup);
}

function renderHtmlValue(value: HtmlValue): string {
  if (value === null || value === undefined) return "";
  if (value instanceof Html) return value.text;
  if (typeof value === "string") return escapeHtml(value);
  if (typeof value === "number") return escapeHtml(String(value));
  return value.map(renderHtmlValue).join("");
}
