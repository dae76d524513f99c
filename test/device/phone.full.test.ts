// Tests the page in examples/phone, built through the package's exports and opened in Chromium, with synthetic devicemotion
// events. The summary that the page sends must equal the summary that the package computes from the same rows, and the server
// must accept it.
import { execFileSync } from "node:child_process";
import { cpSync, readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import { createContext, runInContext } from "node:vm";
import { parseHTML } from "linkedom";
import { Tensor } from "onnxruntime-node";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { classify, DeviceBatch, type DeviceModel, readDeviceModel, type Sensor } from "../../src/device.ts";
import { openRuntimeSession } from "../../src/learning/training/onnx-runtime.ts";
import { readSummary } from "../../src/monitoring/streams/read-summary.ts";
import { openWatchedModel } from "../../src/monitoring/streams/watched-model.ts";
import { readRecordings } from "../../src/signals/data/read-recordings.ts";
import { chromium, loadPage } from "../chromium.ts";
import { copySharedModel } from "../pipelines/shared-model.ts";
import { fileDirectory } from "../pipelines/tiny-run.ts";
import { bundle, packedHome, root } from "./packed.ts";

const directory = fileDirectory();
const at = (name: string): string => join(directory, name);
const types: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".json": "application/json",
  ".wasm": "application/wasm",
};

/** One sample in a phone's units: m/s^2 with gravity, and degrees per second about z, x and y. */
interface Motion {
  readonly seconds: number;
  readonly acceleration: readonly [x: number, y: number, z: number];
  readonly rotation: readonly [alpha: number, beta: number, gamma: number];
}

/** Dispatches the events once the page is ready, clicks on "Finish batch", and waits until the batch is sent. */
const phone = (motions: readonly Motion[]): string => `
  const until = (ready) => new Promise((resolve) => {
    const look = () => (ready() ? resolve() : requestAnimationFrame(look));
    look();
  });
  const [start, finish, batches] = ["start", "finish", "batches"].map((id) => document.getElementById(id));
  const problem = document.getElementById("problem");
  await until(() => !start.disabled || problem.textContent !== "");
  start.click();
  await until(() => start.hidden || problem.textContent !== "");
  for (const { seconds, acceleration: [x, y, z], rotation: [alpha, beta, gamma] } of ${JSON.stringify(motions)}) {
    const accelerationIncludingGravity = { x, y, z };
    const event = new DeviceMotionEvent("devicemotion", { accelerationIncludingGravity, rotationRate: { alpha, beta, gamma } });
    Object.defineProperty(event, "timeStamp", { value: 1000 * seconds });
    dispatchEvent(event);
  }
  await until(() => document.getElementById("activity").textContent.length > 1 || problem.textContent !== "");
  finish.click();
  await until(() => /Sent|Not sent/.test(batches.textContent) || problem.textContent !== "");
  await fetch("/done");
`;

