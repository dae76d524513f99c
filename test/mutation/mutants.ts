// Creates mutants of a source file, each with one small mistake: numbers halved and doubled, comparisons made strict or
// non-strict and reversed, arithmetic and logical operators exchanged, booleans inverted, results dropped. Strings and types
// are not changed.
import { type ESTree, parseSync, Visitor } from "vite";

export interface Mutant {
  /** Number of the line, counted from 1. */
  readonly line: number;
  readonly start: number;
  readonly end: number;
  /** The text that replaces the source code between `start` and `end`. */
  readonly text: string;
  /**
   * The line with the mistake marked as [before -> after], followed by a number if the same line also occurs earlier in the
   * file.
   */
  readonly name: string;
}

const operators: Readonly<Record<string, readonly string[]>> = {
  "<": ["<=", ">="],
  "<=": ["<", ">"],
  ">": [">=", "<="],
  ">=": [">", "<"],
  "===": ["!=="],
  "!==": ["==="],
  "+": ["-"],
  "-": ["+"],
  "*": ["/"],
  "/": ["*"],
  "%": ["*"],
  "**": ["*"],
  "&&": ["||"],
  "||": ["&&"],
  "??": ["&&"],
  "+=": ["-="],
  "-=": ["+="],
  "*=": ["/="],
  "/=": ["*="],
  "++": ["--"],
  "--": ["++"],
};
const functions: Readonly<Record<string, string>> = {
  min: "max",
  max: "min",
  floor: "ceil",
  ceil: "floor",
  some: "every",
  every: "some",
};

/** @throws if the source does not parse; mutants that do not parse are left out */
export function mutantsOf(source: string): Mutant[] {
  const found: Mutant[] = [];
  const add = (start: number, end: number, text: string, shown = source.slice(start, end)): void => {
    if (parseSync("mutant.ts", source.slice(0, start) + text + source.slice(end)).errors.length > 0) return;
    const before = source.slice(source.lastIndexOf("\n", start - 1) + 1, start).trimStart();
    const after = source.slice(end, source.indexOf("\n", end)).trimEnd();
    const line = source.slice(0, start).split("\n").length;
    found.push({ line, start, end, text, name: `${before}[${shown} -> ${text}]${after}` });
  };
  const exchange = (operator: string, from: number): void => {
    const start = source.indexOf(operator, from);
    for (const other of operators[operator] ?? []) add(start, start + operator.length, other);
  };
  const between = ({ operator, left }: { operator: string; left: ESTree.Span }): void => exchange(operator, left.end);
  const types = new Set<unknown>();
  const { program, errors } = parseSync("source.ts", source);
  if (errors.length > 0) throw new Error(errors[0]!.message);
  new Visitor({
    TSLiteralType: ({ literal }) => void types.add(literal),
    Literal(node) {
      if (types.has(node)) return;
      const { value, start, end } = node;
      if (typeof value === "boolean") add(start, end, `${!value}`);
      if (typeof value !== "number") return;
      for (const other of value === 0 ? [1] : [value / 2, value * 2]) add(start, end, `${other}`);
    },
    BinaryExpression: between,
    LogicalExpression: between,
    AssignmentExpression: between,
    UpdateExpression: ({ operator, prefix, start, argument }) => exchange(operator, prefix ? start : argument.end),
    UnaryExpression(node) {
      if (types.has(node) || (node.operator !== "!" && node.operator !== "-")) return;
      add(node.start, node.start + 1, "");
    },
    CallExpression({ callee }) {
      if (callee.type !== "MemberExpression" || callee.property.type !== "Identifier") return;
      const { name, start, end } = callee.property;
      if (Object.hasOwn(functions, name)) add(start, end, functions[name]!);
    },
    ReturnStatement({ argument }) {
      const known = argument === null || argument.type === "Literal";
      if (!known && source.slice(argument.start, argument.end) !== "undefined")
        add(argument.start, argument.end, "undefined", "result");
    },
  }).visit(program);
  const times = new Map<string, number>();
  return found
    .sort((a, b) => a.start - b.start)
    .map((mutant) => {
      const { name } = mutant;
      times.set(name, (times.get(name) ?? 0) + 1);
      return times.get(name) === 1 ? mutant : { ...mutant, name: `${name} (${times.get(name)})` };
    });
}
