import { readdirSync } from "node:fs";
import { expect, it } from "vitest";
import { reportStream } from "../../src/report/report-stream.ts";
import { acquireLock } from "../../src/storage/lock.ts";
import { MlflowClient } from "../../src/storage/mlflow-client.ts";
import { serverAddress } from "../../src/storage/server-address.ts";
import { ServerTimeLimits } from "../../src/storage/server-time-limits.ts";
import { defaultStream } from "../../src/storage/stream-names.ts";
import { bring, smallModel, withLedger } from "../pipelines/batch-writer.ts";
import { temporaryDirectory } from "../storage/temporary-directory.ts";

it("says which process has the lock and in which file, if another one is sending", async () => {
  const directory = temporaryDirectory();
  await bring(directory, defaultStream, "monday", 0);
  const lock = await acquireLock(directory);
  if (!lock.held) throw new Error("expected the lock");
  const [flag] = readdirSync(directory).filter((name) => name.startsWith("lock-"));
  // No server listens at this address, and the test makes no request.
  const client = new MlflowClient(serverAddress("http://127.0.0.1:9")!);
  const options = {
    experiment: "e",
    limits: new ServerTimeLimits(1),
    warn: (message: string) => expect.unreachable(message),
  };
  const model = smallModel(directory);
  const { unsent } = await withLedger(model, (ledger) => reportStream(client, ledger, model, defaultStream, options));
  await lock.release();
  await client.close();
  expect(unsent?.events).toBe(1);
  expect(unsent?.reason).toMatch(new RegExp(`^process ${process.pid} on .* since .* UTC is already sending, `));
  expect(unsent?.reason).toContain(`${directory}/${flag}`);
});
