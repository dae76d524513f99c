// The message for a version of Node.js that is too old. Every entry point checks the version before it loads code that an old
// version cannot parse; every version with ES modules can parse this file. In a browser, there is no Node.js version to check.

const versions: { readonly node?: string } | undefined = typeof process === "object" ? process.versions : undefined;
const version: string | undefined = versions ? versions.node : undefined;
const [major = 22, minor = 18] = version === undefined ? [] : version.split(".").map(Number);

/** A one-line message saying that this version of Node.js is too old; undefined if it is recent enough. */
export const nodeFault: string | undefined =
  major > 22 || (major === 22 && minor >= 18)
    ? undefined
    : `Tidemark needs Node.js 22.18 or later, but this is ${version}. Install a current version from https://nodejs.org`;
