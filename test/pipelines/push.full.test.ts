// Repeatedly kills `push` and the real service: no batch may be lost, judged twice or judged out of order.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { gunzipSync } from "node:zlib";
import { beforeAll, describe, expect, it } from "vitest";
import { pushResultSchema } from "../../scripts/answer-schemas.ts";
import { startService } from "../interfaces/server/running-service.ts";
import { unpackOldModel } from "./old-model.ts";
import { endedBeforeChange, fileDirectory, start } from "./tiny-run.ts";

const directory = fileDirectory();
const at = (...names: string[]): string => join(directory, ...names);
/** Returns a batch of 36 s without a person column; batches differ only in their first value. */
let csv: (n: number) => string;

beforeAll(() => {
  unpackOldModel(directory);
  cpSync(at("walk"), at("models", "walk"), { recursive: true });
  const [, ...lines] = gunzipSync(readFileSync(at("batch.csv.gz")))
    .toString()
    .trim()
    .split("\n");
  const rows = lines.map((line, i) => [i / 20, ...line.split(",").slice(4)].join(","));
  csv = (n) => ["timestamp_s,Ax,Ay,Az", `-0.05,${n / 1000},0,9.81`, ...rows, ""].join("\n");
});

const historyOf = async (url: string, stream: string): Promise<string[]> => {
  const answer = await fetch(`${url}/v1/models/walk/streams/${encodeURIComponent(stream)}?last=1000`);
  const { history } = (await answer.json()) as { history: { batch_id: string }[] };
  return history.map(({ batch_id }) => batch_id.replace(/-\w{12}$/, ""));
};

const push = async (words: readonly string[]) => {
  const { stdout, stderr, exitCode } = await start(["push", ...words, "--json"], directory).ended;
  expect(stderr).not.toMatch(/defect|^error/m);
  return { exitCode, ...pushResultSchema.parse(JSON.parse(stdout)) };
};

describe("tidemark push", () => {
  it("sends the rows of each device, and exits with the highest code", async () => {
    const { url } = await startService(["--models", "models", "--store", "sqlite:devices"], directory);
    const [head, ...rows] = csv(1).trim().split("\n");
    const devices = [...rows.map((row) => `wrist,${row}`), ...rows.slice(0, 5).map((row) => `chest,${row}`)];
    writeFileSync(at("monday.csv"), [`device,${head}`, ...devices, ""].join("\n"));
    const words = ["monday.csv", "--to", url, "--stream-from", "device", "--spool", "devices-spool"];
    const pushed = await push(words);
    const verdicts = Object.fromEntries(pushed.streams.map(({ stream, last }) => [stream, last?.verdict]));
    expect(verdicts).toEqual({ wrist: "normal", chest: "rejected" });
    expect(pushed).toMatchObject({ exitCode: 12, exit_code: 12, model: "walk@champion", accepted: 2, spooled: 0 });
    // The answer equals that of `check` for the same rows, because the service reads batches in the same way.
    writeFileSync(at("wrist.csv"), [head, ...rows, ""].join("\n"));
    const checked = await start(["check", "wrist.csv", "--model", "walk", "--stream", "w", "--json"], directory).ended;
    const stored = await (
      await fetch(`${url}/v1/models/walk/streams/wrist/batches/${pushed.streams.at(-1)!.last!.batch_id}`)
    ).json();
    expect((stored as { result: { evidence: unknown } }).result.evidence).toEqual(JSON.parse(checked.stdout).evidence);
    expect(await push([...words, "--again"])).toMatchObject({ accepted: 2, exit_code: 12 });
    expect((await push(words)).skipped).toBe(1);
  });

  it("loses nothing and repeats nothing if it is killed before any of its changes, or the service is killed", async () => {
    const store = ["--models", "models", "--store", "sqlite:killed"];
    let service = await startService(store, directory);
    const expected: string[] = [];
    let [killed, n] = [0, 0];
    for (let nth = 1; ; nth++) {
      const folder = `killed-${nth}`;
      mkdirSync(at(folder));
      for (let i = 0; i < 2; i++) {
        writeFileSync(at(folder, `${++n}.csv`), csv(n));
        expected.push(`${n}`);
      }
      const words = [folder, "--model", "walk", "--stream", "a", "--spool", "killed-spool"];
      const first = await endedBeforeChange(nth, ["push", ...words, "--to", service.url], directory);
      if (first.signal !== null) killed++;
      if (nth % 5 === 0) {
        await service.stop("SIGKILL");
        const port = new URL(service.url).port;
        service = await startService([...store, "--port", port], directory);
      }
      const rest = await push([...words, "--to", service.url]);
      expect(rest).toMatchObject({ spooled: 0, refused: 0, unread_files: [] });
      expect(await historyOf(service.url, "a"), `killed before change ${nth}`).toEqual(expected);
      if (first.signal === null) break;
    }
    expect(killed).toBeGreaterThan(15);
    expect(readdirSync(at("killed-spool", "waiting"))).toEqual([]);
  });

  it.skipIf(process.platform === "win32")(
    "follows a folder while the service is killed and started again, and drains on SIGTERM",
    async () => {
      const store = ["--models", "models", "--store", "sqlite:followed"];
      let service = await startService(store, directory);
      const port = new URL(service.url).port;
      mkdirSync(at("in", "a"), { recursive: true });
      mkdirSync(at("in", "b"));
      const words = [
        "push",
        "in",
        "--to",
        service.url,
        "--model",
        "walk",
        "--stream-from",
        "{stream}/*.csv",
        "--follow",
      ];
      const following = start([...words, "--every", "0.2", "--spool", "followed-spool", "--json"], directory);
      const sent: string[] = [];
      const files = (count: number): void => {
        for (let i = 0; i < count; i++) {
          const n = sent.length + 1;
          for (const stream of ["a", "b"]) {
            writeFileSync(at("in", stream, `${n}.csv.tmp`), csv(n));
            renameSync(at("in", stream, `${n}.csv.tmp`), at("in", stream, `${n}.csv`));
          }
          sent.push(`${n}`);
        }
      };
      const storedOf = async (stream: string): Promise<number> =>
        (await historyOf(service.url, stream).catch(() => [])).length;
      const stored = async (): Promise<number> => Math.min(await storedOf("a"), await storedOf("b"));
      const until = async (isDone: () => Promise<boolean> | boolean): Promise<void> => {
        for (let i = 0; !(await isDone()); i++) {
          if (i > 600) throw new Error("it takes more than a minute");
          await setTimeout(100);
        }
      };
      files(3);
      await until(async () => (await stored()) > 0);
      await service.stop("SIGKILL");
      files(3);
      await until(
        () => existsSync(at("followed-spool", "waiting")) && readdirSync(at("followed-spool", "waiting")).length >= 6,
      );
      service = await startService([...store, "--port", port], directory);
      await until(async () => (await stored()) === sent.length);
      following.kill("SIGTERM");
      const { exitCode, stdout, stderr } = await following.ended;
      expect(exitCode, stderr).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ accepted: 2 * sent.length, spooled: 0, refused: 0 });
      // Depending on when the service was killed, an open connection broke or a new connection was refused.
      expect(stderr).toMatch(/the service cannot be reached \([A-Z_]+\)\. Batches wait in the spool\./);
      expect(stderr).toContain("the service accepts batches again");
      for (const stream of ["a", "b"]) expect(await historyOf(service.url, stream)).toEqual(sent);
    },
  );
});
