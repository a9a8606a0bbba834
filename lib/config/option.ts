/**
 * What an option is: described once, in one table per program, and used for reading the command
 * line, reading a config file and printing the help.
 */

import { UsageError } from "../core/errors.ts";
import { canonicalIp, isIpAddress, parseAddressSet } from "../core/ip_address.ts";

/** One option of a program. */
export interface Option<T> {
  /** Its name on the command line, without the dashes. */
  readonly flag: string;
  /** What stands for its value in the help, `N` or `FILE`; absent for a switch. */
  readonly valueName?: string;
  /** Its value when nobody says otherwise. */
  readonly default: T;
  /** One line of help. */
  readonly help: string;
  /** Whether it may be given more than once; its texts are then read together. */
  readonly repeatable?: boolean;
  /** Every value it takes, where they are few: what Tab offers. */
  readonly words?: readonly string[];
  /** Whether help, manual page and Tab leave it out: it is a word in a row, and no flag to learn. */
  readonly isUnlisted?: boolean;
  /** Whether its value must never be shown. */
  readonly secret?: boolean;
  /** Whether a config file gives it as an object, which is handed on as JSON. */
  readonly structured?: boolean;
  /** How its default is written in the help, where the value itself cannot be. */
  readonly shownDefault?: string;
  /**
   * Reads its value from the texts given for it, one unless repeatable.
   *
   * @throws UsageError saying what was expected
   */
  parse(texts: readonly string[], label: string): T;
}

/** A program's options by the name the program uses for them (and a config file, too). */
export type OptionTable = Readonly<Record<string, Option<unknown>>>;

/** The options people are told of. */
export function listedOptions(table: OptionTable): Option<unknown>[] {
  return Object.values(table).filter(({ isUnlisted }) => !isUnlisted);
}

/** The values of a table's options. */
export type OptionValues<T extends OptionTable> = {
  readonly [K in keyof T]: T[K] extends Option<infer V> ? V : never;
};

/** What every option of a table is when nobody says otherwise. */
export function defaultsOf<T extends OptionTable>(table: T): OptionValues<T> {
  const values = Object.entries(table).map(([name, option]) => [name, option.default]);
  return Object.fromEntries(values);
}

/** The texts given for an option, and what to call it in a message. */
export interface GivenValue {
  /** One, or several for a repeatable option. */
  readonly texts: readonly string[];
  /** `--tcp-port`, `TCP_PORT` or `"tcpPort" in parley.jsonc`. */
  readonly label: string;
}

function expected(label: string, what: string, text: string): UsageError {
  return new UsageError(`Cannot use ${label} "${text}": expected ${what}`);
}

/** A whole number from `min` to `max`. */
export function wholeNumber(
  flag: string,
  value: number,
  range: { readonly min: number; readonly max: number },
  help: string,
): Option<number> {
  return {
    flag,
    valueName: "N",
    default: value,
    help,
    parse([text = ""], label) {
      const number = /^\d{1,15}$/.test(text) ? Number(text) : -1;
      if (number >= range.min && number <= range.max) return number;
      throw expected(label, `a whole number from ${range.min} to ${range.max}`, text);
    },
  };
}

/** A port; 0 asks the system for a free one. */
export function port(flag: string, value: number, help: string): Option<number> {
  return wholeNumber(flag, value, { min: 0, max: 65_535 }, help);
}

/** A port as {@linkcode port} takes it, or none at all. */
export function optionalPort(flag: string, help: string): Option<number | undefined> {
  const some: Option<number | undefined> = port(flag, 0, help);
  return { ...some, default: undefined };
}

/** A port to connect to, or none at all. */
export function optionalRemotePort(flag: string, help: string): Option<number | undefined> {
  const some: Option<number | undefined> = remotePort(flag, 1, help);
  return { ...some, default: undefined };
}

/** A TCP or UDP port to connect to, which cannot be 0. */
export function remotePort(flag: string, value: number, help: string): Option<number> {
  return wholeNumber(flag, value, { min: 1, max: 65_535 }, help);
}

