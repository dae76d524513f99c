import { join } from "node:path";
import { expect, it } from "vitest";
import { openStartingModel } from "../../src/pipelines/starting-model.ts";
import { changeJson, reseal, unpackOldModel } from "./old-model.ts";
import { fileDirectory } from "./tiny-run.ts";

it("rejects a model whose minirocket has other features", async () => {
  const directory = fileDirectory();
  unpackOldModel(directory);
  const folder = join(directory, "walk");
  await expect(openStartingModel({ network: "auto" }, folder)).resolves.toMatchObject({ network: "compact" });
  // With the file of another network, as from a version whose minirocket has other tensors.
  changeJson<{ config: Record<string, unknown> }>(folder, "manifest.json", (manifest) => {
    manifest.config.network = "ensemble";
  });
  reseal(folder);
  await expect(openStartingModel({ network: "auto" }, folder)).rejects.toThrow(
    `--from ${folder}: the model was trained by an earlier version, whose minirocket had different features`,
  );
});
