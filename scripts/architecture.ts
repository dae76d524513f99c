// The map of src/: its rooms (folders), the purpose of each, and what each may import. test/architecture.test.ts enforces it.
//
//   npm run architecture                     prints the map for CONTRIBUTING.md, then the number of rooms, arrows and cycles
//   npm run architecture -- --source DIR     prints the same counts for another src/
//   npm run architecture -- --write          writes the map into CONTRIBUTING.md
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

/**
 * The wings of src/, in the order in which data passes through them. A wing imports only from itself and from earlier wings.
 */
export const wings = [
  "stats",
  "signals",
  "storage",
  "learning",
  "monitoring",
  "report",
  "options",
  "pipelines",
  "interfaces",
] as const;

export interface Room {
  readonly purpose: string;
  /** Rooms that this room may import; it may also import the root files of src/. */
  readonly imports: readonly string[];
}

export const rooms: Readonly<Record<string, Room>> = {
  stats: { purpose: "statistical distributions, distances and rotations on plain arrays", imports: [] },
  "signals/sensors": {
    purpose: "sensor detection: which columns form a sensor, and its kind and unit; pure",
    imports: ["stats"],
  },
  "signals/files": {
    purpose:
      "tables in files: finding, reading and writing them in all supported formats and device layouts; columns, text and timestamps",
    imports: ["signals/sensors"],
  },
  "signals/data": {
    purpose:
      "recordings from tables: column roles, clocks, labels and units; the quality report and gate; resampling, windows, scalers; the simulator",
    imports: ["signals/files", "signals/sensors", "stats"],
  },
  storage: {
    purpose:
      "what persists: atomic files, hashes, locks, model folders and networks, the registry, the ledger; sending to an MLflow server",
    imports: [],
  },
  "learning/networks": { purpose: "ONNX graphs, their gradients, layers, losses, Adam, presets", imports: [] },
  "learning/evaluation": {
    purpose: "splits, the leakage report that verifies them, and metrics",
    imports: ["stats"],
  },
  "learning/training": {
    purpose:
      "fits: sessions, training loop, checkpoints, worker threads, temperature, folds; pseudo-labels: selection, curriculum, promotion gate",
    imports: ["learning/networks", "learning/evaluation", "signals/data", "stats"],
  },
  "monitoring/summaries": {
    purpose: "the summary that is stored for each batch; pure; it also runs in a browser",
    imports: ["signals/data", "signals/sensors", "stats"],
  },
  "monitoring/drift": {
    purpose: "the frozen baseline, its calibration, and verdicts against it; pure",
    imports: ["monitoring/summaries", "signals/sensors", "stats"],
  },
  "monitoring/streams": {
    purpose: "the opened model, the state of a stream, update rules, the result of a check",
    imports: ["monitoring/summaries", "monitoring/drift", "signals/data", "storage"],
  },
  report: {
    purpose:
      "reports of a run: pages, pictures, MLflow runs; what operators watch: alerts with their targets and outbox, Prometheus metrics",
    imports: ["monitoring/streams", "monitoring/drift", "monitoring/summaries", "storage", "learning/training"],
  },
  options: {
    purpose:
      "the options of each command: their definitions, types, config files and the rules that involve several options",
    imports: [],
  },
  pipelines: {
    purpose: "one file per command, and the steps that commands share; they combine the other rooms",
    imports: [
      "stats",
      "signals/files",
      "signals/data",
      "storage",
      "report",
      "options",
      "learning/evaluation",
      "learning/training",
      "monitoring/summaries",
      "monitoring/drift",
      "monitoring/streams",
    ],
  },
  "interfaces/server": {
    purpose: "the HTTP service: routes, limits, tokens, logs, start and shutdown",
    imports: ["options", "pipelines", "report"],
  },
  "interfaces/cli": {
    purpose: "commands and their output",
    imports: ["options", "pipelines", "interfaces/server", "report"],
  },
};

/** Entry points of the package: the only files in the root of src/ that may import rooms. */
export const entries: Readonly<Record<string, readonly string[]>> = {
  "index.ts": ["options", "pipelines"],
  "device.ts": ["monitoring/summaries"],
};

export interface Import {
  readonly from: string;
  readonly to: string;
  /** Whether the imported file is loaded together with its importer; false for `import()` and for type-only imports. */
  readonly loads: boolean;
}

