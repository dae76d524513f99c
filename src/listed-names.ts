/** Lists at most `most` names and says how many others there are: "ann, bob and 3 more". */
export function listedNames(names: readonly string[], most = 5): string {
  const shown = names.slice(0, most).join(", ");
  return names.length > most ? `${shown} and ${names.length - most} more` : shown;
}

/** Lists the files in a baseline's `source_file`, in which a comma and a space separate them. */
export function listedSourceFiles(sourceFile: string): string {
  return listedNames(sourceFile.split(", "));
}
