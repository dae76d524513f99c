// A folder <out>.partial may come from somebody else, as a model folder may.
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { resumableCheckpoints } from "../../src/pipelines/resumable-run.ts";
import { openStaging } from "../../src/storage/store/staging.ts";
import { temporaryDirectory } from "../storage/store/temporary-directory.ts";

it.skipIf(process.platform === "win32")(
  "reads no checkpoint that is a link out of the folder, or no file",
  async () => {
    const directory = temporaryDirectory();
    writeFileSync(join(directory, "other"), "keys");
    const staging = await openStaging(join(directory, "walk"), { resume: false });
    const checkpoints = resumableCheckpoints(staging);
    expect(await checkpoints.read("final")).toBeNull();
    symlinkSync("../other", staging.path("final.checkpoint"));
    mkdirSync(staging.path("fold-1.checkpoint"));
    await expect(checkpoints.read("final")).rejects.toMatchObject({
      name: "UserError",
      message: expect.stringMatching(/final\.checkpoint is a link that leads out of .*, to .*other$/),
    });
    await expect(checkpoints.read("fold-1")).rejects.toMatchObject({
      name: "UserError",
      message: expect.stringMatching(/fold-1\.checkpoint: expected a file, found a folder$/),
    });
    await staging.release();
  },
);
