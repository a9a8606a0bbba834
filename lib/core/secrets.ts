/** Secrets in text that somebody will see: the one function that takes them out. */

/** What is shown instead of a secret. */
export const HIDDEN = "...";

/** A word that may come before a secret; nothing else is looked at closely. */
const SUSPICIOUS = /pass|token|secret|:\/\//i;

/** Names of fields whose values nobody may see. */
const SECRET_NAME = /^(?:.*[_-])?(?:password|passwd|passphrase|token|secret)s?$/i;

/**
 * Each with what it leaves. URLs: up to the last `@`, because a password may hold one that was not
 * written as `%40`. A password line of the login chat goes on to its end, and `new` and `existing` are
 * the server's question. A value in quotes may hold escaped quotes.
 */
const SECRETS: readonly (readonly [pattern: RegExp, left: string])[] = [
  [/\b([a-z][a-z0-9+.-]*:\/\/[^\s"'/:@]*:)[^\s"']*@/gi, `$1${HIDDEN}@`],
  [/\b(C\s+PASSWORD)[ \t]+(?!(?:new|existing)\b)[^\r\n]+/gi, `$1 ${HIDDEN}`],
  [/\btoken_[0-9a-z]+/gi, `token_${HIDDEN}`],
  [/("(?:password|token|secret)"\s*:\s*")(?:[^"\\]|\\.)*"?/gi, `$1${HIDDEN}"`],
  [/\b((?:password|passwd|token|secret)=)(?!")[^\s&"',;]+/gi, `$1${HIDDEN}`],
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
