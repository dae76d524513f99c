#!/usr/bin/env node
// The command's entry point. It rejects an old Node.js before it loads anything else.
import { nodeFault } from "../../node-version.ts";

if (nodeFault !== undefined) {
  process.stderr.write(`error: ${nodeFault}\n`);
  process.exitCode = 2;
} else {
  import("./program.ts").then(({ runProgram }) => runProgram(process.argv));
}
