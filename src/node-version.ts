// What a Node.js that is too old is told, by every entry point, before anything loads that it does not know. Any Node.js can
// parse this file; a browser has no Node.js to complain about.

const versions: { readonly node?: string } | undefined = typeof process === "object" ? process.versions : undefined;
const version: string | undefined = versions ? versions.node : undefined;
const [major = 22, minor = 18] = version === undefined ? [] : version.split(".").map(Number);

/** One line; undefined if this Node.js is recent enough. */
export const nodeFault: string | undefined =
  major > 22 || (major === 22 && minor >= 18)
    ? undefined
    : `tidemark needs Node.js 22.18 or later, this is ${version}: install a current one from https://nodejs.org`;
