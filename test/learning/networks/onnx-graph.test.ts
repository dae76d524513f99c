// Tests graph construction (names, constants, outputs), and the ONNX file that is written from a graph.

import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";
import * as fc from "fast-check";
import { InferenceSession } from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { modelProto } from "../../../src/learning/networks/model-proto.ts";
import { Graph, innermostGraph, sizeOfGraphShape } from "../../../src/learning/networks/onnx-graph.ts";
import { add, mul, slice, splitAlongAxis } from "../../../src/learning/networks/onnx-operators.ts";
import { scan } from "../../../src/learning/networks/scan.ts";
import { runGraph } from "./run-graph.ts";

describe("names in a graph", () => {
  it("are the requested ones, with a number if they are taken", () => {
    const graph = new Graph("names");
    const name = (wanted: string) => graph.input(wanted, "float32", []).name;
    expect(["x", "x", "x", "y"].map(name)).toEqual(["x", "x_1", "x_2", "y"]);
  });

  it("are unique, even if a numbered name was requested, and in inner graphs", () => {
    const word = fc.constantFrom("x", "x_1", "x_2", "x_1_1", "y");
    fc.assert(
      fc.property(fc.array(fc.tuple(word, fc.boolean()), { maxLength: 40 }), (wanted) => {
        const graph = new Graph("outer");
        const inner = new Graph("body", graph);
        const names = wanted.map(([name, inside]) => (inside ? inner : graph).input(name, "float32", []).name);
        expect(new Set(names).size).toBe(names.length);
      }),
    );
  });
});

describe("constants", () => {
  it("are stored once, by type, shape and values", () => {
    const graph = new Graph("constants");
    const one = graph.constant("float32", [], [1]);
    expect(graph.constant("float32", [], [1])).toBe(one);
    const others = [
      graph.constant("float64", [], [1]),
      graph.constant("float32", [1], [1]),
      graph.constant("float32", [], [2]),
    ];
    expect(new Set([one, ...others]).size).toBe(4);
    expect(graph.initializers).toHaveLength(4);
  });

  it("keep zero and minus zero apart", async () => {
    const graph = new Graph("constants");
    graph.output("y", add(graph.constant("float64", [1], [-0]), graph.input("x", "float64", [1])));
    graph.output("z", add(graph.constant("float64", [1], [0]), graph.inputs[0]!));
    const { y, z } = await runGraph(graph, { x: [-0] });
    expect(y!.values[0]).toBe(-0);
    expect(z!.values[0]).toBe(0);
  });

  it("belong to the surrounding graph if a body creates them", () => {
    const graph = new Graph("outer");
    const body = new Graph("body", new Graph("middle", graph));
    const constant = body.constant("int64", [2], [3, 4]);
    expect(constant.graph).toBe(graph);
    expect(graph.constant("int64", [2], [3, 4])).toBe(constant);
    expect(body.initializers).toEqual([]);
  });

  it("are stored again, without a comparison, if they are long", () => {
    const graph = new Graph("constants");
    const values = Array.from({ length: 17 }, (_, i) => i);
    expect(graph.constant("float32", [17], values)).not.toBe(graph.constant("float32", [17], values));
  });

  it("are rejected if their number of values does not fit their shape", () => {
    const graph = new Graph("constants");
    expect(() => graph.constant("float32", [2, 3], [1, 2])).toThrow("constant: shape [2,3] holds 6 values, got 2");
  });
});

describe("outputs", () => {
  it("have the given names", async () => {
    const graph = new Graph("outputs");
    const x = graph.input("x", "float64", [2]);
    const sum = add(x, x);
    graph.output("total", sum);
    graph.output("again", sum);
    expect(await runGraph(graph, { x: [1, 2] })).toEqual({
      total: { type: "float64", shape: [2], values: [2, 4] },
      again: { type: "float64", shape: [2], values: [2, 4] },
    });
  });

  it("are the values themselves, or copies if a value is already an input or a result", async () => {
    const graph = new Graph("results");
    const x = graph.input("x", "float64", [1]);
    const sum = add(x, x);
    for (const value of [sum, sum, x, graph.constant("float64", [1], [7])]) graph.result(value);
    expect(graph.nodes.map(({ operator }) => operator)).toEqual(["Add", "Identity", "Identity"]);
    expect(graph.outputs[0]).toBe(sum);
    const results = await runGraph(graph, { x: [3] });
    expect(graph.outputs.map(({ name }) => results[name]!.values[0])).toEqual([6, 6, 3, 7]);
  });

  it("of a Scan's body may be the same value, an unchanged state, or a value from the surrounding graph", async () => {
    const graph = new Graph("results");
    const x = graph.input("x", "float64", [2]);
    const w = graph.input("w", "float64", []);
    const { states, outputs } = scan([w], [{ value: x }], ([state], [row]) => {
      const product = mul(row!, state!);
      return { states: [state!], outputs: [product, product, state!, row!, w] };
    });
    for (const [i, value] of [...states, ...outputs].entries()) graph.output(`y${i}`, value);
    const results = await runGraph(graph, { x: [1, 2], w: [5] });
    expect(Object.values(results).map(({ values }) => values)).toEqual([[5], [5, 10], [5, 10], [5, 5], [1, 2], [5, 5]]);
  });
});

