// Imported first by everything that programs import.
import { nodeFault } from "./node-version.ts";

if (nodeFault !== undefined) {
  const error = new Error(nodeFault);
  // No line of the program, or of this package, is at fault.
  error.stack = String(error);
  throw error;
}
