// Modifies encoded protobuf messages, for tests with damaged or malicious files.
import { BinaryReader, BinaryWriter, WireType } from "@bufbuild/protobuf/wire";

/** Encodes a message with the given fields, which are text, bytes or integers. */
export function message(...fields: readonly (readonly [number, string | Uint8Array | number])[]): Uint8Array {
  const writer = new BinaryWriter();
  for (const [field, value] of fields) {
    if (typeof value === "number") writer.tag(field, WireType.Varint).int64(value);
    else if (typeof value === "string") writer.tag(field, WireType.LengthDelimited).string(value);
    else writer.tag(field, WireType.LengthDelimited).bytes(value);
  }
  return writer.finish();
}

/** Concatenates encoded parts, which gives a valid message. */
export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

/** Returns the message after changing its first field with this number. */
export function changeFirst(bytes: Uint8Array, field: number, change: (value: Uint8Array) => Uint8Array): Uint8Array {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const start = reader.pos;
    const [found, wireType] = reader.tag();
    if (found !== field || wireType !== WireType.LengthDelimited) {
      reader.skip(wireType, found);
      continue;
    }
    const value = reader.bytes();
    return joined(bytes.subarray(0, start), message([field, change(value)]), bytes.subarray(reader.pos));
  }
  throw new Error(`the message has no field ${field}`);
}
