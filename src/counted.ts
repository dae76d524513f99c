/** A count with its noun: "1 person", "1,402,573 rows". By default, the plural ends in s. */
export function counted(n: number, one: string, many: string = `${one}s`): string {
  return `${Math.round(n).toLocaleString("en-US")} ${n === 1 ? one : many}`;
}
