// Every module that programs import imports this one first.
import { nodeFault } from "./node-version.ts";

if (nodeFault !== undefined) {
  const error = new Error(nodeFault);
  // A stack would blame a line of code, but none is at fault.
  error.stack = String(error);
  throw error;
}
