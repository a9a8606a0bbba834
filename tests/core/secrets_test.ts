import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { isSecretName, withoutSecrets } from "../../lib/core/secrets.ts";

const CASES: readonly (readonly [text: string, safe: string])[] = [
  // Passwords of URLs, up to the last @.
  [
    'Cannot use "postgres://u:a/b@c@h/db": too many arguments',
    'Cannot use "postgres://u:...@h/db": too many arguments',
  ],
  ['Cannot use "postgre://u:a/b@c@h/db": mistyped', 'Cannot use "postgre://u:...@h/db": mistyped'],
  // A password with quotes and blanks that were not written as %22 and %20.
  ['Cannot use "postgres://u:a"b c\'d@h/db": x', 'Cannot use "postgres://u:...@h/db": x'],
  ["redis://:x y@h, rediss://u:z@h", "redis://:...@h"],
  ["redis=redis://h:6379/0 user=ann@lab", "redis=redis://h:6379/0 user=ann@lab"],
  // The form of a URL is no secret.
  ["expected postgres://USER:PASSWORD@HOST/D", "expected postgres://USER:PASSWORD@HOST/D"],
  ["or redis://:PASSWORD@HOST", "or redis://:PASSWORD@HOST"],
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
  ["password: hunter2, then", "password: ..., then"],
  ["pass=x pwd=y Passphrase=z", "pass=... pwd=... Passphrase=..."],
  ['password="a b" user=ann', 'password="..." user=ann'],
  ["token='a \\' b' user=ann", "token='...' user=ann"],
  ["PASSWORD=a b user=ann", "PASSWORD=... user=ann"],
  ["PASSWORD=a b", "PASSWORD=..."],
  ["Authorization: Bearer abc.def-1", "Authorization: Bearer ..."],
  ["authorization=Basic YTpi", "authorization=Basic ..."],
  ["sent bearer abc.def= to it", "sent bearer ... to it"],
  ["Cannot use the password", "Cannot use the password"],
  ["postgres://pass:word@h/db", "postgres://pass:...@h/db"],
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
    (secret) => ` pwd="${secret} ${secret}" `,
    (secret) => ` Passphrase: ${secret} `,
    (secret) => ` Authorization: Bearer ${secret} `,
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
    for (
      const name of [
        ...["password", "Token", "room_token", "new-password", "secrets", "pwd", "pass"],
        "Authorization",
      ]
    ) {
      assert(isSecretName(name), name);
    }
    for (const name of ["user", "tokens_left", "passwordless", "reason", "bypass", "compass"]) {
      assert(!isSecretName(name), name);
    }
  },
);

Deno.test("passwords of URLs are taken out of whatever quotes them", () => {
  for (
    const [typed, shown] of [
      ["postgres://u:a/b@c@h/db", "postgres://u:...@h/db"],
      ["postgres://u:a\"b c'd@h/db", "postgres://u:...@h/db"],
      ["redis://:x y@h", "redis://:...@h"],
      // Mistyped, and then whatever kind it is.
      ["postgre://u:a/b@h/db", "postgre://u:...@h/db"],
    ] as const
  ) {
    assertEquals(
      withoutSecrets(`Cannot use "${typed}": too many arguments`),
      `Cannot use "${shown}": too many arguments`,
    );
  }
  assertEquals(withoutSecrets("postgres://u:a@h, redis://:b c@h"), "postgres://u:...@h");
  for (const text of ["expected postgres://USER:PASSWORD@HOST/D", "or redis://:PASSWORD@HOST"]) {
    assertEquals(withoutSecrets(text), text, "the form of it is no secret");
  }
  assertEquals(
    withoutSecrets("see http://h:1/x and ann@h, postgres://ann@h"),
    "see http://h:1/x and ann@h, postgres://ann@h",
  );
});
