/**
 * Returns the names in an --only option, in the order in which they are defined.
 * @throws if a name is unknown, because otherwise the run would silently lack a part
 */
export function chosenNames<Name extends string>(only: string, known: readonly Name[]): Name[] {
  const words = only.split(",");
  const unknown = words.filter((word) => !known.some((name) => name === word));
  if (unknown.length > 0) throw new Error(`--only ${unknown.join(",")}: expected some of ${known.join(",")}`);
  return known.filter((name) => words.includes(name));
}
