// Enforces the structure in scripts/architecture.ts: data flows one way, and only the pipelines connect rooms that do not
// import each other.
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import {
  architectureMap,
  cyclesOf,
  entries,
  filesOf,
  importsOf,
  mapMarks,
  roomOf,
  rooms,
  wings,
} from "../scripts/architecture.ts";

const source = fileURLToPath(new URL("../src", import.meta.url));
const files = filesOf(source);
const imports = importsOf(source, files);
const wingOf = (room: string): string => room.split("/")[0]!;

/** All imports between two rooms. The files directly in src/ do not form a room. */
const crossing = imports.filter(
  ({ from, to }) => roomOf(from) !== roomOf(to) && roomOf(from) !== "" && roomOf(to) !== "",
);

/** For each file, the files that it loads. */
const graph = new Map<string, string[]>();
for (const { from, to, loads } of imports) {
  if (loads) graph.set(from, [...(graph.get(from) ?? []), to]);
}

/** Returns a file and all files that it loads, directly or indirectly. */
function loadedWith(file: string): string[] {
  const loaded = new Set([file]);
  for (const from of loaded) for (const to of graph.get(from) ?? []) loaded.add(to);
  return [...loaded];
}

/** The packages that the given files load. */
function packagesOf(loaded: readonly string[]): string[] {
  const statement = /^(?:(?:import|export)\s+(?!type\s)[^;"]*?\bfrom|import)\s+"((?:@[^/"]+\/)?[^/".]+)[^"]*"/gm;
  const names = loaded.flatMap((file) =>
    [...readFileSync(join(source, file), "utf8").matchAll(statement)].map((match) => match[1]!),
  );
  return [...new Set(names.filter((name) => !name.startsWith("node:")))].sort();
}

describe("architecture", () => {
  it("has the rooms of the table, each in a wing", () => {
    expect([...new Set(files.map(roomOf))].filter((room) => room !== "").sort()).toEqual(Object.keys(rooms).sort());
    expect(Object.keys(rooms).filter((room) => !wings.some((wing) => wing === wingOf(room)))).toEqual([]);
  });

  it("imports what the table allows", () => {
    const breaches = crossing.filter(({ from, to }) => !rooms[roomOf(from)]!.imports.includes(roomOf(to)));
    expect(breaches.map(({ from, to }) => `${from} imports ${to}`)).toEqual([]);
  });

  it("allows nothing that no import uses", () => {
    const used = new Set(crossing.map(({ from, to }) => `${roomOf(from)} -> ${roomOf(to)}`));
    const allowed = Object.entries(rooms).flatMap(([room, { imports }]) => imports.map((to) => `${room} -> ${to}`));
    expect(allowed.filter((arrow) => !used.has(arrow))).toEqual([]);
  });

  it("imports along the order of the wings, and keeps signals and storage apart", () => {
    const order = (room: string): number => wings.map(String).indexOf(wingOf(room));
    const against = Object.entries(rooms).flatMap(([room, { imports }]) =>
      imports
        .filter((to) => order(to) > order(room) || (wingOf(room) === "storage" && wingOf(to) === "signals"))
        .map((to) => `${room} -> ${to}`),
    );
    expect(against).toEqual([]);
  });

  it("has no cycle of rooms, type-only imports included", () => {
    expect(cyclesOf(crossing.map(({ from, to }) => [roomOf(from), roomOf(to)] as const))).toEqual([]);
    expect(
      cyclesOf([
        ["a", "b"],
        ["b", "c"],
        ["c", "a"],
      ]),
    ).toEqual(["a -> b -> c -> a"]);
  });

  it("is drawn in CONTRIBUTING.md as it is (npm run architecture -- --write)", () => {
    const text = readFileSync(join(source, "../CONTRIBUTING.md"), "utf8");
    expect(text.split(mapMarks.begin)[1]?.split(mapMarks.end)[0]?.trim()).toBe(architectureMap());
  });

  it("lets root files import no room, but for the package's entries", () => {
    const breaches = imports.filter(
      ({ from, to }) => roomOf(from) === "" && roomOf(to) !== "" && !(entries[from] ?? []).includes(roomOf(to)),
    );
    expect(breaches.map(({ from, to }) => `${from} imports ${to}`)).toEqual([]);
  });

  it("opens networks, and threads that do, only where the telemetry of ONNX Runtime is turned off", () => {
    const mentioning = (pattern: RegExp): string[] =>
      files.filter((file) => pattern.test(readFileSync(join(source, file), "utf8"))).sort();
    expect(mentioning(/["'`]onnxruntime-node["'`]/)).toEqual(["learning/training/onnx-runtime.ts", "versions.ts"]);
    expect(mentioning(/\bnew Worker\b/)).toEqual(["learning/training/start-worker.ts"]);
  });

  it("writes to the terminal in one file, where nothing can be hidden in a line", () => {
    const writes = files.filter((file) =>
      /\bconsole\b|\bprocess\.(stdout|stderr)\.write\b|\boutput\.write\b/.test(
        readFileSync(join(source, file), "utf8"),
      ),
    );
    // main.ts may write to stdout before other modules are loaded, and live-renderer.ts moves the cursor.
    expect(writes.sort()).toEqual([
      "interfaces/cli/live-renderer.ts",
      "interfaces/cli/main.ts",
      "interfaces/cli/terminal.ts",
    ]);
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

  it("has no cycle of files, type-only imports included", () => {
    expect(cyclesOf(imports.map(({ from, to }) => [from, to] as const))).toEqual([]);
  });

  it("prints help without loading the engines", () => {
    const loaded = loadedWith("interfaces/cli/program.ts");
    expect(
      loaded.filter(
        (file) =>
          !/^(interfaces\/cli|options)\/|^report\/explain-check\.ts$|^(alarm-share|counted|day|duration-text|errors|fixed-decimals|full-stop|gigabytes|instant-text|kind-of-file|letter-case|limit-for-changes|listed-names|make-directories|natural-order|nearest-name|percent|shell-words|system-error|unchanged-penalty|versions|visible|without-password)\.ts$/.test(
            file,
          ),
      ),
    ).toEqual([]);
    expect(packagesOf(loaded)).toEqual(["commander", "zod"]);
  });

  it("gives programs the public API without loading an engine", () => {
    const loaded = loadedWith("index.ts");
    expect(loaded).toContain("learning/training/onnx-runtime.ts");
    expect(packagesOf(loaded)).toEqual(["zod"]);
  });

  it("lets no package and nothing of Node.js into what a device runs", () => {
    const loaded = new Set(["device.ts"]);
    for (const file of loaded) for (const next of graph.get(file) ?? []) loaded.add(next);
    const outside = [...loaded].flatMap((file) =>
      [
        ...readFileSync(join(source, file), "utf8").matchAll(
          /^(?:import|export)\s+(?!type\s)[^;"]*?\bfrom\s+"([^."][^"]*)"/gm,
        ),
      ].map((match) => `${file} imports ${match[1]}`),
    );
    expect(outside).toEqual([]);
  });

  it("statically imports no built-in module that an old Node.js lacks, which would fail before it is told so", () => {
    const statement =
      /^(?:import|export)\s+(?!type\s)[^;"]*?\b(?:from\s+"node:sqlite"|stripTypeScriptTypes\b[^;"]*?from\s)/m;
    expect(files.filter((file) => statement.test(readFileSync(join(source, file), "utf8")))).toEqual([]);
  });

  it("spreads no object literal into another, in tests neither", () => {
    const tests = fileURLToPath(new URL(".", import.meta.url));
    const paths = [source, tests].flatMap((folder) => filesOf(folder).map((file) => join(folder, file)));
    const spread = /\.{3}\(?\{/;
    expect(paths.filter((path) => spread.test(readFileSync(path, "utf8")))).toEqual([]);
  });

  it("declares an exported name once, and gives no type the name of an exported one", () => {
    const declaration =
      /^(export )?(?:declare )?(?:abstract |async )?(?:(interface|type|class|enum)|const|function\*?) (\w+)/gm;
    const declared = files.flatMap((file) =>
      [...readFileSync(join(source, file), "utf8").matchAll(declaration)].map(([, isExported, type, name]) => ({
        name: name!,
        file,
        isExported: isExported !== undefined,
        isType: type !== undefined,
      })),
    );
    const exported = new Map(declared.filter(({ isExported }) => isExported).map(({ name, file }) => [name, file]));
    const others = declared.filter(
      ({ name, file, isExported, isType }) =>
        (isExported || isType) && exported.has(name) && exported.get(name) !== file,
    );
    expect(others.map(({ name, file }) => `${file} declares ${name}, as ${exported.get(name)} does`)).toEqual([]);
    const renamed = /^export (?:type )?\{[^}]*\bas\b/m;
    expect(files.filter((file) => renamed.test(readFileSync(join(source, file), "utf8")))).toEqual([]);
  });

  it("exports functions, constants and types only to other files, or as parts of other exports", () => {
    const root = join(source, "..");
    const read = (folder: string, file: string): string => readFileSync(join(root, folder, file), "utf8");
    const filesWith = new Map<string, number>();
    for (const folder of ["src", "test", "scripts", "bench", "dashboard/src"]) {
      const sources = readdirSync(join(root, folder), { recursive: true, encoding: "utf8" });
      for (const file of sources.filter((name) => /\.tsx?$/.test(name))) {
        const words = new Set(read(folder, file).match(/\b[A-Za-z]\w*\b/g));
        for (const word of words) filesWith.set(word, (filesWith.get(word) ?? 0) + 1);
      }
    }
    const exported = /^export (?:async )?(?:function\*?|const|class) (\w+)/gm;
    const unused = files.flatMap((file) =>
      [...read("src", file).matchAll(exported)]
        .filter(([, name]) => filesWith.get(name!) === 1)
        .map(([, name]) => `${file} exports ${name}`),
    );
    expect(unused).toEqual([]);

    // A type that no other file names must be part of another exported declaration.
    const unusedTypes = files.flatMap((file) => {
      const declarations = read("src", file).split(/^(?=[a-z])/m);
      return declarations.flatMap((declaration) => {
        const name = /^export (?:interface|type) (\w+)/.exec(declaration)?.[1];
        if (name === undefined || filesWith.get(name) !== 1) return [];
        const others = declarations.filter((other) => other !== declaration && other.startsWith("export "));
        return others.some((other) => new RegExp(`\\b${name}\\b`).test(other)) ? [] : [`${file} exports ${name}`];
      });
    });
    expect(unusedTypes).toEqual([]);
  });

  it("names files in kebab-case and keeps vague rooms out", () => {
    const stray = files.filter((file) => !/^([a-z0-9-]+\/)*[a-z0-9-]+\.ts$/.test(file));
    expect(stray).toEqual([]);
    const vague = files.filter((file) => /(^|\/)(utils?|core|common|helpers?)(\/|\.ts$)/.test(file));
    expect(vague.map((file) => relative(".", file))).toEqual([]);
  });
});
