// Every entry module imports this module first.
import { nodeFault } from "./node-version.ts";

if (nodeFault !== undefined) {
  const error = new Error(nodeFault);
  // A stack trace would point at a line of code, but no code is at fault.
  error.stack = String(error);
  throw error;
}
