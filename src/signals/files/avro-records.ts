// Reads Avro's object container files: a JSON schema, then blocks of records, which may be compressed with deflate. The reader
// follows the Apache Avro 1.11 specification. Times in Avro's logical types remain numbers. Integers above 2^53 are rounded.

import { inflateRawSync } from "node:zlib";
import { UserError } from "../../errors.ts";

/** A decoded value: records and maps are objects, arrays are arrays, bytes are buffers. */
export type AvroValue = unknown;
type AvroSchema = string | AvroSchema[] | { readonly [key: string]: unknown };
type ReadAvroValue = (input: AvroInput) => AvroValue;

const syncBytes = 16;
/** Maximum size of a block after decompression, in bytes. */
const mostBlockBytes = 2 ** 28;
/** Maximum nesting depth of a schema. */
const deepestSchema = 64;

/** @param head the first bytes of a file */
export function isAvro(head: Uint8Array): boolean {
  return head[0] === 0x4f && head[1] === 0x62 && head[2] === 0x6a && head[3] === 1;
}

/** @param path the path as given by the user @throws UserError if the file is damaged, or compressed with an unknown codec */
export function avroRecords(path: string, bytes: Uint8Array): AvroValue[] {
  const damaged = (cause?: unknown): UserError =>
    new UserError(`${path}: this Avro file is cut off or damaged.`, { advice: "Download it again.", cause });
  try {
    const input = new AvroInput(bytes);
    input.take(4);
    const header = readAvroMap(readAvroBytes)(input) as Record<string, Uint8Array>;
    const text = (key: string): string => new TextDecoder().decode(header[key] ?? new Uint8Array());
    const codec = text("avro.codec") || "null";
    if (codec !== "null" && codec !== "deflate") {
      throw new UserError(
        `${path}: this Avro file is compressed with ${codec.slice(0, 40)}; expected deflate or none.`,
        {
          advice: "Convert the file to JSON lines with avro-tools tojson.",
        },
      );
    }
    const read = avroReader(JSON.parse(text("avro.schema")) as AvroSchema, new Map(), 0);
    const sync = input.take(syncBytes);
    const records: AvroValue[] = [];
    while (!input.isAtEnd) {
      const count = input.long();
      const stored = input.take(input.long());
      const block = codec === "null" ? stored : inflateRawSync(stored, { maxOutputLength: mostBlockBytes });
      if (Buffer.compare(input.take(syncBytes), sync) !== 0 || count > block.length) throw damaged();
      const content = new AvroInput(block);
      for (let i = 0; i < count; i++) records.push(read(content));
    }
    return records;
  } catch (cause) {
    throw cause instanceof UserError ? cause : damaged(cause);
  }
}

class AvroInput {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  take(count: number): Uint8Array {
    if (!(count >= 0 && count <= this.left)) throw new RangeError("the bytes end");
    this.#at += count;
    return this.#bytes.subarray(this.#at - count, this.#at);
  }

  /** Reads a variable-length integer whose lowest bit is the sign. */
  long(): number {
    let [value, factor] = [0, 1];
    for (let i = 0; i < 10; i++) {
      const byte = this.take(1)[0]!;
      value += (byte & 127) * factor;
      factor *= 128;
      if (byte < 128) return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
    }
    throw new RangeError("a number has more than ten bytes");
  }

  view(count: number): DataView {
    const bytes = this.take(count);
    return new DataView(bytes.buffer, bytes.byteOffset, count);
  }
}

const readAvroBytes: ReadAvroValue = (input) => input.take(input.long());

const primitives: Readonly<Record<string, ReadAvroValue>> = {
  null: () => null,
  boolean: (input) => input.take(1)[0] === 1,
  int: (input) => input.long(),
  long: (input) => input.long(),
  float: (input) => input.view(4).getFloat32(0, true),
  double: (input) => input.view(8).getFloat64(0, true),
  bytes: readAvroBytes,
  string: (input) => new TextDecoder().decode(input.take(input.long())),
};

/**
 * @param named the schema's types by full name, for references from later parts of the schema
 * @param space the enclosing namespace
 */
function avroReader(
  schema: AvroSchema,
  named: Map<string, ReadAvroValue>,
  depth: number,
  space: string = "",
): ReadAvroValue {
  if (depth > deepestSchema) throw new RangeError("the schema is nested too deeply");
  const whole = (name: string): string => (name.includes(".") || space === "" ? name : `${space}.${name}`);
  if (typeof schema === "string") {
    const known = primitives[schema] ?? named.get(whole(schema)) ?? named.get(schema);
    if (known === undefined) throw new RangeError(`no type ${schema}`);
    return known;
  }
  if (Array.isArray(schema)) {
    const kinds = schema.map((part) => avroReader(part, named, depth + 1, space));
    return (input) => kinds[input.long()]!(input);
  }
  const own = typeof schema.namespace === "string" ? schema.namespace : space;
  const full =
    typeof schema.name === "string" && own !== "" && !schema.name.includes(".")
      ? `${own}.${schema.name}`
      : String(schema.name);
  const inner = full.includes(".") ? full.slice(0, full.lastIndexOf(".")) : space;
  const of = (part: unknown): ReadAvroValue => avroReader(part as AvroSchema, named, depth + 1, inner);
  const name = (reader: ReadAvroValue): ReadAvroValue => {
    named.set(full, reader);
    return reader;
  };
  switch (schema.type) {
    case "record": {
      const fields: [string, ReadAvroValue][] = [];
      const reader = name((input) => Object.fromEntries(fields.map(([field, read]) => [field, read(input)])));
      for (const field of schema.fields as { name: string; type: AvroSchema }[])
        fields.push([field.name, of(field.type)]);
      return reader;
    }
    case "enum":
      return name((input) => (schema.symbols as string[])[input.long()]);
    case "fixed":
      return name((input) => input.take(Number(schema.size)));
    case "array": {
      const item = of(schema.items);
      return (input) => {
        const items: AvroValue[] = [];
        forEachAvroItem(input, () => items.push(item(input)));
        return items;
      };
    }
    case "map":
      return readAvroMap(of(schema.values));
    default:
      return of(schema.type);
  }
}

function readAvroMap(value: ReadAvroValue): ReadAvroValue {
  return (input) => {
    const entries: [string, AvroValue][] = [];
    forEachAvroItem(input, () => entries.push([primitives.string!(input) as string, value(input)]));
    return Object.fromEntries(entries);
  };
}

/**
 * Calls `read` for each item of an array or map. Items come in blocks, the last of which is empty; a block with a negative item
 * count also gives its length in bytes.
 */
function forEachAvroItem(input: AvroInput, read: () => void): void {
  for (let count = input.long(); count !== 0; count = input.long()) {
    if (count < 0) input.long();
    const items = Math.abs(count);
    if (items > input.left) throw new RangeError("more items than bytes");
    for (let i = 0; i < items; i++) read();
  }
}
