/** Secrets in text that somebody will see: the one function that takes them out. */

/** What is shown instead of a secret. */
export const HIDDEN = "...";

/** A word that may come before a secret; nothing else is looked at closely. */
const SUSPICIOUS = /pass|pwd|token|secret|authorization|bearer|:\/\//i;

/** Names of fields whose values nobody may see. */
const SECRET_NAME =
  /^(?:.*[_-])?(?:password|passwd|passphrase|pass|pwd|token|secret|authorization)s?$/i;

/** What a secret is called in front of `=` or `:`. */
const CALLED = "\\b((?:password|passwd|passphrase|pass|pwd|token|secret)";

/** What messages say of the form of a URL is no secret. */
const FORM = "(?!(?:USER)?:PASSWORD@)";

/** A password in a URL of any kind: to the last `@` of a word, as one may not be written as `%40`. */
const IN_WORD = new RegExp(`\\b([a-z][a-z0-9+.-]*://${FORM}[^\\s"'/:@]*:)[^\\s"']*@`, "gi");

/** A port behind a host, as one without a password is shown. */
const PORT = '(?!\\d{1,5}(?:[/?\\s"]|$))';

/** In one of a backend, where a password may hold blanks and quotes: to the last `@` of the line. */
const IN_LINE = new RegExp(
  `\\b((?:postgres(?:ql)?|rediss?)://${FORM}[^\\n/:@]*:)${PORT}[^\\n]*@`,
  "gi",
);

/**
 * Each with what it leaves. A password line of the login chat goes on to its end, and `new` and `existing` are
 * the server's question. A value in quotes may hold escaped quotes.
 */
const SECRETS: readonly (readonly [pattern: RegExp, left: string])[] = [
  [IN_LINE, `$1${HIDDEN}@`],
  [IN_WORD, `$1${HIDDEN}@`],
  [/\b(C\s+PASSWORD)[ \t]+(?!(?:new|existing)\b)[^\r\n]+/gi, `$1 ${HIDDEN}`],
  [/\btoken_[0-9a-z]+/gi, `token_${HIDDEN}`],
  [/("(?:password|token|secret)"\s*:\s*")(?:[^"\\]|\\.)*"?/gi, `$1${HIDDEN}"`],
  [new RegExp(`${CALLED}=(["']))(?:\\\\.|(?!\\2)[^\\\\])*\\2?`, "gi"), `$1${HIDDEN}$2`],
  // Without quotes it goes on to the next field, blanks and all.
  [
    new RegExp(`${CALLED}=)(?=[^\\s"'])[^\\n&"',;]*?(?=\\s[\\w-]+=|[\\n&"',;]|$)`, "gi"),
    `$1${HIDDEN}`,
  ],
  // Of a sentence that tells what is wrong with a password, no more than a word is lost.
  [new RegExp(`(?<!/)${CALLED}:[ \\t]*)[^\\s"',;&]+`, "gi"), `$1${HIDDEN}`],
  [/\b(authorization\s*[:=]\s*(?:basic|bearer)?\s*)[^\s"',;]+/gi, `$1${HIDDEN}`],
  [/\b(bearer\s+)[\w.~+/=-]+/gi, `$1${HIDDEN}`],
];

/** A text without the passwords of URLs, password lines of the login chat, tokens of rooms. */
export function withoutSecrets(text: string): string {
  if (!SUSPICIOUS.test(text)) return text;
  return SECRETS.reduce((safe, [pattern, left]) => safe.replace(pattern, left), text);
}

/** Whether the value of a field of this name is a secret, whatever it looks like. */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name);
}
