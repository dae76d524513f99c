// Reads the public API from the compiler: every export of src/index.ts (or src/device.ts) with its docstring, signature and
// fields. Writes docs/api.md, and lists missing docstrings, and types that are mentioned but not exported.
//
// TypeDoc would be the usual tool, but it depends on the JavaScript API of TypeScript 6 and earlier, which TypeScript 7 lacks.
import { writeFileSync } from "node:fs";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import type { Node } from "typescript/unstable/ast";
import {
  isBlock,
  isConstructorDeclaration,
  isIdentifier,
  isInterfaceDeclaration,
  isLiteralTypeNode,
  isMethodSignatureDeclaration,
  isPropertyDeclaration,
  isPropertySignatureDeclaration,
  isTypeAliasDeclaration,
  isTypeLiteralNode,
  isTypeReferenceNode,
} from "typescript/unstable/ast/is";
import { API, type Checker, type Project, type Symbol as Symbol_, SymbolFlags } from "typescript/unstable/sync";
import { kebabCase } from "../src/letter-case.ts";
import { type Configured, configured, optionSentences } from "./options.ts";

export interface Field {
  /** Name of the field, or its path if it is nested, such as "labelled.people". */
  readonly name: string;
  readonly type: string;
  readonly doc: string;
}

export interface Export {
  readonly name: string;
  readonly kind: "function" | "class" | "constant" | "type";
  readonly doc: string;
  /** The `@param`, `@returns` and `@throws` tags, with their text unchanged. */
  readonly tags: readonly { readonly name: string; readonly text: string }[];
  /** The type of a function or a constant. The definition of a type alias, unless it is a list of fields. */
  readonly type: string;
  readonly fields: readonly Field[];
}

export interface Interface {
  readonly exports: readonly Export[];
  /** Types in src/ that exported declarations mention, but that users of the package cannot import. */
  readonly unexported: readonly string[];
}

const root = fileURLToPath(new URL("..", import.meta.url));

/** Reads the exports of one entry of the package. */
export function readInterface(entry: "index.ts" | "device.ts" = "index.ts"): Interface {
  const api = new API({ cwd: root });
  try {
    const config = `${root}tsconfig.json`;
    const project = api.updateSnapshot({ openProjects: [config] }).getProject(config)!;
    return readProject(project, entry);
  } finally {
    api.close();
  }
}

function readProject(project: Project, entry: string): Interface {
  const { checker, program } = project;
  const file = program.getSourceFile(`${root}src/${entry}`)!;
  const symbols = checker.getExportsOfModule(checker.getSymbolAtLocation(file)!).map((own) => ({
    name: own.name,
    symbol: resolved(own, checker),
  }));
  const exported = new Set(symbols.map(({ symbol }) => symbol.id));
  const unexported = new Set<string>();
  const exports = symbols.map(({ name, symbol }) => {
    const mentions = (type: Symbol_): void => {
      const path = String(type.declarations[0]?.path ?? "");
      const own = path.startsWith(`${root}src/`.toLowerCase()) || path.startsWith(`${root}src/`);
      if (!own || exported.has(type.id) || (type.flags & SymbolFlags.TypeParameter) !== 0) return;
      unexported.add(`${type.name} of ${relative(root, path)}, mentioned by ${name}`);
    };
    return describe(name, symbol, project, mentions);
  });
  return { exports, unexported: [...unexported] };
}

function resolved(symbol: Symbol_, checker: Checker): Symbol_ {
  return (symbol.flags & SymbolFlags.Alias) !== 0 ? checker.getAliasedSymbol(symbol) : symbol;
}

function describe(name: string, symbol: Symbol_, project: Project, mentions: (type: Symbol_) => void): Export {
  const { checker } = project;
  const nodes = symbol.declarations.flatMap((declaration) => declaration.resolve(project) ?? []);
  const fields: Field[] = [];
  const walk = (node: Node, path: string): void => {
    if (isBlock(node) || isConstructorDeclaration(node)) return;
    if (isTypeReferenceNode(node)) {
      const type = checker.getSymbolAtLocation(node.typeName);
      if (type !== undefined) mentions(resolved(type, checker));
    }
    let inside = path;
    if (isPropertySignatureDeclaration(node) || isPropertyDeclaration(node) || isMethodSignatureDeclaration(node)) {
      const own = checker.getSymbolAtLocation(node.name);
      if (own === undefined || !isIdentifier(node.name)) return;
      inside = path === "" ? own.name : `${path}.${own.name}`;
      const type = node.type === undefined ? "" : plain(node.type.getText());
      // A type with a single value needs no docstring.
      const fixed = node.type !== undefined && isLiteralTypeNode(node.type);
      fields.push({
        name: inside,
        type,
        doc: own.getDocumentationComment(checker) || (fixed ? `Always ${type}.` : ""),
      });
    }
    node.forEachChild((child) => walk(child, inside));
  };
  for (const node of nodes) walk(node, "");
  const [first] = nodes;
  const isType = (symbol.flags & (SymbolFlags.Interface | SymbolFlags.TypeAlias)) !== 0;
  const isClass = (symbol.flags & SymbolFlags.Class) !== 0;
  const alias =
    first !== undefined && isTypeAliasDeclaration(first) && !isTypeLiteralNode(first.type) ? first.type : null;
  const parents = first !== undefined && isInterfaceDeclaration(first) ? (first.heritageClauses ?? []) : [];
  return {
    name,
    kind: isClass ? "class" : isType ? "type" : (symbol.flags & SymbolFlags.Function) !== 0 ? "function" : "constant",
    doc: symbol.getDocumentationComment(checker),
    tags: checker.getJsDocTagsOfSymbol(symbol).map((tag) => ({ name: tag.name, text: tag.text ?? "" })),
    type: isType
      ? alias !== null
        ? plain(alias.getText())
        : parents.map((clause) => plain(clause.getText())).join(" ")
      : isClass
        ? ""
        : plain(checker.typeToString(checker.getTypeOfSymbol(symbol)!)),
    fields: isType || isClass ? fields : [],
  };
}

