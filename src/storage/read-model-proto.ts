// Reads the parts of an ONNX ModelProto that show whether it can be trusted: inputs, outputs, operators, metadata, and
// references to other files. Weights are ignored. Field numbers are those of onnx.proto3 (onnx/onnx).

import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";

export interface TensorDescription {
  readonly name: string;
  /** onnx.TensorProto.DataType: 1 is float32. */
  readonly type: number | null;
  /** A string, even an empty one, stands for a size that is determined at run time. Null if no shape is given. */
  readonly shape: readonly (number | string)[] | null;
}

export interface ModelDescription {
  readonly inputs: readonly TensorDescription[];
  readonly outputs: readonly TensorDescription[];
  /** Domains of the operators that the model imports or its nodes use; "" is the domain of the standard ONNX operators. */
  readonly domains: ReadonlySet<string>;
  readonly metadata: ReadonlyMap<string, string>;
  /** Names of tensors whose data is in another file. */
  readonly external: readonly string[];
  /**
   * Names of operators with subgraphs (Loop, If, Scan) and of functions that the model defines, and "training_info" for each
   * training graph.
   */
  readonly nested: readonly string[];
}

/** @throws RangeError if the bytes are not a ModelProto with a graph */
export function readModelProto(bytes: Uint8Array): ModelDescription {
  let model: Message;
  try {
    model = readProtoMessage(bytes);
    const graph = model.one(7, "graph");
    if (graph === undefined) throw new RangeError("the file has no graph");
    const nodes = graph.all(1).map(readNodeProto);
    const tensors = [
      ...graph.all(5),
      ...graph.all(15).flatMap((sparse) => [...sparse.all(1), ...sparse.all(2)]),
      ...nodes.flatMap(({ tensors }) => tensors),
    ];
    return {
      inputs: graph.all(11).map(readValueInfoProto),
      outputs: graph.all(12).map(readValueInfoProto),
      domains: new Set([...model.all(8).map((set) => set.text(1)), ...nodes.map(({ domain }) => domain)]),
      metadata: new Map(model.all(14).map((entry) => [entry.text(1), entry.text(2)])),
      external: tensors.filter((tensor) => tensor.has(13) || tensor.number(14) !== 0).map((tensor) => tensor.text(8)),
      nested: [
        ...nodes.filter(({ nested }) => nested).map(({ operator }) => operator),
        ...model.all(25).map((own) => own.text(1)),
        ...model.all(20).map(() => "training_info"),
      ],
    };
  } catch (cause) {
    if (cause instanceof RangeError) throw cause;
    throw new RangeError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

function readNodeProto(node: Message) {
  const attributes = node.all(5);
  return {
    operator: node.text(4),
    domain: node.text(7),
    nested: attributes.some((attribute) => attribute.has(6) || attribute.has(11)),
    tensors: attributes.flatMap((attribute) => [
      ...[...attribute.all(5), ...attribute.all(10)],
      ...[...attribute.all(22), ...attribute.all(23)].flatMap((sparse) => [...sparse.all(1), ...sparse.all(2)]),
    ]),
  };
}

function readValueInfoProto(value: Message): TensorDescription {
  const tensor = value.one(2, "type")?.one(1, "tensor_type");
  const shape = tensor?.one(2, "shape");
  const dimension = (of: Message): number | string => (of.has(1) && !of.has(2) ? of.number(1) : of.text(2));
  return {
    name: value.text(1),
    type: tensor === undefined ? null : tensor.number(1),
    shape: shape === undefined ? null : shape.all(1).map(dimension),
  };
}

interface Message {
  has(field: number): boolean;
  all(field: number): Message[];
  /**
   * Returns the only message in a field; undefined if the field is absent. Protobuf allows writers to split a message into
   * parts. This reader rejects split messages, because ONNX files contain none.
   */
  one(field: number, name: string): Message | undefined;
  /** The last value; "" if the field is absent. */
  text(field: number): string;
  /** The last value; 0 if the field is absent. */
  number(field: number): number;
}

function readProtoMessage(bytes: Uint8Array): Message {
  const fields = new Map<number, (Uint8Array | number)[]>();
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    const values = fields.get(field) ?? [];
    fields.set(field, values);
    if (wireType === WireType.LengthDelimited) values.push(reader.bytes());
    else if (wireType === WireType.Varint) values.push(Number(reader.int64()));
    else {
      reader.skip(wireType, field);
      values.push(Number.NaN);
    }
  }
  const last = (field: number): Uint8Array | number | undefined => fields.get(field)?.at(-1);
  const all = (field: number): Message[] =>
    (fields.get(field) ?? []).filter((value) => value instanceof Uint8Array).map(readProtoMessage);
  return {
    has: (field) => fields.has(field),
    all,
    one: (field, name) => {
      const found = all(field);
      if (found.length > 1) throw new RangeError(`expected one field "${name}", got ${found.length}`);
      return found[0];
    },
    text: (field) => {
      const value = last(field);
      return value instanceof Uint8Array ? new TextDecoder().decode(value) : "";
    },
    number: (field) => {
      const value = last(field);
      return typeof value === "number" ? value : 0;
    },
  };
}
