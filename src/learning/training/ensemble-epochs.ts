/**
 * Maximum number of epochs reported by the fit: those of `compact`, the penalties of `minirocket`, and one for the ensemble as a
 * whole.
 */
export function ensembleEpochs(epochs: number, penalties: number): number {
  return epochs + penalties + 1;
}
