// Reads bytes written by byte-writer.ts, and rejects anything too short, too long or too large.

export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  byte(): number {
    return this.#bytes[this.#take(1)]!;
  }

  text(): string {
    const length = this.varint();
    const start = this.#take(length);
    return new TextDecoder("utf-8", { fatal: false }).decode(this.#bytes.subarray(start, start + length));
  }

  varint(): number {
    let [value, scale] = [0, 1];
    for (;;) {
      const byte = this.#bytes[this.#take(1)]!;
      value += (byte & 127) * scale;
      if (value > Number.MAX_SAFE_INTEGER) throw new RangeError("measurement: expected counts below 2^53");
      if (byte < 128) return value;
      scale *= 128;
      if (scale > 2 ** 49) throw new RangeError("measurement: expected counts below 2^53");
    }
  }

  float(): number {
    const value = this.#view.getFloat64(this.#take(8), true);
    if (!Number.isFinite(value)) throw new RangeError(`measurement: expected a finite number, got ${value}`);
    return value;
  }

  counts(length: number): { counts: number[]; sum: number } {
    if (length > this.#bytes.length - this.#at) throw this.#tooShort();
    const counts = new Array<number>(length);
    let sum = 0;
    for (let i = 0; i < length; i++) {
      counts[i] = this.varint();
      sum += counts[i]!;
    }
    return { counts, sum };
  }

  /** All bytes not yet read. */
  rest(): Uint8Array {
    return this.#bytes.subarray(this.#at);
  }

  expectEnd(): void {
    expectByteValue("length", this.#bytes.length, this.#at);
  }

  #take(size: number): number {
    const start = this.#at;
    if (!(start + size <= this.#bytes.length)) throw this.#tooShort();
    this.#at += size;
    return start;
  }

  #tooShort(): RangeError {
    return new RangeError(`measurement: incomplete, because it ends after ${this.#bytes.length} bytes`);
  }
}

export function expectByteValue(what: string, found: number, expected: number): void {
  if (found !== expected) throw new RangeError(`measurement: ${what}: expected ${expected}, got ${found}`);
}
