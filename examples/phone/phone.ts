// A phone classifies its own motion and sends summaries, so that no samples leave it. README.md in this folder says how to run it.
//
//   ?minutes=5     length of a batch
//   ?to=URL        where to send summaries, as the bytes of `encodeSummary`; without it, each summary can be saved as JSON
import * as ort from "onnxruntime-web/wasm";
import {
  classify,
  DeviceBatch,
  type DeviceSummary,
  encodeSummary,
  readDeviceModel,
  summaryToJson,
} from "tidemark/device";
import { motionRow } from "./motion-row.ts";

const parameters = new URLSearchParams(location.search);
const batchSeconds = 60 * Number(parameters.get("minutes") ?? 5);
const target = parameters.get("to");

function element<T extends HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`no element #${id}`);
  return found as T;
}

const progress = element<HTMLProgressElement>("progress");
const start = element<HTMLButtonElement>("start");
const finish = element<HTMLButtonElement>("finish");

function say(error: unknown): void {
  element("problem").textContent = error instanceof Error ? error.message : String(error);
}

async function fetched(name: string): Promise<Response> {
  const response = await fetch(name);
  if (response.ok && !response.headers.get("content-type")?.startsWith("text/html")) return response;
  throw new Error(`There is no ${name} next to this page. Start the server with MODEL=<model folder>.`);
}

async function open(): Promise<void> {
  const model = readDeviceModel(await (await fetched("device.json")).json());
  const row = motionRow(model);
  // Browsers do not let most pages share memory between threads.
  ort.env.wasm.numThreads = 1;
  const session = await ort.InferenceSession.create(await (await fetched("model.onnx")).arrayBuffer());
  const network = { session, Tensor: ort.Tensor };

  let batch = new DeviceBatch(model);
  let [first, last]: [number | null, number] = [null, 0];

  /** Tasks run one after another, because a session runs one batch at a time. */
  let pending = 0;
  let work: Promise<void> = Promise.resolve();
  function enqueue(next: () => Promise<void>): void {
    pending++;
    work = work
      .then(next)
      .catch(say)
      .finally(() => pending--);
  }

  async function look(): Promise<void> {
    const seconds = last - (first ?? last);
    progress.value = Math.min(1, seconds / batchSeconds);
    element("progress-text").textContent = `${batch.rows} samples in ${seconds.toFixed(0)} s of ${batchSeconds} s`;
    const windows = batch.windows();
    finish.disabled = windows.count === 0;
    if (windows.count === 0) return;
    const { classes } = await classify(network, model, windows, windows.count - 1);
    element("activity").textContent = classes[0]!;
  }

  function finishBatch(): void {
    const done = batch;
    batch = new DeviceBatch(model);
    first = null;
    finish.disabled = true;
    enqueue(() => summarise(done));
  }

  async function summarise(done: DeviceBatch): Promise<void> {
    const windows = done.windows();
    if (windows.count === 0) throw new Error("The batch has no windows: it is too short, or has too many gaps.");
    const { probabilities, classes } = await classify(network, model, windows);
    await hand(done.summarize(windows, probabilities), classes);
  }

  addEventListener("devicemotion", (event) => {
    if (start.hidden === false) return;
    const now = event.timeStamp / 1000;
    try {
      batch.add({ time: [now], columns: row(event).map((value) => [value]) });
    } catch (error) {
      return say(error);
    }
    if (batch.rows === 0) return;
    last = now;
    first ??= now;
    if (last - first >= batchSeconds) finishBatch();
  });

  start.addEventListener("click", async () => {
    if (!(await mayListen())) return say("This phone does not let the page read its motion.");
    start.hidden = true;
    setInterval(() => {
      if (pending === 0) enqueue(look);
    }, 1000);
  });
  finish.addEventListener("click", finishBatch);
  element("model").textContent = model.model_version;
  start.disabled = false;
}

/** iOS requests the user's permission, but only after a tap. */
async function mayListen(): Promise<boolean> {
  const { requestPermission } = DeviceMotionEvent as typeof DeviceMotionEvent & {
    requestPermission?: () => Promise<string>;
  };
  return requestPermission === undefined || (await requestPermission()) === "granted";
}

async function hand(summary: DeviceSummary, classes: readonly string[]): Promise<void> {
  const item = document.createElement("li");
  const bytes = encodeSummary(summary);
  const shares = Object.entries(Object.groupBy(classes, (name) => name))
    .map(([name, own]) => `${Math.round((100 * (own?.length ?? 0)) / classes.length)} % ${name}`)
    .join(", ");
  item.textContent = `${summary.rows} samples in ${(bytes.length / 1024).toFixed(1)} kB: ${shares}. `;
  element("batches").prepend(item);
  if (target !== null) {
    const response = await fetch(target, { method: "POST", body: new Uint8Array(bytes) });
    item.append(response.ok ? "Sent." : `Not sent: ${response.status} ${await response.text()}`);
    return;
  }
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([JSON.stringify(summaryToJson(summary))], { type: "application/json" }));
  link.download = "summary.json";
  link.textContent = "Save it as JSON";
  item.append(link);
}

open().catch(say);
