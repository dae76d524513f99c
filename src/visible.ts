// Characters that control a terminal, disturb its display, change the direction of text, or cannot be seen. In untrusted names,
// such characters can falsify printed text, for example by reordering letters or by making two names look the same.

const joiningScripts =
  "Arab|Syrc|Mand|Nkoo|Mong|Phag|Adlm|Rohg|Deva|Beng|Guru|Gujr|Orya|Taml|Telu|Knda|Mlym|Sinh|Khmr|Mymr|Tibt"
    .split("|")
    .map((script) => `\\p{scx=${script}}`)
    .join("");
const joined = `[[\\p{L}\\p{M}]&&[${joiningScripts}]]`;

/**
 * Invisible characters that affect visible ones: joiners in emoji and in scripts whose letters join, and variation selectors
 * after emoji, in keycaps, and after Han and Mongolian characters.
 */
const shaping = [
  "(?<=\\p{ExtPict}[\\p{EMod}\\ufe0f]?)\\u200d(?=\\p{ExtPict})",
  `(?<=${joined})[\\u200c\\u200d](?=${joined})`,
  "(?<=\\p{ExtPict})[\\ufe0e\\ufe0f]|(?<=[0-9#*])\\ufe0f(?=\\u20e3)",
  "(?<=[\\p{scx=Hani}\\p{scx=Mong}])\\p{VS}",
].join("|");
const unseen = "[\\p{Cc}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Bidi_C}\\p{DI}\\ufff9-\\ufffb]";
const pattern = new RegExp(`(?<kept>${shaping})|${unseen}`, "gv");

/**
 * The text on one line, with each character that could falsify printed text escaped in the form `\u001b`, which also stands for
 * that character in JSON.
 */
export function visible(text: string): string {
  return text.replace(pattern, (character, kept: string | undefined) =>
    kept === undefined ? character.replace(/./gs, visibleCodeUnit) : character,
  );
}

function visibleCodeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
