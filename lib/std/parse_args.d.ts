/**
 * Types for `parse_args.ts`, one declaration per export of `cli/parse_args.js`.
 *
 * A flag named in the options gets its own type in the result. Flags nobody named and dotted names
 * (`a.b` becomes a nested object) read as `unknown`.
 *
 * Names that are only known at run time get the type of every list at once, as in the JSR package:
 * a text that is also a boolean. Give the variable the type `Args` then, and all read as `unknown`.
 *
 * @module
 */

// Without this line a declaration file exports its helper types too.
export {};

/** Names for booleans; `true` makes every `--flag` without `=` a boolean. */
type BooleanNames = boolean | string | undefined;

/** Names, or none. */
type Names = string | undefined;

/** Values for flags that were not given. */
type DefaultValues = Record<string, unknown> | undefined;

/** Other names for a flag. */
type AliasNames = { readonly [name: string]: string | readonly string[] } | undefined;

/** One object type instead of an intersection, so that errors show what is in it. */
type Flat<T> = { [K in keyof T]: T[K] } & unknown;

/** The names that get a type of their own. */
type PlainName<T> = T extends `${string}.${string}` ? never : T extends string ? T : never;

/** The named flags without their defaults; only plain text may be missing. */
type GivenFlags<TBooleans, TStrings, TCollectable, TNegatable> =
  & {
    [K in PlainName<TStrings> as K extends TCollectable ? never : K]?:
      | string
      | (TNegatable extends K ? false : never);
  }
  & {
    [K in PlainName<TStrings> as K extends TCollectable ? K : never]:
      | string[]
      | (TNegatable extends K ? false : never);
  }
  & { [K in PlainName<TBooleans>]: K extends TCollectable ? boolean[] : boolean }
  & {
    [K in Exclude<PlainName<TCollectable>, TStrings | TBooleans>]:
      | unknown[]
      | (K extends TNegatable ? false : never);
  };

/** The same flags, where one with a default is always there. */
type WithDefaults<TFlags, TDefaults> =
  & { [K in keyof TFlags as K extends keyof TDefaults ? never : K]: TFlags[K] }
  & { [K in keyof TFlags & keyof TDefaults]-?: TDefaults[K] | NonNullable<TFlags[K]> };

/** The other names of one flag; one that is only known at run time adds none. */
type AliasesOf<K, TAliases> = K extends keyof TAliases
  ? TAliases[K] extends readonly string[] ? TAliases[K][number]
  : string extends TAliases[K] ? never
  : TAliases[K]
  : never;

/** The same flags again under their other names. */
type Aliased<TFlags, TAliases> = {
  [K in keyof TFlags as K | Extract<AliasesOf<K, TAliases>, string>]: TFlags[K];
};

/** All flags of a result. */
type Flags<TBooleans, TStrings, TCollectable, TNegatable, TDefaults, TAliases> =
  & Record<string, unknown>
  & Aliased<
    WithDefaults<GivenFlags<TBooleans, TStrings, TCollectable, TNegatable>, TDefaults>,
    TAliases
  >;

/** The arguments after `--`, when they were asked for. */
type AfterDashes<TDoubleDash> = boolean extends TDoubleDash ? { "--"?: string[] }
  : true extends TDoubleDash ? { "--": string[] }
  : Record<never, never>;

/** What `parseArgs()` returns: the flags by name, and in `_` all arguments that are no flags. */
export type Args<
  TArgs extends Record<string, unknown> = Record<string, unknown>,
  TDoubleDash extends boolean | undefined = undefined,
> = Flat<TArgs & { _: Array<string | number> } & AfterDashes<TDoubleDash>>;

/** Options for `parseArgs()`. */
export interface ParseOptions<
  TBooleans extends BooleanNames = BooleanNames,
  TStrings extends Names = Names,
  TCollectable extends Names = Names,
  TNegatable extends Names = Names,
  TDefaults extends DefaultValues = DefaultValues,
  TAliases extends AliasNames = AliasNames,
  TDoubleDash extends boolean | undefined = boolean | undefined,
> {
  /** Keep what follows `--` apart, in the property of that name. Default: false. */
  "--"?: TDoubleDash;
  /** Other names for flags, each name with one or a list. Default: none. */
  alias?: TAliases;
  /** Flags that take no value and are false when absent; true: all of them. Default: none. */
  boolean?: TBooleans | ReadonlyArray<Extract<TBooleans, string>>;
  /** Values for flags that were not given. Default: none. */
  default?: TDefaults;
  /** Take everything after the first argument that is no flag as it is. Default: false. */
  stopEarly?: boolean;
  /** Flags whose value stays text even when it looks like a number. Default: none. */
  string?: TStrings | ReadonlyArray<Extract<TStrings, string>>;
  /** Flags that may be given several times, all values kept in a list. Default: none. */
  collect?: TCollectable | ReadonlyArray<Extract<TCollectable, string>>;
  /** Flags that `--no-NAME` sets to false. Default: none. */
  negatable?: TNegatable | ReadonlyArray<Extract<TNegatable, string>>;
  /** Called for each flag nobody named and each plain argument; false leaves it out. */
  unknown?: (arg: string, key?: string, value?: unknown) => unknown;
}

/** Splits arguments into flags and the rest. Throws TypeError for an alias that is undefined. */
export function parseArgs<
  TDoubleDash extends boolean | undefined = undefined,
  TBooleans extends BooleanNames = undefined,
  TStrings extends Names = undefined,
  TCollectable extends Names = undefined,
  TNegatable extends Names = undefined,
  TDefaults extends DefaultValues = undefined,
  const TAliases extends AliasNames = undefined,
>(
  args: string[],
  options?: ParseOptions<
    TBooleans,
    TStrings,
    TCollectable,
    TNegatable,
    TDefaults,
    TAliases,
    TDoubleDash
  >,
): Args<Flags<TBooleans, TStrings, TCollectable, TNegatable, TDefaults, TAliases>, TDoubleDash>;
