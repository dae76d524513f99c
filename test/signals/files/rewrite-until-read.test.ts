import { expect, test } from "vitest";
import type { SourceFile } from "../../../src/signals/files/find-files.ts";
import { rewriteUntilRead } from "../../../src/signals/files/rewrite-until-read.ts";

const file: SourceFile = { path: "a.csv", format: "csv", remote: false };

test("a file is rewritten until it is read", async () => {
  const forms = ["a.csv", "utf8.csv", "lines.csv"];
  const seen: (string | undefined)[] = [];
  const read = await rewriteUntilRead(file, async (form) => {
    seen.push(form.stored);
    return seen.length < 3 ? { ...form, stored: forms[seen.length]! } : [form];
  });
  expect(seen).toEqual([undefined, "utf8.csv", "lines.csv"]);
  expect(read).toEqual([{ ...file, stored: "lines.csv" }]);
});

test("a form that is recognised in its own result is rejected instead of being rewritten for ever", async () => {
  await expect(rewriteUntilRead(file, async (form) => form)).rejects.toThrow(
    "a.csv: the text has no form that can be read: after 12 rewritings, it still needs another.",
  );
});
