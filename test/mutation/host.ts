// A process that keeps vitest loaded: it receives a mutant and the test files that may detect it, and runs these files one
// after another in a thread until one fails. If a mutant makes a test run forever, the process that started this one kills it.
import { resolve } from "node:path";
import { createVitest } from "vitest/node";
import type { Mutant } from "./mutants.ts";

export interface Task {
  /** Path relative to the working directory, like those in `tests`. */
  readonly file: string;
  /** The mutant; null to run the tests on the original code. */
  readonly mutant: Mutant | null;
  readonly tests: readonly string[];
}

export type Message =
  | { readonly kind: "ready" }
  /** Sent before each test file runs. */
  | { readonly kind: "test"; readonly name: string }
  /** @param by the test file that failed; null if none failed */
  | { readonly kind: "done"; readonly by: string | null; readonly failures: readonly string[] };

let active: Task | undefined;

// These settings apply to all threads, just as those in vitest.config.ts apply to processes.
process.env.ORT_DISABLE_TELEMETRY = "1";

const vitest = await createVitest(
  "test",
  {
    config: false,
    watch: false,
    pool: "threads",
    maxWorkers: 1,
    bail: 1,
    reporters: [{}],
    include: ["test/**/*.test.ts"],
    setupFiles: ["./test/fast-check.ts"],
    testTimeout: 600_000,
    hookTimeout: 600_000,
  },
  {
    plugins: [
      {
        name: "mutant",
        enforce: "pre",
        transform(code, id) {
          if (active?.mutant == null || id !== resolve(active.file)) return undefined;
          const { start, end, text } = active.mutant;
          return code.slice(0, start) + text + code.slice(end);
        },
      },
    ],
  },
);
await vitest.standalone();
const [project] = vitest.projects;

async function run({ file, tests }: Task): Promise<Message> {
  vitest.invalidateFile(resolve(file));
  for (const name of tests) {
    send({ kind: "test", name });
    const all = await vitest.runTestSpecifications([project!.createSpecification(resolve(name))]);
    const module = all.testModules.find(({ moduleId }) => moduleId === resolve(name))!;
    const failed = [
      ...module.errors().map(({ message }) => message),
      ...[...module.children.allTests("failed")].map(({ fullName }) => fullName),
    ];
    if (!module.ok() || all.unhandledErrors.length > 0) return { kind: "done", by: name, failures: failed };
  }
  return { kind: "done", by: null, failures: [] };
}

function send(message: Message): void {
  process.send!(message);
}

process.on("message", (task: Task) => {
  // The source file of the previous mutant must be loaded again without its mutation.
  if (active !== undefined) vitest.invalidateFile(resolve(active.file));
  active = task;
  run(task).then(send, (error: unknown) => {
    console.error(error);
    process.exit(1);
  });
});
process.on("disconnect", () => process.exit());
send({ kind: "ready" });
