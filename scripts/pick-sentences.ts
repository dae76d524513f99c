// npx node scripts/pick-sentences.ts [--count 40] [--seed 1] prints random sentences from everything in the repository that
// people read: Markdown, comments, docstrings, and strings that are sentences, such as help and errors. These sentences are
// used to test whether a reader understands each sentence without its context. Generated text, code, SQL and the strings of
// tests are left out.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Rng } from "../src/random.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const { values } = parseArgs({
  options: {
    count: { type: "string", default: "40" },
    seed: { type: "string", default: "1" },
  },
});

/** Matches markup, operators, method calls, SQL, and comments meant for tools. */
const code = /<\/|=>|===?|\w\.\w+\(|\b(?:WHERE|VALUES|INTO)\b|\{[^{}]*:[^{}]*;|biome-ignore/;
/** Matches a placeholder in a template string. */
const placeholder = /\$\{(?:[^{}`]|`(?:[^`$]|\$\{[^{}]*\})*`|\{[^{}]*\})*\}/g;
/** Matches the strings that are SQL. */
const sql =
  /\b(?:SELECT|FROM|CASE|CREATE TABLE|UPDATE|PRAGMA|ALTER|DROP|JOIN|FILTER|SET LOCAL) |\b(?:CAST|coalesce|bool_and)\(/;

const files = execFileSync("git", ["ls-files"], { cwd: root, encoding: "utf8" })
  .split("\n")
  .filter((file) => /\.(?:md|ts|mjs|py|html)$/.test(file) && file !== "docs/api.md");
const sentences = files.flatMap((file) => {
  const text = readFileSync(join(root, file), "utf8");
  return passagesOf(file, text).flatMap((passage) => sentencesOf(passage, text, file));
});
for (const sentence of Rng.fromSeed(Number(values.seed)).shuffle(sentences).slice(0, Number(values.count))) {
  console.log(sentence);
}

/**
 * The parts of a file that hold prose: each match is one paragraph, cell, comment or string. Regular expressions are matched so
 * that the quotes inside them do not start a string.
 */
function passagesOf(file: string, text: string): RegExpExecArray[] {
  if (text.startsWith("// Written by `npm run")) return [];
  if (file.endsWith(".md")) return [...separated(text).matchAll(/[^\0]+/g)];
  if (file.endsWith(".py")) return [...text.matchAll(/(?:^ *# .*\n)+|"""[\s\S]*?"""/gm)];
  if (file.endsWith(".html")) return [...text.matchAll(/<!--[\s\S]*?-->|<p[^>]*>[\s\S]*?<\/p>/g)];
  const comment = /(?:^ *\/\/.*\n)+|\/\/.*|\/\*[\s\S]*?\*\//;
  const string = /"(?:[^"\\\n]|\\.)*"|`(?:[^`\\$]|\\[\s\S]|\$\{(?:[^{}`]|`[^`]*`|\{[^{}]*\})*\}|\$)*`/;
  const joined = new RegExp(`(?:${string.source})(?:\\s*\\+\\s*(?:${string.source}))*`);
  const regularExpression = /(?<=[(,=:[!&|?;]\s*)\/(?![*/])(?:[^\\/[\n]|\\.|\[(?:[^\\\]\n]|\\.)*\])+\/[a-z]*/;
  const tokens = text.matchAll(new RegExp(`${comment.source}|${joined.source}|${regularExpression.source}`, "gm"));
  const isComment = (token: string): boolean => /^ *\/[/*]/.test(token);
  const isText = (token: string): boolean => /^["`][^"`]*[a-z] /.test(token) && !sql.test(token);
  return [...tokens].filter(([token]) => isComment(token) || (!file.startsWith("test/") && isText(token)));
}

/** Markdown of the same length, with NUL characters between paragraphs, items and cells, and in place of what is not prose. */
function separated(text: string): string {
  const blank = (part: string): string => part.replaceAll(/[^\n]/g, "\0");
  return text
    .replaceAll(/^ *```[\s\S]*?^ *```$|^<!-- n[\s\S]*?^<!-- end.*$|^<!--.*-->$/gm, blank)
    .replaceAll(/^ *(?:[-*#]+|\d+\.) |\|/gm, blank)
    .replaceAll(/\n(?=[\n\0])/g, "\0");
}

/** The sentences of a passage with at least five words, each preceded by its file and line. */
function sentencesOf({ 0: passage, index }: RegExpExecArray, text: string, file: string): string[] {
  const marks = file.endsWith(".md")
    ? /\*\*/g
    : /["`]\s*\+\s*["`]|^\s*["`]|["`]$|"{2,3}|(?<=^|\n) *(?:\/\/|\/?\*+(?!\/)|#)|\*\/|<!--|-->|<\/?p[^>]*>/g;
  const plain = passage.replaceAll(marks, (mark) => " ".repeat(mark.length)).replaceAll(/\n(?!\s*@)/g, " ");
  // A question mark in the code of a placeholder does not end a sentence.
  const masked = plain.replaceAll(placeholder, (found) => "0".repeat(found.length));
  return [...new Intl.Segmenter("en", { granularity: "sentence" }).segment(masked)]
    .map(({ segment, index: start }) => ({ segment, start, sentence: plain.slice(start, start + segment.length) }))
    .filter(
      ({ segment, sentence }) =>
        !code.test(sentence) && (segment.match(/(?<!\S)["'`(]?[A-Za-z]\S*/g)?.length ?? 0) >= 5,
    )
    .map(({ sentence, start }) => {
      const line = text.slice(0, index + start + sentence.search(/\S/)).split("\n").length;
      return `${file}:${line}  ${sentence.trim().replaceAll(/\s+/g, " ")}`;
    });
}
