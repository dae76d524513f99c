/** "ann, bob and 3 more": at most `most` names, and how many others there are. */
export function listedNames(names: readonly string[], most = 5): string {
  const shown = names.slice(0, most).join(", ");
  return names.length > most ? `${shown} and ${names.length - most} more` : shown;
}
