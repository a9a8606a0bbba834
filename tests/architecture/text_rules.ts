/**
 * What may stand in a file. Pure: a text in, the broken rules out, each in one line that says which
 * file has what on which line.
 */

/** A pattern that only some files may hold. */
interface TextRule {
  readonly pattern: RegExp;
  /** Where the rule holds, by path from the root of the project. */
  readonly where: RegExp;
  /** Files there that may hold it all the same. */
  readonly except?: readonly string[];
  readonly rule: string;
}

const CODE_RULES: readonly TextRule[] = [
  {
    pattern: /\bDeno\.(?:listen|connect|startTls|createHttpClient)\w*|\bnew WebSocket\b|\bfetch\(/,
    where: /^lib\/(?!net\/)/,
    // These run in a browser.
    except: ["lib/observe/status_script.ts", "lib/observe/wire_view.js"],
    rule: "sockets are opened in lib/net/ only",
  },
  {
    pattern: /\bDeno\.(?:serve|upgradeWebSocket)\b/,
    where: /^lib\//,
    except: ["lib/net/http.ts"],
    rule: "HTTP is served in lib/net/http.ts only",
  },
  { pattern: /\bconsole\./, where: /^lib\//, rule: "diagnostics go through a Log" },
  {
    pattern: /\b(?:Deno|process)\.std(?:in|out|err)\b/,
    where: /^lib\//,
    except: [
      "lib/client/script_streams.ts",
      "lib/client/tty.ts",
      "lib/config/start.ts",
      "lib/observe/log.ts",
      "lib/server/run.ts",
    ],
    rule: "only terminal, script streams, log and start of a program touch stdin, stdout or stderr",
  },
  {
    pattern: /\bDeno\.(?!errors\b)\w+/,
    where: /^lib\/(?:core|wire|services)\//,
    rule: "core, wire and services know no system",
  },
  {
    pattern: /\b(?:async|await|Promise|setTimeout|setInterval|queueMicrotask)\b/,
    where: /^lib\/wire\//,
    rule: "wire is synchronous",
  },
  {
    pattern: /\b(?:Date\.now|performance\.now|Math\.random|new Date\(\))/,
    where: /^lib\/(?:core|wire|services)\//,
    rule: "core, wire and services are told the time and the dice",
  },
  {
    pattern: /\b(?:Uint8Array|TextEncoder|TextDecoder|ByteStream)\b/,
    where: /^lib\/services\//,
    // A hash is bytes, and never leaves these two but as text.
    except: ["lib/services/password_record.ts", "lib/services/passwords.ts"],
    rule: "services know people, never sockets or bytes",
  },
  {
    pattern: /^\s*export \*/,
    where: /^lib\/(?!std\/)/,
    rule: "no barrel files: a name is imported from the file it is in",
  },
  {
    pattern: /\bimport\((?!")/,
    where: /^lib\//,
    rule: "imports are written out, so that they can be checked",
  },
];

const PRIVATE_RULES: readonly TextRule[] = [
  {
    pattern: /(?<![\w.~/-])\/(?:home|Users|root|work|workspaces?)\/\w|\b[A-Z]:\\+Users\\/,
    where: /^/,
    rule: "no path of one machine",
  },
  {
    pattern:
      /\b(?:registry|artifactory|nexus|npm|mirrors?)\.[\w-]+\.(?:\w{2,})\b|\/\/[\w.-]*(?:registry|artifactory|nexus|mirror)[\w.-]*[/:]/i,
    where: /^/,
    rule: "no host of a package registry",
  },
];

/** The rules that the code of a file breaks; comments do not count. */
export function brokenCodeRules(file: string, text: string): string[] {
  const code = withoutComments(text);
  const broken = brokenIn(file, code, CODE_RULES);
  if (isBarrel(file, code)) {
    broken.push(`${file} only passes on what is elsewhere: no barrel files`);
  }
  return broken;
}

/** The rules that any text of the project breaks, comments and documents included. */
export function brokenPrivacyRules(file: string, text: string): string[] {
  return brokenIn(file, text, PRIVATE_RULES);
}

/** How long a script may be. */
export const MAX_SCRIPT_LINES = 39;

/** Tells of a script that is no table of contents any more. */
export function brokenScriptRules(file: string, text: string): string[] {
  const lines = text.trimEnd().split("\n").length;
  return lines <= MAX_SCRIPT_LINES ? [] : [`${file} has ${lines} lines: a script has under 40`];
}

function brokenIn(file: string, text: string, rules: readonly TextRule[]): string[] {
  const held = rules.filter(({ where, except }) => where.test(file) && !except?.includes(file));
  return text.split("\n").flatMap((line, index) =>
    held.flatMap(({ pattern, rule }) => {
      const found = pattern.exec(line)?.[0].trim();
      return found === undefined ? [] : [`${file}:${index + 1} has "${found}": ${rule}`];
    })
  );
}

/** Lines stay where they are. Strings that look like comments are taken for them: good enough. */
function withoutComments(text: string): string {
  return text
    .replace(/\/\*[^]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ""))
    .replace(/(^|\s)\/\/.*$/gm, "$1");
}

function isBarrel(file: string, code: string): boolean {
  if (/^lib\/std\//.test(file)) return false;
  if (/\/(?:mod|index)\.ts$/.test(file)) return true;
  const ownCode = code.replace(/^\s*(?:import|export)\s[^;]*?\bfrom\s+"[^"]*";?/gm, "");
  return ownCode.trim() === "" && /\bexport\b/.test(code);
}
