import { dirname, join } from "node:path";
import { filesOf, type Import, importsOf } from "../../scripts/architecture.ts";

/**
 * Returns a function that gives the fast test files that run on a mutant of a source file: the tests of the file's own room
 * that import it, directly or indirectly, or else the tests that import it directly.
 */
export function testsOf(): (file: string) => string[] {
  const files = ["src", "test"].flatMap((folder) => filesOf(folder).map((file) => join(folder, file)));
  const importers = Map.groupBy(
    importsOf(".", files).filter(({ loads }) => loads),
    ({ to }: Import) => to,
  );
  return (file) => {
    const room = dirname(file).replace(/^src/, "test");
    const distances = new Map([[file, 0]]);
    for (const [reached, distance] of distances) {
      for (const { from } of importers.get(reached) ?? []) if (!distances.has(from)) distances.set(from, distance + 1);
    }
    const tests = [...distances].filter(([name]) => name.endsWith(".test.ts") && !name.endsWith(".full.test.ts"));
    const own = tests.filter(([name]) => dirname(name) === room);
    return (own.length > 0 ? own : tests.filter(([, distance]) => distance === 1)).map(([name]) => name);
  };
}
