#!/usr/bin/env node
// The command's entry point. Rejects outdated versions of Node.js before loading any other module.
import { nodeFault } from "../../node-version.ts";

if (nodeFault !== undefined) {
  process.stderr.write(`error: ${nodeFault}\n`);
  process.exitCode = 2;
} else {
  import("./program.ts").then(({ runProgram }) => runProgram(process.argv));
}
