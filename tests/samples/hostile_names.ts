/**
 * File names as a stranger may send them, and what they are kept under.
 */

/** One row: what the name tries, the name, and what comes of it. */
export interface HostileName {
  readonly tries: string;
  readonly name: string;
  readonly kept: string;
}

function row(tries: string, name: string, kept: string): HostileName {
  return { tries, name, kept };
}

/** Names that must not be taken as they are. */
export const HOSTILE_NAMES: readonly HostileName[] = [
  row("to be the folder around", "..", "%2e%2e"),
  row("to be the folder itself", ".", "%2e"),
  row("to leave the folder", "../../etc/passwd", "%2e.%2f..%2fetc%2fpasswd"),
  row("to leave it on Windows", "..\\..\\boot.ini", "%2e.%5c..%5cboot.ini"),
  row("to be absolute", "/etc/passwd", "%2fetc%2fpasswd"),
  row("to be on a drive", "C:\\x", "C%3a%5cx"),
  row("to be a stream of NTFS", "a.txt:evil", "a.txt%3aevil"),
  row("to be on another computer", "\\\\host\\share", "%5c%5chost%5cshare"),
  row("to be cut at a NUL", "a.txt\0.exe", "a.txt%00.exe"),
  row("to be a shell's start", ".bashrc", "%2ebashrc"),
  row("to be a repository with hooks", ".git", "%2egit"),
  row("to be an option", "-rf", "%2drf"),
  row("to be somebody's home", "~", "%7e"),
  row("to be a device", "con", "%63on"),
  row("to be a device with an ending", "NUL.txt", "%4eUL.txt"),
  row("to be a port", "Com1", "%43om1"),
  row("to be a port in small", "COM\u00b9.txt", "%43OM\u00b9.txt"),
  row("to be a printer in small", "lpt\u00b3", "%6cpt\u00b3"),
  row("to be a keyboard", "CONIN$", "%43ONIN$"),
  row("to be a device behind a blank", "nul .txt", "%6eul .txt"),
  row("to lose its dot on Windows", "evil.exe.", "evil.exe%2e"),
  row("to lose its blank on Windows", "evil.exe ", "evil.exe%20"),
  row("to look like another one", " a", "%20a"),
  row("to be nothing but blanks", " ", "%20"),
  row("to colour the terminal", "\x1b[31mred", "%1b[31mred"),
  row("to write the clipboard", "\x1b]52;c;eA==\x07", "%1b]52;c;eA==%07"),
  row("to go back in the line", "a\rb\bc", "a%0db%08c"),
  row("to be two lines", "a\nb", "a%0ab"),
  row("to use 8-bit control codes", "a\x9b31mb", "a%c2%9b31mb"),
  row("to read backwards", "photo\u202Egpj.exe", "photo%e2%80%aegpj.exe"),
  row("to hide a letter", "a\u200Bb", "a%e2%80%8bb"),
  row("to break a line of Unicode", "a\u2028b", "a%e2%80%a8b"),
  row("to be nothing to be seen", "\u3164", "%e3%85%a4"),
  row("to be a blank of Braille", "\u2800", "%e2%a0%80"),
  row("to be a filler", "\u115f.txt", "%e1%85%9f.txt"),
  row("to hide a selector", "a\ufe0fb", "a%ef%b8%8fb"),
  row(
    "to hide its ending",
    "invoice.pdf" + " ".repeat(6) + ".exe",
    "invoice.pdf  " + "%20".repeat(4) + ".exe",
  ),
  row("to hide it wider", "a\u3000\u3000\u3000.exe", "a\u3000\u3000%e3%80%80.exe"),
  row("to be half a character", "a\ud800b", "a%ef%bf%bdb"),
  row("to be a wildcard", "*?.txt", "%2a%3f.txt"),
  row("to quote", 'a"b<c>d|e', "a%22b%3cc%3ed%7ce"),
];

/** Names that are fine, and stay as they are. */
export const FINE_NAMES: readonly string[] = [
  "README.md",
  "Müller 2.pdf",
  "100%.txt",
  "a - b (1).tar.gz",
  "日本語.txt",
  "👋.png",
  "I \u2764\ufe0f Deno.png",
  "Screenshot at 1.00.00\u202fPM.png",
  "a  b.txt",
  "con sequence.txt",
  "__proto__",
  "$HOME; rm 'x' & `y`",
  "x".repeat(200),
];