/** Relative paths of the files in a source directory. */
export function filesOf(source: string): string[] {
  return readdirSync(source, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .sort();
}

/** Every import between the files, including type-only imports. */
export function importsOf(source: string, files: readonly string[]): Import[] {
  return files.flatMap((from) => {
    const text = readFileSync(join(source, from), "utf8");
    const found = (pattern: RegExp, loads: boolean): Import[] =>
      [...text.matchAll(pattern)].map((match) => ({ from, to: normalize(join(dirname(from), match[1]!)), loads }));
    return [
      ...found(/^(?:import|export)\s+type\s[^;"]*?\bfrom\s+"(\.[^"]*)"/gm, false),
      ...found(/^(?:import|export)\s+(?!type\s)[^;"]*?\bfrom\s+"(\.[^"]*)"/gm, true),
      ...found(/^import\s+"(\.[^"]*)"/gm, true),
      ...found(/\b(?:import\(|new URL\()\s*"(\.[^"]*)"/g, false),
    ].filter(({ to }) => !to.startsWith(".."));
  });
}

/** The folder that a file is in; "" for the root of src/. */
export function roomOf(file: string): string {
  const room = dirname(file);
  return room === "." ? "" : room;
}

/** Number of imports for each "room -> room"; the root of src/ counts as a room. */
export function arrowsOf(imports: readonly Import[]): Map<string, number> {
  const arrows = new Map<string, number>();
  for (const { from, to } of imports) {
    if (roomOf(from) === roomOf(to)) continue;
    const arrow = `${roomOf(from) || "src"} -> ${roomOf(to) || "src"}`;
    arrows.set(arrow, (arrows.get(arrow) ?? 0) + 1);
  }
  return arrows;
}

/** The cycles of the graph, each listed once. */
export function cyclesOf(edges: Iterable<readonly [string, string]>): string[] {
  const next = new Map<string, string[]>();
  for (const [from, to] of edges) next.set(from, [...(next.get(from) ?? []), to]);
  const state = new Map<string, "open" | "done">();
  const cycles: string[] = [];
  const visit = (node: string, path: readonly string[]): void => {
    if (state.get(node) === "done") return;
    if (state.get(node) === "open") {
      cycles.push([...path.slice(path.indexOf(node)), node].join(" -> "));
      return;
    }
    state.set(node, "open");
    for (const to of next.get(node) ?? []) visit(to, [...path, node]);
    state.set(node, "done");
  };
  for (const node of next.keys()) visit(node, []);
  return cycles;
}

/** The map in CONTRIBUTING.md. */
export function architectureMap(): string {
  const names = Object.keys(rooms);
  const rows = names.map((name) => {
    const { purpose, imports } = rooms[name]!;
    const sorted = names.filter((other) => imports.includes(other)).map((other) => `\`${other}\``);
    return `| \`${name}\` | ${purpose} | ${sorted.join(", ") || "none"} |`;
  });
  return ["| room | what lives there | imports |", "| --- | --- | --- |", ...rows].join("\n");
}

/** How generated files in src/ begin. */
const generatedMark = "// Written by `npm run";

export const mapMarks = { begin: "<!-- npm run architecture -- --write -->", end: "<!-- end of the map -->" } as const;

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values: options } = parseArgs({ options: { source: { type: "string" }, write: { type: "boolean" } } });
  const root = fileURLToPath(new URL("..", import.meta.url));
  const source = options.source ?? join(root, "src");
  if (!existsSync(source)) throw new Error(`--source ${source}: expected a directory`);
  const files = filesOf(source);
  const imports = importsOf(source, files);
  const loops = (edges: readonly Import[], of: (file: string) => string): number =>
    cyclesOf(edges.map(({ from, to }) => [of(from), of(to)] as const).filter(([a, b]) => a !== b)).length;
  const lines = files
    .map((file) => ({ file, text: readFileSync(join(source, file), "utf8") }))
    .filter(({ text }) => !text.startsWith(generatedMark))
    .map(({ file, text }) => ({ file, lines: text.split("\n").length - 1 }));
  const longest = lines.reduce((a, b) => (b.lines > a.lines ? b : a));
  if (options.source === undefined) console.log(`${architectureMap()}\n`);
  console.log(`rooms ${new Set(files.map(roomOf)).size}`);
  console.log(`arrows ${arrowsOf(imports).size}`);
  const belowRoot = imports.filter(({ from, to }) => roomOf(from) !== "" && roomOf(to) !== "");
  console.log(`cycles of rooms ${loops(belowRoot, roomOf)}, of files ${loops(imports, (file) => file)}`);
  console.log(`files ${files.length}, the longest written by hand ${longest.file} with ${longest.lines} lines`);
  if (options.write) {
    const path = join(root, "CONTRIBUTING.md");
    const text = readFileSync(path, "utf8");
    const [before, rest] = text.split(mapMarks.begin);
    writeFileSync(
      path,
      `${before}${mapMarks.begin}\n${architectureMap()}\n${mapMarks.end}${rest!.split(mapMarks.end)[1]}`,
    );
  }
}