describe.skipIf(chromium === undefined)("the page of a phone (skipped without Chromium)", () => {
  let model: DeviceModel;
  const home = packedHome();
  const [page, site] = [join(home, "examples/phone"), join(home, "site")];
  let sent: Uint8Array | undefined;
  let motions: Motion[] = [];
  let letGo = (): void => {};
  const server = createServer((request, response) => void answer(request, response));

  /**
   * Answers the page's requests. One of the page's images loads only after the batch has been sent, which delays the page's
   * load event until then.
   */
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url!, "http://phone");
    if (request.method === "POST") {
      const parts: Buffer[] = [];
      for await (const part of request) parts.push(part);
      sent = new Uint8Array(Buffer.concat(parts));
      return void response.end();
    }
    if (pathname === "/hold.png") {
      letGo = () => response.writeHead(404).end();
      return;
    }
    if (pathname === "/done") {
      response.end();
      return letGo();
    }
    if (pathname === "/phone.js")
      return void response.writeHead(200, { "content-type": "text/javascript" }).end(phone(motions));
    const file = pathname === "/" ? "/index.html" : normalize(pathname);
    try {
      const folder = file === "/device.json" || file === "/model.onnx" ? at("model") : site;
      const content = readFileSync(join(folder, file));
      const body = extname(file) === ".html" ? withPhone(content.toString()) : content;
      response.writeHead(200, { "content-type": types[extname(file)] ?? "application/octet-stream" }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  }

  const withPhone = (html: string): string =>
    html.replace("</body>", '<img src="/hold.png" alt=""><script type="module" src="/phone.js"></script></body>');

  beforeAll(async () => {
    await copySharedModel("four people", directory, "model");
    model = readDeviceModel(JSON.parse(readFileSync(at("model/device.json"), "utf8")));
    cpSync(join(root, "examples/phone"), page, { recursive: true });
    cpSync(join(root, "tsconfig.json"), join(home, "tsconfig.json"));
    await build({
      root: page,
      configFile: join(page, "vite.config.ts"),
      logLevel: "silent",
      publicDir: false,
      build: { outDir: site },
    });
    const columns = { channels: model.channels };
    const { recordings } = await readRecordings([at("r.parquet")], { requireLabels: false, columns });
    const { start, end } = recordings.stretches[0]!;
    motions = Array.from({ length: end - start }, (_, i) => {
      const [ax, ay, az, gx, gy, gz] = recordings.values.map((column) => column[start + i]!) as [
        ...[number, number, number, number, number, number],
      ];
      const degrees = (radians: number): number => (radians * 180) / Math.PI;
      return {
        seconds: recordings.time[start + i]!,
        acceleration: [ax, ay, az],
        rotation: [degrees(gz), degrees(gx), degrees(gy)],
      };
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  afterAll(() => server.close());

  it("has no type errors", () => {
    execFileSync(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", page], { stdio: "inherit" });
  });

  it("fills a model's channels according to the kinds and units of its sensors, or says that no phone can", async () => {
    const code = await bundle(home, 'export { motionRow } from "./examples/phone/motion-row.ts";');
    const context = createContext({});
    runInContext(code, context);
    const motion = {
      acceleration: { x: 1, y: 2, z: 3 },
      accelerationIncludingGravity: { x: 9.80665, y: 0, z: null },
      rotationRate: { alpha: 180, beta: 90, gamma: -180 },
    };
    const row = (sensors: readonly Partial<Sensor>[], channels = sensors.flatMap((sensor) => sensor.channels ?? [])) =>
      JSON.parse(
        runInContext(
          `JSON.stringify(bundle.motionRow(${JSON.stringify({ channels, sensors })})(${JSON.stringify(motion)}))`,
          context,
        ),
      );
    const acc = { kind: "accelerometer", channels: ["Ax", "Ay", "Az"] } as const;
    const gyr = { kind: "gyroscope", channels: ["Gx", "Gy", "Gz"] } as const;
    expect(row([{ ...acc, unit: "g", gravity: true }])).toEqual([1, 0, null]);
    expect(row([{ ...acc, unit: null, gravity: null }])).toEqual([9.80665, 0, null]);
    expect(row([{ ...acc, unit: "m/s^2", gravity: false }], ["Az", "Ax"])).toEqual([3, 1]);
    expect(row([{ ...gyr, unit: "deg/s" }])).toEqual([90, -180, 180]);
    expect(row([{ ...gyr, unit: "rad/s" }])).toEqual([Math.PI / 2, -Math.PI, Math.PI]);
    expect(() => row([], ["pressure"])).toThrow(
      'The model\'s channel "pressure" is not an axis of a sensor; a phone has',
    );
    expect(() => row([{ ...gyr, kind: "magnetometer" }])).toThrow(
      'channel "Gx" belongs to a sensor of kind magnetometer',
    );
  });

  it("classifies the phone's data, and sends the same summary as the server makes from the same rows", async () => {
    const { port } = server.address() as AddressInfo;
    const dom = await loadPage(new URL(`http://127.0.0.1:${port}/?to=/summary`), 120);
    const { document } = parseHTML(dom);
    const text = (id: string): string => document.getElementById(id)!.textContent!;
    expect(text("problem")).toBe("");
    expect(text("model")).toBe(model.model_version);
    expect(model.classes).toContain(text("activity"));
    expect(text("batches")).toMatch(new RegExp(`^${motions.length} samples in \\d+\\.\\d kB: \\d+ % .*\\. Sent\\.$`));

    const { monitored } = await openWatchedModel(at("model"));
    const received = readSummary(sent!, monitored);
    const batch = new DeviceBatch(model);
    const radians = Math.PI / 180;
    for (const {
      seconds,
      acceleration,
      rotation: [alpha, beta, gamma],
    } of motions) {
      const row = [...acceleration, beta * radians, gamma * radians, alpha * radians];
      batch.add({ time: [(1000 * seconds) / 1000], columns: row.map((value) => [value]) });
    }
    const windows = batch.windows();
    const session = await openRuntimeSession(at("model/model.onnx"));
    const { probabilities } = await classify({ session, Tensor }, model, windows);
    const wanted = batch.summarize(windows, probabilities);
    expect(received.rows).toBe(wanted.rows);
    // A browser without a sensor dispatches one event without values.
    expect(received.dropped.missing_values).toBeLessThanOrEqual(1);
    expect(received.measurement!.signals.classCounts).toEqual(wanted.measurement!.signals.classCounts);
    expect(received.measurement!.byClass).toEqual(wanted.measurement!.byClass);
  });
});
