import { resolveTrainConfig, type TrainConfig } from "../config.ts";

/** The command line that goes on with an interrupted run: every option that is not the default, quoted for a shell. */
export function resumeCommand(config: TrainConfig): string {
  const { files, out, resume: _, ...options } = config;
  const defaults: Partial<TrainConfig> = resolveTrainConfig({ files, out });
  const words = ["tidemark", "train", ...files, "--out", out];
  for (const [name, value] of Object.entries(options)) {
    if (defaults[name as keyof typeof options] === value) continue;
    words.push(`--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`, withoutPassword(String(value)));
  }
  return [...words, "--resume"].map(quoteWord).join(" ");
}

/** Of an address with one, which may have an @ in it; other words as they are. */
function withoutPassword(word: string): string {
  return word.replace(/^(https?:[/\\]*)[^/\\?#]*@/i, "$1");
}

/** For a shell. */
export function quoteWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
