/**
 * Types for `fs.ts`, one declaration per export of `fs/mod.js`.
 *
 * Paths are text or file URLs. All functions need read permission for what they look at, and
 * write permission for what they change; beside the errors named, those of Deno pass through.
 *
 * @module
 */

/** Options for `copy()` and `copySync()`. */
export interface CopyOptions {
  /** Replace what is already at the destination. Default: false. */
  overwrite?: boolean;
  /** Keep the times of the original, except those of symbolic links. Default: false. */
  preserveTimestamps?: boolean;
}

/** Options for `exists()` and `existsSync()`; `isDirectory` and `isFile` exclude each other. */
export interface ExistsOptions {
  /** Only when it can be read by this user, which needs sys permission. Default: false. */
  isReadable?: boolean;
  /** Only when it is a directory, or a link to one. Default: false. */
  isDirectory?: boolean;
  /** Only when it is a file, or a link to one. Default: false. */
  isFile?: boolean;
}

/** How a glob pattern is read. */
export interface GlobOptions {
  /** Understand `?(a|b)`, `*(…)`, `+(…)`, `@(…)` and `!(…)`. Default: true. */
  extended?: boolean;
  /** Let `**` stand for any number of directories. Default: true. */
  globstar?: boolean;
  /** Ignore upper and lower case. Default: false. */
  caseInsensitive?: boolean;
}

/** Options for `expandGlob()` and `expandGlobSync()`. */
export interface ExpandGlobOptions extends GlobOptions {
  /** Where a relative pattern starts. Default: the working directory. */
  root?: string;
  /** Patterns of what to leave out. Default: none. */
  exclude?: string[];
  /** Give directories too. Default: true. */
  includeDirs?: boolean;
  /** Look behind symbolic links. Default: false. */
  followSymlinks?: boolean;
  /** Give the real path of what is behind a followed link. Default: true. */
  canonicalize?: boolean;
}

/** Options for `move()` and `moveSync()`. */
export interface MoveOptions {
  /** Remove what is already at the destination. Default: false. */
  overwrite?: boolean;
}

/** One file, directory or link that was found. */
export interface WalkEntry extends Deno.DirEntry {
  /** Where it is, relative to the root when the root was given so. */
  path: string;
}

/** Options for `walk()` and `walkSync()`. */
export interface WalkOptions {
  /** How deep to go; 0 is the root alone. Default: no bound. */
  maxDepth?: number;
  /** Give files. Default: true. */
  includeFiles?: boolean;
  /** Give directories. Default: true. */
  includeDirs?: boolean;
  /** Give links that are not followed. Default: true. */
  includeSymlinks?: boolean;
  /** Look behind symbolic links. Default: false. */
  followSymlinks?: boolean;
  /** Give the real path of what is behind a followed link. Default: true. */
  canonicalize?: boolean;
  /** Only names with one of these endings, written with or without the dot. Default: all. */
  exts?: string[];
  /** Only paths that one of these matches. Default: all. */
  match?: RegExp[];
  /** No paths that one of these matches, and nothing below them. Default: none. */
  skip?: RegExp[];
}

/** The line end of POSIX systems. */
export const LF: "\n";

/** The line end of Windows. */
export const CRLF: "\r\n";

/** The line end of this system. */
export const EOL: "\n" | "\r\n";

/** The line end a text uses, CRLF as soon as one line does, null without any line end. */
export function detect(content: string): "\n" | "\r\n" | null;

/** The text with every line end turned into `eol`. */
export function format(content: string, eol: "\n" | "\r\n"): string;

/** Copies a file, a link or a whole directory. Rejects with AlreadyExists without `overwrite`. */
export function copy(src: string | URL, dest: string | URL, options?: CopyOptions): Promise<void>;

/** Copies a file, a link or a whole directory. Throws AlreadyExists without `overwrite`. */
export function copySync(src: string | URL, dest: string | URL, options?: CopyOptions): void;

/** Removes all that is in the directory, or creates it. */
export function emptyDir(dir: string | URL): Promise<void>;

/** Removes all that is in the directory, or creates it. */
export function emptyDirSync(dir: string | URL): void;

/** Creates the directory and its parents. Rejects with Error when something else has the name. */
export function ensureDir(dir: string | URL): Promise<void>;

/** Creates the directory and its parents. Throws Error when something else has the name. */
export function ensureDirSync(dir: string | URL): void;

/** Creates an empty file and its directory. Rejects with Error when something else has the name. */
export function ensureFile(filePath: string | URL): Promise<void>;

/** Creates an empty file and its directory. Throws Error when something else has the name. */
export function ensureFileSync(filePath: string | URL): void;

/** Creates a hard link and its directory. Rejects with AlreadyExists when the name is taken. */
export function ensureLink(src: string | URL, dest: string | URL): Promise<void>;

/** Creates a hard link and its directory. Throws AlreadyExists when the name is taken. */
export function ensureLinkSync(src: string | URL, dest: string | URL): void;

/** Creates a symbolic link. Rejects with NotFound without a target, AlreadyExists for another. */
export function ensureSymlink(target: string | URL, linkName: string | URL): Promise<void>;

/** Creates a symbolic link. Throws NotFound without a target, AlreadyExists for another. */
export function ensureSymlinkSync(target: string | URL, linkName: string | URL): void;

/** Whether the path exists now; an operation that follows must still expect it not to. */
export function exists(path: string | URL, options?: ExistsOptions): Promise<boolean>;

/** Whether the path exists now; an operation that follows must still expect it not to. */
export function existsSync(path: string | URL, options?: ExistsOptions): boolean;

/** Gives all that a glob pattern matches, sorted; nothing when its fixed part does not exist. */
export function expandGlob(
  glob: string | URL,
  options?: ExpandGlobOptions,
): AsyncIterableIterator<WalkEntry>;

/** Gives all that a glob pattern matches, sorted; nothing when its fixed part does not exist. */
export function expandGlobSync(
  glob: string | URL,
  options?: ExpandGlobOptions,
): IterableIterator<WalkEntry>;

/** Renames. Rejects with AlreadyExists, or NotSupported for a directory into itself. */
export function move(src: string | URL, dest: string | URL, options?: MoveOptions): Promise<void>;

/** Renames. Throws AlreadyExists, or NotSupported for a directory into itself. */
export function moveSync(src: string | URL, dest: string | URL, options?: MoveOptions): void;

/** Gives the root and all below it. Rejects with NotFound when there is no root. */
export function walk(
  root: string | URL,
  options?: WalkOptions,
): AsyncIterableIterator<WalkEntry>;

/** Gives the root and all below it. Throws NotFound when there is no root. */
export function walkSync(root: string | URL, options?: WalkOptions): IterableIterator<WalkEntry>;
