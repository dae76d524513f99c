// DuckDB recurses without limit into a Parquet file's schema and into unknown fields in its footer. A few kilobytes nested
// thousands of levels deep would crash the process. Therefore, the footer, which uses Thrift's compact protocol, is checked
// first. Any other damage is found later by DuckDB.
// https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md

import { stat } from "node:fs/promises";
import { UserError } from "../../errors.ts";
import { fileBytes } from "./file-bytes.ts";
import { nestingLimit } from "./table-limits.ts";

/** Number of bytes after the footer: its length and PAR1. */
const tailBytes = 8;

/** Numbers of the `schema` field in FileMetaData and the `num_children` field in SchemaElement. */
const [schemaField, childrenField] = [2, 5];

/** @throws UserError if the file's schema is nested too deeply, or if its footer is incomplete */
export async function refuseDeepParquet(path: string, stored: string): Promise<void> {
  const { size } = await stat(stored);
  const tail = await fileBytes(stored, Math.max(0, size - tailBytes), tailBytes);
  const length = tail.length < tailBytes ? 0 : new DataView(tail.buffer, tail.byteOffset).getUint32(0, true);
  if (!(length > 0 && length + tailBytes < size)) throw damagedParquet(path);
  const footer = await fileBytes(stored, size - tailBytes - length, length);
  let children: readonly number[];
  try {
    children = new ParquetFooter(footer).children();
  } catch (error) {
    if (error instanceof TooDeep) throw deepParquet(path);
    if (error instanceof RangeError) throw damagedParquet(path);
    throw error;
  }
  if (depthOfParquetSchema(children) > nestingLimit) throw deepParquet(path);
}

function damagedParquet(path: string): UserError {
  return new UserError(`${path}: this Parquet file is damaged: its footer cannot be read.`, {
    advice: "Copy or export the file again; check whether the program that writes it has finished.",
  });
}

function deepParquet(path: string): UserError {
  return new UserError(`${path}: expected columns that are nested at most ${nestingLimit} levels deep, found more.`, {
    advice: "Export a flat table, with one row per sample.",
  });
}

/** @param children number of children of each schema element, parents before children */
function depthOfParquetSchema(children: readonly number[]): number {
  const open: number[] = [];
  let deepest = 0;
  for (const count of children) {
    while (open.at(-1) === 0) open.pop();
    if (open.length > 0) open[open.length - 1]! -= 1;
    open.push(count);
    deepest = Math.max(deepest, open.length);
  }
  return deepest;
}

class TooDeep extends Error {}

class ParquetFooter {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;
  #depth = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Reads the number of children of each schema element. @throws RangeError if the footer is damaged */
  children(): number[] {
    const children: number[] = [];
    this.#struct((field, type) => {
      if (field !== schemaField || type !== 9) {
        this.#skip(type);
        return;
      }
      const { size, element } = this.#list();
      for (let i = 0; i < size; i++) {
        let count = 0;
        if (element !== 12) this.#skip(element);
        else {
          this.#struct((own, kind) => {
            if (own === childrenField && kind === 5) count = Math.max(0, this.#zigzag());
            else this.#skip(kind);
          });
        }
        children.push(count);
      }
    });
    return children;
  }

  #struct(onField: (field: number, type: number) => void): void {
    if (++this.#depth > nestingLimit) throw new TooDeep();
    for (let field = 0; ; ) {
      const head = this.#byte();
      if (head === 0) break;
      field = head >> 4 === 0 ? this.#zigzag() : field + (head >> 4);
      onField(field, head & 15);
    }
    this.#depth--;
  }

  #skip(type: number): void {
    if (type === 1 || type === 2) return; // The type itself encodes the Boolean value.
    if (type === 3) this.#pass(1);
    else if (type >= 4 && type <= 6) this.#varint();
    else if (type === 7) this.#pass(8);
    else if (type === 8) this.#pass(this.#varint());
    else if (type === 9 || type === 10) {
      const { size, element } = this.#list();
      this.#skipElements(size, [element]);
    } else if (type === 11) {
      const size = this.#varint();
      const types = size === 0 ? 0 : this.#byte();
      this.#skipElements(size, [types >> 4, types & 15]);
    } else if (type === 12) this.#struct((_, own) => this.#skip(own));
    else throw new RangeError(`type ${type}`);
  }

  #skipElements(size: number, types: readonly number[]): void {
    if (++this.#depth > nestingLimit) throw new TooDeep();
    // Unlike elsewhere, a Boolean in a list takes a byte.
    for (let i = 0; i < size; i++) for (const type of types) this.#skip(Math.max(type, 3));
    this.#depth--;
  }

  #list(): { size: number; element: number } {
    const head = this.#byte();
    return { size: head >> 4 === 15 ? this.#varint() : head >> 4, element: head & 15 };
  }

  #zigzag(): number {
    const value = this.#varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  #varint(): number {
    let value = 0;
    for (let weight = 1; ; weight *= 128) {
      const byte = this.#byte();
      value += (byte & 127) * weight;
      if (byte < 128) return value;
    }
  }

  #byte(): number {
    return this.#view.getUint8(this.#at++);
  }

  #pass(bytes: number): void {
    this.#at += bytes;
    if (!(this.#at <= this.#bytes.length)) throw new RangeError("cut off");
  }
}
