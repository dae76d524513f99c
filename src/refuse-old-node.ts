// Every module that the package exports imports this module first.
import { nodeFault } from "./node-version.ts";

if (nodeFault !== undefined) {
  const error = new Error(nodeFault);
  // Prints no stack trace, because the cause is the version of Node.js and not a line of code.
  error.stack = String(error);
  throw error;
}
