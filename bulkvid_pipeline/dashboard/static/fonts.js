/* Titles are in any script. Where the reader's machine has no font for one that is on the page (it would draw boxes),
   the font that videos are drawn with is fetched from here. Machines that have fonts, nearly all, fetch nothing. */

const FAMILY = "bulkvid scripts"; // before `system-ui`, after which Chromium on Linux looks no further
const UNASSIGNED = "\u0378";
const HAN = "U+2E80-2FDF,U+3000-303F,U+31C0-31EF,U+3400-4DBF,U+4E00-9FFF,U+F900-FAFF,U+FF00-FFEF,U+20000-3FFFF";
const SCRIPTS = [
  ["Han", "\u6c38", "noto-sans-sc", HAN],
  ["Hiragana", "\u3042", "noto-sans-jp", "U+3040-309F"],
  ["Katakana", "\u30a2", "noto-sans-jp", "U+30A0-30FF,U+31F0-31FF"],
  ["Hangul", "\ud55c", "noto-sans-kr", "U+1100-11FF,U+3130-318F,U+A960-A97F,U+AC00-D7FF"],
  ["Arabic", "\u0639", "noto-sans-arabic", "U+0600-06FF,U+0750-077F,U+08A0-08FF,U+FB50-FDFF,U+FE70-FEFF"],
  ["Hebrew", "\u05d0", "noto-sans-hebrew", "U+0590-05FF,U+FB1D-FB4F"],
  ["Devanagari", "\u0905", "noto-sans-devanagari", "U+0900-097F,U+A8E0-A8FF"],
  ["Thai", "\u0e01", "noto-sans-thai", "U+0E00-0E7F"],
  ["Tamil", "\u0b95", "noto-sans-tamil", "U+0B80-0BFF"],
  ["Armenian", "\u0561", "noto-sans-armenian", "U+0530-058F,U+FB13-FB17"],
  ["Georgian", "\u10d0", "noto-sans-georgian", "U+10A0-10FF,U+1C90-1CBF,U+2D00-2D2F"],
  ["Bengali", "\u0995", "noto-sans-bengali", "U+0980-09FF"],
  ["Telugu", "\u0c15", "noto-sans-telugu", "U+0C00-0C7F"],
  ["Gujarati", "\u0a95", "noto-sans-gujarati", "U+0A80-0AFF"],
  ["Gurmukhi", "\u0a15", "noto-sans-gurmukhi", "U+0A00-0A7F"],
  ["Kannada", "\u0c95", "noto-sans-kannada", "U+0C80-0CFF"],
  ["Malayalam", "\u0d15", "noto-sans-malayalam", "U+0D00-0D7F"],
  ["Sinhala", "\u0d9a", "noto-sans-sinhala", "U+0D80-0DFF"],
  ["Khmer", "\u1780", "noto-sans-khmer", "U+1780-17FF"],
  ["Lao", "\u0e81", "noto-sans-lao", "U+0E80-0EFF"],
  ["Myanmar", "\u1000", "noto-sans-myanmar", "U+1000-109F"],
  ["Ethiopic", "\u1200", "noto-sans-ethiopic", "U+1200-139F"],
];
const EMOJI = [/\p{Emoji_Presentation}/u, "\u{1f600}", "noto-color-emoji", "U+1F000-1FAFF,U+2600-27BF,U+200D,U+FE0F"];
const KINDS = [...SCRIPTS.map(([name, ...rest]) => [new RegExp(`\\p{Script=${name}}`, "u"), ...rest]), EMOJI];
const seen = new Set();

/** What the machine draws for a character. */
function drawn(character) {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [40, 40];
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.font = "24px sans-serif";
  context.fillText(character, 4, 30);
  return context.getImageData(0, 0, 40, 40).data.join();
}

/** Fetch fonts for scripts below `root` that the machine cannot draw. */
export function readableFonts(root = document.body) {
  const text = root.textContent;
  for (const [pattern, sample, file, range] of KINDS) {
    if (seen.has(sample) || !pattern.test(text)) continue;
    seen.add(sample);
    if (drawn(sample) !== drawn(UNASSIGNED)) continue;
    const face = new FontFace(FAMILY, `url(/fonts/${file})`, { unicodeRange: range, weight: "400 700", display: "swap" });
    document.fonts.add(face);
  }
}