/** Seconds, fractions allowed, more than zero and at most a day. */
export function seconds(flag: string, value: number, help: string): Option<number> {
  return {
    flag,
    valueName: "S",
    default: value,
    help,
    parse([text = ""], label) {
      const number = /^\d{1,6}(\.\d{1,3})?$/.test(text) ? Number(text) : 0;
      if (number > 0 && number <= 86_400) return number;
      throw expected(label, "seconds, more than 0 and at most 86400", text);
    },
  };
}

/** Seconds as {@linkcode seconds} takes them, or 0 for never. */
export function secondsOrOff(flag: string, value: number, help: string): Option<number> {
  const some = seconds(flag, value, help);
  return {
    ...some,
    parse([text = ""], label) {
      return /^0(\.0{1,3})?$/.test(text) ? 0 : some.parse([text], label);
    },
  };
}

/** Text that is not empty. */
export function text<Default extends string | undefined>(
  flag: string,
  valueName: string,
  value: Default,
  help: string,
): Option<string | Default> {
  return {
    flag,
    valueName,
    default: value,
    help,
    parse([given = ""], label) {
      if (given === "") throw new UsageError(`Cannot use ${label}: it needs a value`);
      return given;
    },
  };
}

/** Texts that are not empty, none unless given. */
export function texts(flag: string, valueName: string, help: string): Option<readonly string[]> {
  const single = text(flag, valueName, undefined, help);
  return {
    ...single,
    default: [],
    repeatable: true,
    parse: (given, label) => given.map((one) => single.parse([one], label) ?? ""),
  };
}

/** An IP address, or nothing. */
export function ipAddress(flag: string, help: string): Option<string | undefined> {
  return {
    flag,
    valueName: "ADDR",
    default: undefined,
    help,
    parse([given = ""], label) {
      if (!isIpAddress(given)) throw expected(label, "an IPv4 or IPv6 address", given);
      return canonicalIp(given);
    },
  };
}

/** One of a few words. */
export function choice<const Word extends string>(
  flag: string,
  words: readonly Word[],
  value: NoInfer<Word>,
  help: string,
): Option<Word> {
  return {
    flag,
    valueName: words.join("|"),
    default: value,
    help,
    words,
    parse([given = ""], label) {
      const word = words.find((word) => word === given);
      if (word === undefined) throw expected(label, `one of ${words.join(", ")}`, given);
      return word;
    },
  };
}

/** Several of a few words, separated by commas, repeatable; each counts once. */
export function choices<const Word extends string>(
  flag: string,
  words: readonly Word[],
  value: readonly NoInfer<Word>[],
  help: string,
): Option<readonly Word[]> {
  const single = choice(flag, words, words[0]!, help);
  return {
    flag,
    valueName: "LIST",
    default: value,
    help,
    words,
    repeatable: true,
    parse(texts, label) {
      const chosen = splitList(texts, label).map((word) => single.parse([word], label));
      if (chosen.length === 0) throw expected(label, `some of ${words.join(", ")}`, "");
      return [...new Set(chosen)];
    },
  };
}

/** Addresses and CIDR ranges, separated by commas, repeatable. */
export function addressRanges(flag: string, help: string): Option<readonly string[]> {
  return {
    flag,
    valueName: "CIDR,...",
    default: [],
    help,
    repeatable: true,
    parse(texts, label) {
      const ranges = splitList(texts, label);
      try {
        parseAddressSet(ranges);
      } catch (error) {
        throw new UsageError(`Cannot use ${label}: ${(error as Error).message}`);
      }
      return ranges;
    },
  };
}

/** A switch: off unless given. */
export function toggle(flag: string, help: string): Option<boolean> {
  return {
    flag,
    default: false,
    help,
    parse([given = ""], label) {
      if (given === "true" || given === "false") return given === "true";
      throw expected(label, "true or false", given);
    },
  };
}

/** A switch that is neither on nor off unless given. */
export function openToggle(flag: string, help: string): Option<boolean | undefined> {
  const either: Option<boolean | undefined> = toggle(flag, help);
  return { ...either, default: undefined };
}

/** The words of a repeatable option, each given or separated by commas. @throws UsageError for none */
export function splitList(texts: readonly string[], label: string): string[] {
  const words = texts.flatMap((text) => text.split(",")).map((word) => word.trim());
  if (words.some((word) => word === "")) {
    throw new UsageError(`Cannot use ${label}: it needs words separated by commas`);
  }
  return words;
}
