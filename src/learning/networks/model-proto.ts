// Writes a graph as an ONNX ModelProto (protobuf wire format). Field numbers are those of onnx.proto3 (onnx/onnx, IR version
// 8); only the messages needed by the project's graphs are written.

import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import type { Attribute, DataType, Dimension, Graph, GraphInitializer, Node, Value } from "./onnx-graph.ts";

const irVersion = 8;
const opset = 17;
const dataTypeNumber: Readonly<Record<DataType, number>> = {
  float32: 1,
  uint8: 2,
  uint16: 4,
  int64: 7,
  bool: 9,
  float64: 11,
};

/** The bytes of an .onnx file. `metadata` becomes the model's metadata_props. */
export function modelProto(graph: Graph, metadata: Readonly<Record<string, string>> = {}): Uint8Array {
  const writer = new BinaryWriter();
  writer.tag(1, WireType.Varint).int64(irVersion);
  writer.tag(2, WireType.LengthDelimited).string("tidemark");
  writeProtoMessage(writer, 7, (w) => writeGraphProto(w, graph));
  writeProtoMessage(writer, 8, (w) => w.tag(2, WireType.Varint).int64(opset));
  for (const [key, value] of Object.entries(metadata)) {
    writeProtoMessage(writer, 14, (w) => {
      w.tag(1, WireType.LengthDelimited).string(key);
      w.tag(2, WireType.LengthDelimited).string(value);
    });
  }
  return writer.finish();
}

function writeGraphProto(writer: BinaryWriter, graph: Graph): void {
  for (const node of graph.nodes) writeProtoMessage(writer, 1, (w) => writeNodeProto(w, node));
  writer.tag(2, WireType.LengthDelimited).string(graph.name);
  for (const initializer of graph.initializers) writeProtoMessage(writer, 5, (w) => writeTensorProto(w, initializer));
  for (const input of graph.inputs) writeProtoMessage(writer, 11, (w) => writeValueInfoProto(w, input));
  for (const output of graph.outputs) writeProtoMessage(writer, 12, (w) => writeValueInfoProto(w, output));
}

function writeNodeProto(writer: BinaryWriter, node: Node): void {
  for (const input of node.inputs) writer.tag(1, WireType.LengthDelimited).string(input.name);
  for (const output of node.outputs) writer.tag(2, WireType.LengthDelimited).string(output.name);
  writer.tag(4, WireType.LengthDelimited).string(node.operator);
  for (const [name, attribute] of Object.entries(node.attributes)) {
    writeProtoMessage(writer, 5, (w) => writeAttributeProto(w, name, attribute));
  }
}

function writeAttributeProto(writer: BinaryWriter, name: string, attribute: Attribute): void {
  writer.tag(1, WireType.LengthDelimited).string(name);
  const type = (number: number) => writer.tag(20, WireType.Varint).int32(number);
  switch (attribute.kind) {
    case "float":
      writer.tag(2, WireType.Bit32).float(attribute.value);
      type(1);
      break;
    case "int":
      writer.tag(3, WireType.Varint).int64(attribute.value);
      type(2);
      break;
    case "string":
      writer.tag(4, WireType.LengthDelimited).bytes(new TextEncoder().encode(attribute.value));
      type(3);
      break;
    case "graph":
      writeProtoMessage(writer, 6, (w) => writeGraphProto(w, attribute.value));
      type(5);
      break;
    case "ints":
      for (const value of attribute.value) writer.tag(8, WireType.Varint).int64(value);
      type(7);
      break;
    default:
      attribute satisfies never;
  }
}

function writeTensorProto(writer: BinaryWriter, { value, data }: GraphInitializer): void {
  for (const dimension of value.shape) writer.tag(1, WireType.Varint).int64(dimension);
  writer.tag(2, WireType.Varint).int32(dataTypeNumber[value.type]);
  writer.tag(8, WireType.LengthDelimited).string(value.name);
  writer.tag(9, WireType.LengthDelimited).bytes(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}

function writeValueInfoProto(writer: BinaryWriter, value: Value): void {
  writer.tag(1, WireType.LengthDelimited).string(value.name);
  writeProtoMessage(writer, 2, (type) =>
    writeProtoMessage(type, 1, (tensor) => {
      tensor.tag(1, WireType.Varint).int32(dataTypeNumber[value.type]);
      writeProtoMessage(tensor, 2, (shape) => {
        for (const dimension of value.shape) writeProtoMessage(shape, 1, (w) => writeDimensionProto(w, dimension));
      });
    }),
  );
}

function writeDimensionProto(writer: BinaryWriter, dimension: Dimension): void {
  if (typeof dimension === "number") writer.tag(1, WireType.Varint).int64(dimension);
  else writer.tag(2, WireType.LengthDelimited).string(dimension);
}

function writeProtoMessage(writer: BinaryWriter, field: number, write: (writer: BinaryWriter) => void): void {
  writer.tag(field, WireType.LengthDelimited).fork();
  write(writer);
  writer.join();
}
