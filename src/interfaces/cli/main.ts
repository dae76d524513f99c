#!/usr/bin/env node
// The command's entry. Nothing else loads before an old Node.js has been told so.
import { nodeFault } from "../../node-version.ts";

if (nodeFault !== undefined) {
  process.stderr.write(`error: ${nodeFault}\n`);
  process.exitCode = 2;
} else {
  import("./program.ts").then(({ runProgram }) => runProgram(process.argv));
}
