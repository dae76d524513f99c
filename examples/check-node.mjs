// Imported first by the examples, so that a Node.js that is too old is told so in one line. Your own programs need no such
// line: import "tidemark" throws an error that says it.
import { nodeFault } from "../dist/node-version.js";

if (nodeFault !== undefined) {
  console.error(`error: ${nodeFault}`);
  process.exit(2);
}
