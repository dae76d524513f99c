// The examples import this file first: a Node.js that is too old then ends them with one clear line. Your own programs do not
// need it, because import "tidemark" throws an error with the same text.
import { nodeFault } from "../dist/node-version.js";

if (nodeFault !== undefined) {
  console.error(`error: ${nodeFault}`);
  process.exit(2);
}
