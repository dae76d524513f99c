// Summarising and judging must run anywhere: the code uses nothing from Node.js, and a browser computes the same results as
// Node.js.
import { readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseHTML } from "linkedom";
import { build, type Plugin } from "vite";
import { describe, expect, it } from "vitest";
import { chromium, loadPage } from "../../chromium.ts";
import { runScenario } from "./browser-scenario.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
/**
 * The files that freeze a baseline or measure a batch (see test/device). All other files are used to judge batches, and must
 * run anywhere.
 */
const notForJudging = /(freeze-drift-baseline|describe-values|measure-batch|window-signals|device-batch|classify)\.ts$/;
const anywhere = ["signals/sensors", "monitoring/summaries", "monitoring/drift"].flatMap((room) =>
  readdirSync(join(root, "src", room), { encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && !notForJudging.test(file))
    .map((file) => `./src/${room}/${file}`),
);
const entry = join(root, "browser-entry.ts");

/** Bundles `text` as the entry point; imports of Node.js's modules and of any package except zod are rejected. */
function browserOnly(text: string): Plugin {
  return {
    name: "browser-only",
    enforce: "pre",
    resolveId(source, importer) {
      if (source === entry) return entry;
      if (/^[./]/.test(source) || /^zod(\/|$)/.test(source)) return null;
      const from = relative(root, importer ?? entry);
      throw new Error(`${from} imports "${source}": it runs in browsers too, and may import no package but zod`);
    },
    load: (id) => (id === entry ? text : null),
  };
}

/** Returns a minified classic script that assigns the exports of `text` to a global `bundle`. */
async function bundle(text: string): Promise<string> {
  const [output] = [
    await build({
      root,
      configFile: false,
      envDir: false,
      publicDir: false,
      logLevel: "silent",
      build: { write: false, lib: { entry, formats: ["iife"], name: "bundle" } },
      plugins: [browserOnly(text)],
    }),
  ].flat();
  if (output === undefined || !("output" in output)) throw new Error("bundle: expected an output, got a watcher");
  expect(output.output).toHaveLength(1);
  return output.output[0].code;
}

/** Returns code that exports entire modules, so that tree shaking removes nothing. */
const exported = (modules: readonly string[]): string =>
  modules.map((file, i) => `export * as m${i} from ${JSON.stringify(file)};`).join("\n");

function pageOf(code: string): string {
  // Escapes the `<` of everything that would end the script early; \x3c means the same in strings and regular expressions.
  const inline = code.replaceAll(/<(?=\/script|!--)/gi, "\\x3c");
  return `<!doctype html><meta charset="utf-8"><pre id="result"></pre><script>
    const show = (text) => { document.getElementById("result").textContent = text; };
    addEventListener("error", (event) => show(event.message));
  </script><script>${inline}
    show(JSON.stringify(bundle.runScenario()));
  </script>`;
}

/** Returns every value of a JSON document by its path, with sorted keys. */
function leavesOf(value: unknown, path: string = ""): Map<string, unknown> {
  const entries = typeof value === "object" && value !== null ? Object.entries(value) : [];
  if (entries.length === 0) return new Map([[path, typeof value === "object" ? JSON.stringify(value) : value]]);
  return new Map(entries.flatMap(([key, inner]) => [...leavesOf(inner, `${path}/${key}`)]));
}

/**
 * Returns whether two values are equal, except for the last bits of fractions, because the last bit of Math.log differs between
 * versions of V8.
 */
function alike(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "number" || typeof b !== "number" || (Number.isSafeInteger(a) && Number.isSafeInteger(b)))
    return false;
  return Math.abs(a - b) <= 1e-12 * Math.max(Math.abs(a), Math.abs(b));
}

describe("summaries and judging", () => {
  it("imports only zod, needs nothing from Node.js, and is small enough for a web page", async () => {
    const code = await bundle(exported(anywhere));
    expect(code.match(/(?<![.\w$])(?:process\.|Buffer\.|require\(|__dirname|__filename)/)).toBeNull();
    // The bundle is minified except for the names of all exports. It takes 257 kB, including 92 kB for zod.
    expect(Buffer.byteLength(code)).toBeLessThan(265_000);
  });

  it.each(["node:fs", "fs", "commander"])("would be refused with an import of %s", async (name) => {
    await expect(bundle(`import * as x from "${name}"; export { x };`)).rejects.toThrow(
      `browser-entry.ts imports "${name}"`,
    );
  });

  it.skipIf(chromium === undefined)("computes the same in a browser as here (skipped without Chromium)", async () => {
    const own = 'export { runScenario } from "./test/monitoring/drift/browser-scenario.ts";';
    const dom = await loadPage(pageOf(await bundle(`${exported(anywhere)}\n${own}`)));
    const result = parseHTML(dom).document.getElementById("result")!.textContent!;
    expect(result).toMatch(/^\{/);
    const [there, here] = [result, JSON.stringify(runScenario())].map((text) => leavesOf(JSON.parse(text)));
    expect([...there!.keys()]).toEqual([...here!.keys()]);
    expect([...here!].filter(([path, value]) => !alike(value, there!.get(path)))).toEqual([]);
  });
});
