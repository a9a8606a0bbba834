import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { isSecretName, withoutSecrets } from "../../lib/core/secrets.ts";

const CASES: readonly (readonly [text: string, safe: string])[] = [
  // Passwords of URLs, up to the last @.
  [
    'Cannot use "postgres://u:a/b@c@h/db": too many arguments, redis://:x@h',
    'Cannot use "postgres://u:...@h/db": too many arguments, redis://:...@h',
  ],
  ["see http://h:1/x and ann@h, postgres://ann@h", "see http://h:1/x and ann@h, postgres://ann@h"],
  // Password lines of the login chat; the server's question is none.
  ["C PASSWORD hunter 2", "C PASSWORD ..."],
  ["got C LOGIN ann\nC PASSWORD hunter2\nC PM", "got C LOGIN ann\nC PASSWORD ...\nC PM"],
  ["C PASSWORD new", "C PASSWORD new"],
  ["C PASSWORD existing\n", "C PASSWORD existing\n"],
  ["C PASSWORD newer", "C PASSWORD ..."],
  ["c password x", "c password ..."],
  // Tokens of rooms, wherever they stand.
  ["\x05room\x26token_0123456789abcdef0123456789abcdef hi", "\x05room\x26token_... hi"],
  // As JSON and as fields.
  ['{"password": "a\\"b", "token":"t"}', '{"password": "...", "token":"..."}'],
  ["password=s3cret&x=1 token=t", "password=...&x=1 token=..."],
  ["no secret here: pass it on", "no secret here: pass it on"],
];

Deno.test("withoutSecrets() takes out what nobody may see, and nothing else", {
  permissions: "none",
}, () => {
  for (const [text, safe] of CASES) assertEquals(withoutSecrets(text), safe);
});

Deno.test("withoutSecrets() leaves nothing of a secret, wherever it stands", {
  permissions: "none",
}, () => {
  const secret = fc.stringMatching(/^[a-zA-Z0-9]{12,20}$/);
  const around = fc.string({ maxLength: 20 }).map((text) => text.replace(/["\\]/g, ""));
  const forms = fc.constantFrom<(secret: string) => string>(
    (secret) => ` postgres://ann:${secret}@db/x `,
    (secret) => `\nC PASSWORD ${secret}\n`,
    (secret) => ` token_${secret.toLowerCase()} `,
    (secret) => ` {"password": "${secret}"} `,
    (secret) => ` password=${secret} `,
  );
  fc.assert(fc.property(secret, around, around, forms, (secret, before, behind, form) => {
    const safe = withoutSecrets(before + form(secret) + behind);
    assert(!safe.toLowerCase().includes(secret.toLowerCase()), safe);
  }));
});

Deno.test(
  "isSecretName() knows the fields whose values are secrets",
  { permissions: "none" },
  () => {
    for (const name of ["password", "Token", "room_token", "new-password", "secrets"]) {
      assert(isSecretName(name), name);
    }
    for (const name of ["user", "tokens_left", "passwordless", "reason"]) {
      assert(!isSecretName(name), name);
    }
  },
);