describe("a node's place", () => {
  it("is the innermost graph among its inputs", () => {
    const outer = new Graph("outer");
    const inner = new Graph("body", outer);
    const [a, b] = [outer.input("a", "float32", []), inner.input("b", "float32", [])];
    expect(innermostGraph([a, b]).name).toBe("body");
    expect(innermostGraph([b, a]).name).toBe("body");
    expect(innermostGraph([a, a]).name).toBe("outer");
    expect(add(a, b).graph).toBe(inner);
    expect(mul(a, a).graph).toBe(outer);
  });

  it("on the tape of a composite belongs to the composite, and in nested composites to the outermost", () => {
    const graph = new Graph("composite");
    const x = graph.input("x", "float32", [2]);
    const composite = (build: () => ReturnType<typeof add>) =>
      graph.composite([x], () => ({ outputs: [build()], gradient: ([dy]) => [dy] }))[0]!;
    const y = composite(() =>
      add(
        composite(() => mul(x, x)),
        x,
      ),
    );
    const z = add(y, y);
    expect(graph.nodes.map(({ operator }) => operator)).toEqual(["Mul", "Add", "Add"]);
    expect(graph.tape.map(({ outputs }) => outputs)).toEqual([[y], [z]]);
  });

  it("is on the tape again after a composite whose definition fails", () => {
    const graph = new Graph("composite");
    const x = graph.input("x", "float32", [2]);
    const failing = () =>
      graph.composite([x], () => {
        throw new Error("no definition");
      });
    expect(failing).toThrow("no definition");
    const y = add(x, x);
    expect(graph.tape.map(({ outputs }) => outputs)).toEqual([[y]]);
  });
});

describe("sizes", () => {
  it("are products of the dimensions, all of which must be known", () => {
    expect([sizeOfGraphShape([]), sizeOfGraphShape([3]), sizeOfGraphShape([2, 3, 4])]).toEqual([1, 3, 24]);
    expect(() => sizeOfGraphShape(["batch", 3])).toThrow(
      "shape [batch,3] has a size that is known only when the model runs",
    );
  });
});

describe("the ONNX file", () => {
  const graph = new Graph("a_model");
  const x = graph.input("windows", "float32", ["batch", 4]);
  const flag = graph.input("flag", "bool", [2]);
  const count = graph.input("count", "int64", []);
  const [left] = splitAlongAxis(slice(x, 1, 0, 3), [1, 2], 1);
  graph.output("left", add(left!, 0.5));
  graph.output("same_flag", flag);
  graph.output("same_count", count);
  const bytes = modelProto(graph, { classes: '["walk","Treppe ab — 下"]', empty: "" });

  it("loads in ONNX Runtime with the names, types and shapes of its inputs and outputs", async () => {
    const session = await InferenceSession.create(bytes, { logSeverityLevel: 3 });
    expect(session.inputMetadata).toMatchObject([
      { name: "windows", type: "float32", shape: ["batch", 4] },
      { name: "flag", type: "bool", shape: [2] },
      { name: "count", type: "int64", shape: [] },
    ]);
    expect(session.outputMetadata).toMatchObject([
      { name: "left", type: "float32", shape: ["batch", 1] },
      { name: "same_flag", type: "bool", shape: [2] },
      { name: "same_count", type: "int64", shape: [] },
    ]);
  });

  // The field numbers of ModelProto in onnx.proto3 are ir_version 1, producer_name 2, graph 7, opset_import 8, metadata_props
  // 14.
  it("contains its version, operator set, producer and metadata", () => {
    const reader = new BinaryReader(bytes);
    const model: Record<number, unknown[]> = {};
    const keep = (field: number, value: unknown) => {
      model[field] = [...(model[field] ?? []), value];
    };
    while (reader.pos < reader.len) {
      const [field, wireType] = reader.tag();
      if (wireType === WireType.Varint) keep(field, Number(reader.int64()));
      else if (field === 2) keep(field, reader.string());
      else keep(field, stringsOf(reader.bytes()));
    }
    expect(Object.keys(model)).toEqual(["1", "2", "7", "8", "14"]);
    expect(model).toMatchObject({
      1: [8],
      2: ["tidemark"],
      8: [{ 2: 17 }],
      14: [
        { 1: "classes", 2: '["walk","Treppe ab — 下"]' },
        { 1: "empty", 2: "" },
      ],
    });
  });

  it("is the same for the same graph", () => {
    expect(modelProto(graph, { classes: '["walk","Treppe ab — 下"]', empty: "" })).toEqual(bytes);
  });
});

/** Returns the last string or number in each field of a small message. */
function stringsOf(bytes: Uint8Array): Record<number, string | number> {
  const reader = new BinaryReader(bytes);
  const fields: Record<number, string | number> = {};
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    fields[field] = wireType === WireType.Varint ? Number(reader.int64()) : reader.string();
  }
  return fields;
}
