/** The words of an --only, in the order in which they are known. @throws if one is unknown, since a part left out is no run */
export function chosenNames<Name extends string>(only: string, known: readonly Name[]): Name[] {
  const words = only.split(",");
  const unknown = words.filter((word) => !known.some((name) => name === word));
  if (unknown.length > 0) throw new Error(`--only ${unknown.join(",")}: expected some of ${known.join(",")}`);
  return known.filter((name) => words.includes(name));
}
