import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { resolveTrainConfig } from "../../src/options/resolve-train-config.ts";
import { prepareTraining } from "../../src/pipelines/prepare-training.ts";
import { silent } from "../../src/reporter.ts";
import { temporaryDirectory } from "../storage/temporary-directory.ts";

it("train rejects windows that no command would open before it cuts any", async () => {
  const path = join(temporaryDirectory(), "a.csv");
  const channels = Array.from({ length: 42 }, (_, c) => `c${c}`);
  const rows = Array.from({ length: 200 }, (_, i) =>
    [i < 100 ? "ann" : "bob", i % 100 < 50 ? "walk" : "sit", (i % 100) / 50, ...channels.map((_, c) => i + c)].join(
      ",",
    ),
  );
  writeFileSync(path, `${["user", "activity", "timestamp_s", ...channels].join(",")}\n${rows.join("\n")}\n`);
  const config = resolveTrainConfig({ files: [path], out: "-", channels, window: 100_000 });
  await expect(prepareTraining(config, silent)).rejects.toMatchObject({
    name: "UserError",
    message: "--window: windows of 100000 samples and 42 channels: expected at most 4194304 values per window",
  });
});
