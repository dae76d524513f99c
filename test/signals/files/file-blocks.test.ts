import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { fileBlocks } from "../../../src/signals/files/file-bytes.ts";

test("blocks cover the file once, apart from the repeated bytes", async () => {
  const directory = mkdtempSync(join(tmpdir(), "tidemark-blocks-"));
  try {
    const path = join(directory, "digits.txt");
    writeFileSync(path, "0123456789");
    const read = async (size: number, repeated?: number): Promise<string[]> => {
      const blocks: string[] = [];
      for await (const block of fileBlocks(path, size, repeated)) blocks.push(block.toString());
      return blocks;
    };
    expect(await read(4)).toEqual(["0123", "4567", "89"]);
    expect(await read(4, 3)).toEqual(["0123", "1234567", "56789"]);
    expect(await read(2, 5)).toEqual(["01", "0123", "012345", "1234567", "3456789"]);
  } finally {
    rmSync(directory, { recursive: true });
  }
});
