import { mkdirSync, readFileSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import { pino } from "pino";
import { expect, it } from "vitest";
import { serviceAudit } from "../../../src/interfaces/server/service-audit.ts";
import { FileAccessStore } from "../../../src/storage/file-access-store.ts";
import { temporaryDirectory } from "../../storage/temporary-directory.ts";

it("records decisions in the file, or in the log if the file cannot be written", async () => {
  const folder = temporaryDirectory();
  const path = join(folder, "audit.jsonl");
  const lines: string[] = [];
  const log = pino({ base: null }, { write: (line: string) => void lines.push(line) });
  const audit = serviceAudit(
    new FileAccessStore(join(folder, "tokens.json")),
    log,
    () => new Date("2026-12-01T10:00:00Z"),
  );
  const entry = { actor: "ann", action: "exclude", target: "0f", details: { model: "walk" } };
  const recorded = { at: "2026-12-01T10:00:00.000Z", ...entry };
  mkdirSync(path);
  await audit(entry);
  expect(lines.map((line) => JSON.parse(line).audit)).toEqual([recorded]);
  rmdirSync(path);
  await audit(entry);
  expect(JSON.parse(readFileSync(path, "utf8"))).toEqual(recorded);
  expect(lines).toHaveLength(1);
});
