// A graph of ONNX operators under construction. The type and shape of every value are known as soon as it is created. Operators
// are functions of values (onnx-operators.ts). Each function emits its node into the innermost graph among those of its inputs,
// so anything that does not depend on a Scan's state is computed once, outside the loop. This module does not run the graph:
// model-proto.ts writes it as an ONNX file, and ONNX Runtime executes it.

export type DataType = "float32" | "float64" | "int64" | "bool" | "uint8" | "uint16";

/** A size: a number if known, or a name (such as "batch") if it is set at run time. */
export type Dimension = number | string;
export type Shape = readonly Dimension[];

export interface TensorType {
  readonly type: DataType;
  readonly shape: Shape;
}

export interface Value extends TensorType {
  readonly graph: Graph;
  readonly name: string;
}

export type Attribute =
  | { readonly kind: "int"; readonly value: number }
  | { readonly kind: "float"; readonly value: number }
  | { readonly kind: "ints"; readonly value: readonly number[] }
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "graph"; readonly value: Graph };

export interface Node {
  readonly operator: string;
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

/**
 * Several nodes that are differentiated as a unit. `gradient` receives the gradient of each output (undefined if the loss does
 * not depend on it) and returns the gradient of each input, or undefined for an input that needs none.
 */
export interface Composite {
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  readonly gradient: (outputGradients: readonly (Value | undefined)[]) => readonly (Value | undefined)[];
}

export interface GraphInitializer {
  readonly value: Value;
  readonly data: Float32Array | Float64Array | BigInt64Array | Uint8Array | Uint16Array;
}

export class Graph {
  readonly name: string;
  readonly parent: Graph | undefined;
  readonly depth: number;
  readonly inputs: Value[] = [];
  readonly outputs: Value[] = [];
  /** The nodes, in a valid order of execution. */
  readonly nodes: Node[] = [];
  readonly initializers: GraphInitializer[] = [];
  /** The nodes traversed in reverse mode; a composite stands in for its nodes. */
  readonly tape: (Node | Composite)[] = [];
  readonly #constants = new Map<string, Value>();
  readonly #names: Map<string, number>;
  #compositeDepth = 0;

  constructor(name: string, parent?: Graph) {
    this.name = name;
    this.parent = parent;
    this.depth = parent === undefined ? 0 : parent.depth + 1;
    this.#names = parent === undefined ? new Map() : parent.#names;
  }

  get root(): Graph {
    return this.parent === undefined ? this : this.parent.root;
  }

  input(name: string, type: DataType, shape: Shape): Value {
    const value: Value = { graph: this, name: this.#unique(name), type, shape };
    this.inputs.push(value);
    return value;
  }

  /** Declares `value` as an output called `name`. */
  output(name: string, value: Value): void {
    const named: Value = { ...value, graph: this, name: this.#unique(name) };
    this.nodes.push({ operator: "Identity", inputs: [value], outputs: [named], attributes: {} });
    this.outputs.push(named);
  }

  /**
   * Declares `value` as an output under its own name. Copies the value only if ONNX requires it (because it is an input,
   * belongs to an outer graph or is declared a second time).
   */
  result(value: Value): void {
    const isOwn = value.graph === this && !this.inputs.includes(value) && !this.outputs.includes(value);
    if (isOwn) this.outputs.push(value);
    else this.output("result", value);
  }

  /** A tensor stored in the model. Scalars and short lists are stored only once, even if used several times. */
  constant(type: DataType, shape: readonly number[], values: ArrayLike<number>): Value {
    if (this.parent !== undefined) return this.root.constant(type, shape, values);
    const key =
      values.length <= 16 ? `${type}[${shape}]${Array.from(values, (v) => (Object.is(v, -0) ? "-0" : v))}` : undefined;
    const known = key === undefined ? undefined : this.#constants.get(key);
    if (known !== undefined) return known;
    const size = shape.reduce((product, dimension) => product * dimension, 1);
    if (size !== values.length)
      throw new Error(`constant: shape [${shape}] holds ${size} values, got ${values.length}`);
    const value: Value = { graph: this, name: this.#unique("constant"), type, shape };
    this.initializers.push({ value, data: graphConstantData(type, values) });
    if (key !== undefined) this.#constants.set(key, value);
    return value;
  }

  /** Adds a node. For each operator, onnx-operators.ts has a function that also infers the types. */
  emit(
    operator: string,
    inputs: readonly Value[],
    outputTypes: readonly TensorType[],
    attributes: Readonly<Record<string, Attribute>> = {},
  ): Value[] {
    const outputs = outputTypes.map(
      ({ type, shape }): Value => ({ graph: this, name: this.#unique(operator.toLowerCase()), type, shape }),
    );
    const node: Node = { operator, inputs, outputs, attributes };
    this.nodes.push(node);
    if (this.#compositeDepth === 0) this.tape.push(node);
    return outputs;
  }

  /** Runs `build` and records the emitted nodes as one unit with its own gradient rule. */
  composite(inputs: readonly Value[], build: () => Omit<Composite, "inputs">): readonly Value[] {
    this.#compositeDepth++;
    try {
      const { outputs, gradient } = build();
      if (this.#compositeDepth === 1) this.tape.push({ inputs, outputs, gradient });
      return outputs;
    } finally {
      this.#compositeDepth--;
    }
  }

  #unique(name: string): string {
    const count = this.#names.get(name) ?? 0;
    this.#names.set(name, count + 1);
    if (count === 0) return name;
    const numbered = `${name}_${count}`;
    return this.#names.has(numbered) ? this.#unique(name) : this.#unique(numbered);
  }
}

/** Returns the innermost of the graphs that contain these values; a node that uses these values belongs in that graph. */
export function innermostGraph(values: readonly Value[]): Graph {
  let graph = values[0]!.graph;
  for (const value of values) if (value.graph.depth > graph.depth) graph = value.graph;
  return graph;
}

export function sizeOfGraphShape(shape: Shape): number {
  return shape.reduce<number>((product, dimension) => {
    if (typeof dimension !== "number")
      throw new Error(`shape [${shape}] has a size that is known only when the model runs`);
    return product * dimension;
  }, 1);
}

function graphConstantData(type: DataType, values: ArrayLike<number>): GraphInitializer["data"] {
  switch (type) {
    case "float32":
      return Float32Array.from(values);
    case "float64":
      return Float64Array.from(values);
    case "int64":
      return BigInt64Array.from(Array.from(values, BigInt));
    case "bool":
    case "uint8":
      return Uint8Array.from(values);
    case "uint16":
      return Uint16Array.from(values);
    default:
      throw new Error(`unknown data type ${type satisfies never}`);
  }
}