/** The source text on one line, without comments. */
function plain(text: string): string {
  return text
    .replaceAll(/\/\*\*?.*?\*\//gs, "")
    .replaceAll(/\s+/g, " ")
    .trim();
}

/** Exports and fields without a docstring. */
export function undocumented({ exports }: Interface): string[] {
  return exports.flatMap(({ name, doc, fields }) => [
    ...(doc === "" ? [name] : []),
    ...fields.filter(({ doc }) => doc === "").map((field) => `${name}.${field.name}`),
  ]);
}

/** The content of docs/api.md, which documents the main entry of the package and the entry for devices. */
export function apiPage(api: Interface, device: Interface): string {
  const of = (...kinds: readonly Export["kind"][]): readonly Export[] =>
    api.exports.filter(({ kind }) => kinds.includes(kind)).toSorted(byName);
  const section = (title: string, exports: readonly Export[]): string =>
    [`## ${title}`, ...exports.map(entry)].join("\n\n");
  return `${[
    "# Reference",
    "Generated by `npm run api` from the options' definitions and the code's docstrings.",
    "- [Options](#options), by command\n- [Functions](#functions)\n- [Constants and " +
      "classes](#constants-and-classes)\n- [Types](#types)\n- [tidemark/device](#tidemarkdevice)",
    "## Options",
    "The first column gives each option's name in code, and the second column its form on the command line. A " +
      "config file uses the " +
      "command line's names without the dashes. An option is required only if it is marked so.",
    ...Object.values(configured).map(optionTable),
    section("Functions", of("function")),
    section("Constants and classes", of("constant", "class")),
    section(
      "Types",
      of("type").filter(({ name }) => !optionTypes.has(name)),
    ),
    deviceSection(api, device),
  ].join("\n\n")}\n`;
}

/** Documents only the exports that are specific to the device entry. The section on the main entry covers the shared ones. */
function deviceSection(api: Interface, device: Interface): string {
  const above = new Set(api.exports.map(entry));
  const exports = device.exports.toSorted(byName);
  const [shared, own] = [true, false].map((isAbove) => exports.filter((one) => above.has(entry(one)) === isAbove));
  return [
    "## tidemark/device",
    "The part of the package that runs on a phone or in a web page; [Devices](device.md) shows how to use it.",
    `It also exports ${shared!.map(({ name }) => `[\`${name}\`](#${name.toLowerCase()})`).join(", ")}.`,
    ...own!.map(entry),
  ].join("\n\n");
}

function byName(a: Export, b: Export): number {
  return a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1;
}

/** Types whose fields are listed in the tables of options instead. */
const optionTypes = new Set(Object.keys(configured).flatMap((stem) => [`${stem}Config`, `${stem}Options`]));

function optionTable({ command, options }: Configured): string {
  const rows = Object.entries(options).map(([name, option]) => {
    const written = option.argument === true ? `\`<${name}>\`` : `\`--${kebabCase(name)}\``;
    const former = option.aliases?.map((alias) => `\`--${kebabCase(alias)}\``).join(", ");
    const notes = [
      optionSentences(option),
      ...(option.presence === "required" ? ["Required."] : []),
      ...(former === undefined ? [] : [`Formerly ${former}.`]),
    ];
    return row(`\`${name}\``, written, `\`${option.type}\``, notes.join(" "));
  });
  return [
    `### tidemark ${command}`,
    [row("name", "command line", "type", ""), row(...Array(4).fill("---")), ...rows].join("\n"),
  ].join("\n\n");
}

function entry({ name, kind, doc, tags, type, fields }: Export): string {
  const code = kind === "type" && fields.length > 0 ? type.replace(/^extends /, "") : type;
  const shown = fields.map((field) => row(`\`${field.name}\``, `\`${field.type}\``, inLine(field.doc)));
  return [
    `### ${name}`,
    ...(code === "" || (fields.length > 0 && kind === "type" && !type.startsWith("extends"))
      ? []
      : [
          type.startsWith("extends")
            ? `Extends \`${code.trim()}\`.`
            : `\`\`\`ts\n${kind === "function" ? `${name}${code}` : code}\n\`\`\``,
        ]),
    doc.replaceAll("\n", " "),
    ...(tags.length === 0 ? [] : [tags.map((tag) => `- **${tag.name}** ${inLine(tag.text)}`).join("\n")]),
    ...(shown.length === 0 ? [] : [[row("field", "type", ""), row("---", "---", "---"), ...shown].join("\n")]),
  ].join("\n\n");
}

function row(...cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

function inLine(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, " ").trim();
}

if (import.meta.main) {
  const [api, device] = [readInterface(), readInterface("device.ts")];
  for (const entry of [api, device]) {
    for (const name of undocumented(entry)) console.log(`no docstring: ${name}`);
    for (const name of entry.unexported) console.log(`not exported: ${name}`);
  }
  writeFileSync(`${root}docs/api.md`, apiPage(api, device));
}
