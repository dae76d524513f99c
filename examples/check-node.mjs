// The examples import this file first, so that they end with a one-line message if Node.js is too old. Your own programs do not
// need this file, because import "tidemark" throws an error with the same text.
import { nodeFault } from "../dist/node-version.js";

if (nodeFault !== undefined) {
  console.error(`error: ${nodeFault}`);
  process.exit(2);
}
