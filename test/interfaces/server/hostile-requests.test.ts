// Requests that nobody sends on purpose, or only to do harm. None may end the process, and each gets an answer.
import { join } from "node:path";
import { expect, it } from "vitest";
import { temporaryDirectory } from "../../storage/store/temporary-directory.ts";
import { type FakeOptions, type FakeService, fakeService } from "./fake-service.ts";

const batch = "/v1/models/walk/streams/wrist-7/batches/1";

function service(options: Partial<FakeOptions> = {}): FakeService {
  const directory = temporaryDirectory();
  return fakeService({ file: join(directory, "tokens.json"), directory, isOpen: true, ...options });
}

const brokenBody = (): ReadableStream<Uint8Array> =>
  new ReadableStream({
    start: (controller) => controller.error(Object.assign(new Error("aborted"), { code: "ECONNRESET" })),
  });

it("a connection that breaks before the body is read ends one request, not the process", async () => {
  const { app, judged } = service();
  const send = (path: string, headers: Record<string, string> = {}) =>
    app.request(path, {
      method: "POST",
      headers: { Host: "localhost", ...headers },
      body: brokenBody(),
      duplex: "half",
    } as RequestInit);
  // The second is refused before anybody would read its body.
  const statuses = [(await send(batch)).status, (await send(`${batch}?unknown=1`)).status];
  await new Promise((resolve) => setImmediate(resolve));
  expect(statuses).toEqual([400, 400]);
  expect(judged).toEqual([]);
});
