// Holds the import table of the rooms: data flows one way, and only pipelines join what else stays apart.
import { readdirSync, readFileSync } from "node:fs";
import { join, normalize, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const source = fileURLToPath(new URL("../src", import.meta.url));

const any = "any";
const table: Record<string, readonly string[] | typeof any> = {
  stats: [],
  onnx: [],
  "model-selection": [],
  tracking: [],
  store: [],
  data: ["stats"],
  metrics: ["stats"],
  autodiff: ["onnx"],
  nn: ["onnx", "autodiff"],
  preprocessing: ["data", "stats"],
  training: ["nn", "onnx", "metrics", "preprocessing"],
  baseline: ["stats", "data"],
  drift: ["baseline", "stats"],
  monitoring: ["drift", "baseline", "stats"],
  "pseudo-labeling": ["training", "model-selection", "metrics", "preprocessing", "stats"],
  report: ["pseudo-labeling", "drift", "baseline", "metrics", "model-selection", "data", "stats"],
  pipelines: any,
  server: ["pipelines", "store"],
  cli: ["pipelines", "store", "server"],
};

/** Root files are for all, but what users may write is known from the pipelines up only. */
const mayImportConfig = ["pipelines", "server", "cli"];

interface Import {
  from: string;
  to: string;
  /** Loads with its importer: neither import() nor types alone. */
  loads: boolean;
}

const files = readdirSync(source, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
const imports: Import[] = files.flatMap((from) => {
  const text = readFileSync(join(source, from), "utf8");
  const found = (pattern: RegExp, loads: boolean): Import[] =>
    [...text.matchAll(pattern)].map((match) => ({ from, to: normalize(join(from, "..", match[1]!)), loads }));
  return [
    ...found(/^(?:import|export)\s+type\s[^;"]*?\bfrom\s+"(\.[^"]*)"/gm, false),
    ...found(/^(?:import|export)\s+(?!type\s)[^;"]*?\bfrom\s+"(\.[^"]*)"/gm, true),
    ...found(/^import\s+"(\.[^"]*)"/gm, true),
    ...found(/\b(?:import\(|new URL\()\s*"(\.[^"]*)"/g, false),
  ];
});

/** File -> the files that load with it. */
const graph = new Map<string, string[]>();
for (const { from, to, loads } of imports) {
  if (loads) graph.set(from, [...(graph.get(from) ?? []), to]);
}

function room(file: string): string | null {
  const parts = file.split("/");
  return parts.length === 1 ? null : parts[0]!;
}

describe("architecture", () => {
  it("has no room that the table does not know", () => {
    const rooms = new Set(files.map(room).filter((name) => name !== null));
    expect([...rooms].filter((name) => !(name in table))).toEqual([]);
  });

  it("keeps every import inside the table", () => {
    const breaches = imports.filter(({ from, to }) => {
      const [own, other] = [room(from), room(to)];
      if (own === null || other === null || own === other || to.startsWith("..")) return false;
      const allowed = table[own]!;
      return allowed !== any && !allowed.includes(other);
    });
    expect(breaches.map(({ from, to }) => `${from} imports ${to}`)).toEqual([]);
  });

  it("keeps config.ts out of the rooms below the pipelines", () => {
    const breaches = imports.filter(({ from, to }) => {
      const own = room(from);
      return to === "config.ts" && own !== null && !mayImportConfig.includes(own);
    });
    expect(breaches.map(({ from }) => from)).toEqual([]);
  });

  it("lets root files import no room, but for the public API", () => {
    const breaches = imports.filter(({ from, to }) => room(from) === null && from !== "index.ts" && room(to) !== null);
    expect(breaches.map(({ from, to }) => `${from} imports ${to}`)).toEqual([]);
  });

  it("opens networks, and threads that do, only where the telemetry of ONNX Runtime is turned off", () => {
    const mentioning = (pattern: RegExp): string[] =>
      files.filter((file) => pattern.test(readFileSync(join(source, file), "utf8"))).sort();
    expect(mentioning(/["'`]onnxruntime-node["'`]/)).toEqual(["store/versions.ts", "training/onnx-runtime.ts"]);
    expect(mentioning(/\bnew Worker\b/)).toEqual(["training/start-worker.ts"]);
  });

  it("writes to the terminal in one file, where nothing can be hidden in a line", () => {
    const writes = files.filter((file) =>
      /\bconsole\b|\bprocess\.(stdout|stderr)\.write\b|\boutput\.write\b/.test(
        readFileSync(join(source, file), "utf8"),
      ),
    );
    // main.ts speaks before anything else may load; live.ts moves the cursor.
    expect(writes.sort()).toEqual(["cli/live.ts", "cli/main.ts", "cli/terminal.ts"]);
  });

  it("gives an error's further lines as details, since a newline in a message is shown as an escape", () => {
    const message = /\bnew (?:UserError|Interrupted|TrackingFault)\(\s*["'`][^"'`]*\\n/;
    expect(files.filter((file) => message.test(readFileSync(join(source, file), "utf8")))).toEqual([]);
  });

  it("prints no command with words that a shell would split", () => {
    const command = /["'`][^"'`\n]*\b(rm|mv|cp|tidemark (?!needs)[a-z]+) [^"'`\n]*\$\{(?!shell)/;
    const found = files.filter((file) => command.test(readFileSync(join(source, file), "utf8")));
    expect(found).toEqual([]);
  });

  it("has no circle of files that load each other", () => {
    const state = new Map<string, "open" | "done">();
    const circles: string[] = [];
    const visit = (file: string, path: readonly string[]): void => {
      if (state.get(file) === "done") return;
      if (state.get(file) === "open") {
        circles.push([...path.slice(path.indexOf(file)), file].join(" -> "));
        return;
      }
      state.set(file, "open");
      for (const next of graph.get(file) ?? []) visit(next, [...path, file]);
      state.set(file, "done");
    };
    for (const file of graph.keys()) visit(file, []);
    expect(circles).toEqual([]);
  });

  it("prints help without loading the engines", () => {
    const loaded = new Set(["cli/program.ts"]);
    for (const file of loaded) for (const next of graph.get(file) ?? []) loaded.add(next);
    expect(
      [...loaded].filter(
        (file) =>
          !/^(cli|store)\/|^(config|counted|errors|gigabytes|kind-of-file|make-directories|options|shell-words|system-error|visible)\.ts$/.test(
            file,
          ),
      ),
    ).toEqual([]);
    const packages = [...loaded].flatMap((file) =>
      [...readFileSync(join(source, file), "utf8").matchAll(/\bfrom\s+"([^."][^"]*)"/g)].map((match) => match[1]!),
    );
    expect([...new Set(packages.filter((name) => !name.startsWith("node:")))].sort()).toEqual([
      "commander",
      "yaml",
      "zod",
    ]);
  });

  it("names files in kebab-case and keeps vague rooms out", () => {
    const stray = files.filter((file) => !/^([a-z0-9-]+\/)*[a-z0-9-]+\.ts$/.test(file));
    expect(stray).toEqual([]);
    const vague = files.filter((file) => /(^|\/)(utils?|core|common|helpers?)(\/|\.ts$)/.test(file));
    expect(vague.map((file) => relative(".", file))).toEqual([]);
  });
});
