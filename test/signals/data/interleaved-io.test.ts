// Counts file reads and writes, because an earlier version read and wrote once per row, which took minutes.

import { readSync, writeSync } from "node:fs";
import { expect, test, vi } from "vitest";
import { RowStore } from "../../../src/signals/data/row-store.ts";

vi.mock("node:fs", async (original) => {
  const fs = await original<typeof import("node:fs")>();
  return { ...fs, readSync: vi.fn(fs.readSync), writeSync: vi.fn(fs.writeSync) };
});

test("recordings interleaved row by row are written and read in large pieces", () => {
  const [recordings, rowsOfEach] = [3000, 20];
  const store = new RowStore(1, { memoryBytes: 2 ** 17 });
  for (let row = 0; row < rowsOfEach; row++) {
    for (let r = 0; r < recordings; r++) {
      store.append(r, Float64Array.of(row), [Float32Array.of(100 * r + row)], 0, 1);
    }
  }
  for (let r = 0; r < recordings; r++) {
    expect(store.time(r, 0, rowsOfEach)).toEqual(Float64Array.from({ length: rowsOfEach }, (_, row) => row));
  }
  for (let r = 0; r < recordings; r++) {
    expect(store.values(0, r, 2, 4)).toEqual(Float32Array.of(100 * r + 2, 100 * r + 3));
  }
  const rows = recordings * rowsOfEach;
  expect(store.spilledBytes).toBeGreaterThan(10 * rows);
  expect(vi.mocked(writeSync).mock.calls.length).toBeLessThan(rows / 1000);
  expect(vi.mocked(readSync).mock.calls.length).toBeLessThan(rows / 100);
  store.close();
});
