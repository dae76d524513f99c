// Schemathesis generates valid and invalid requests from the OpenAPI description, and checks every reply against it.
import { execFile, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { createToken } from "../../../src/pipelines/tokens.ts";
import { unpackOldModel } from "../../pipelines/old-model.ts";
import { fileDirectory } from "../../pipelines/tiny-run.ts";
import { startService } from "./running-service.ts";

const findModule = "import importlib.util as u, sys; sys.exit(u.find_spec('schemathesis') is None)";

/** The Python that has Schemathesis: TIDEMARK_SCHEMATHESIS_PYTHON, or the Python in .venv. */
const python = [
  process.env.TIDEMARK_SCHEMATHESIS_PYTHON,
  fileURLToPath(new URL("../../../.venv/bin/python", import.meta.url)),
].find((path) => path !== undefined && existsSync(path) && spawnSync(path, ["-c", findModule]).status === 0);
const skipped = python === undefined ? " (skipped: no Python with Schemathesis in .venv)" : "";

/** Stream names that a client may choose. */
const oddNames = ["\r\n\t\0", "%zz", "../a", "*", "__proto__", '",stream="', "a\u2028b", "-"];

/**
 * Runs a program without blocking this process, which reads the service's log; otherwise, the service would wait for a reader.
 */
function ended(program: string, words: readonly string[], cwd: string): Promise<{ code: unknown; stdout: string }> {
  return new Promise((resolve) => {
    execFile(program, words, { cwd, timeout: 170_000 }, (error, stdout) =>
      resolve({ code: error === null ? 0 : error.code, stdout }),
    );
  });
}

it.skipIf(python === undefined)(
  `every reply is one that the OpenAPI description announces, whatever is sent${skipped}`,
  async () => {
    const directory = fileDirectory();
    const at = (name: string): string => join(directory, name);
    mkdirSync(at("models"));
    unpackOldModel(at("models"));
    const { token } = await createToken({ store: `sqlite:${at("store")}` }, { name: "fuzz", scope: ["admin"] });
    const words = ["--models", "models", "--store", "sqlite:store", "--requests-per-second", "100000"];
    const service = await startService(words, directory);
    const authorization = `Bearer ${token}`;
    const csv = gunzipSync(readFileSync(at("models/batch.csv.gz"))).toString();
    for (const name of oddNames) {
      const address = `${service.url}/v1/models/walk/streams/${encodeURIComponent(name)}/batches/1`;
      const reply = await fetch(address, { method: "POST", headers: { authorization }, body: csv });
      expect(reply.status, name).toBe(200);
    }
    const { code, stdout } = await ended(
      python!,
      [
        ...["-m", "schemathesis.cli", "run", `${service.url}/v1/openapi.json`, "-H", `Authorization: ${authorization}`],
        // Events never end. Even a request with a valid address and body may contain an invalid batch.
        ...["--exclude-path", "/v1/events", "--exclude-checks", "positive_data_acceptance"],
        ...["--max-time", "45", "-n", "25", "--seed", "1", "--no-shrink", "--continue-on-failure", "--no-color"],
        ...["--warnings", "off", "--suppress-health-check", "all", "--generation-database", "none"],
      ],
      directory,
    );
    // The number of requests depends on the speed of the machine, but every operation gets some requests.
    const [, selected, tested] = /Selected: (\d+)\/\d+\s+Tested: (\d+)/.exec(stdout) ?? [];
    expect(code, stdout).toBe(0);
    expect(Number(tested), stdout).toBeGreaterThan(10);
    expect(tested).toBe(selected);
    expect(service.log()).not.toContain('"level":"error"');
    expect((await service.stop()).code).toBe(0);
  },
  180_000,
);
