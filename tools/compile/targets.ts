/** Which systems there are executables for, what their files are called, and what is in them. Pure. */

/** A system and its processor, as Deno names them. */
export type Target = (typeof TARGETS)[number];

/** Every system executables are made for. */
export const TARGETS = [
  "x86_64-unknown-linux-gnu",
  "aarch64-unknown-linux-gnu",
  "x86_64-apple-darwin",
  "aarch64-apple-darwin",
  "x86_64-pc-windows-msvc",
] as const;

/** The target a word names; `undefined` when it names none. */
export function targetNamed(word: string): Target | undefined {
  return TARGETS.find((target) => target === word);
}

/** `parley-server-1.0.0-x86_64-unknown-linux-gnu` */
export function fileName(name: string, version: string, target: string): string {
  return `${name}-${version}-${target}${suffixOf(target)}`;
}

/** The name without version and target, which is what people type: `parley-server`. */
export function shortName(name: string, target: string): string {
  return name + suffixOf(target);
}

function suffixOf(target: string): string {
  return target.includes("windows") ? ".exe" : "";
}

/** How many bytes of an executable {@linkcode targetOf} looks at. */
export const HEADER_BYTES = 1024;

/** Processors as ELF, Mach-O and PE number them. */
const ELF_MACHINES = new Map([[0x3e, "x86_64"], [0xb7, "aarch64"]]);
const MACHO_MACHINES = new Map([[0x01000007, "x86_64"], [0x0100000c, "aarch64"]]);
const PE_MACHINES = new Map([[0x8664, "x86_64"], [0xaa64, "aarch64"]]);

/**
 * What an executable runs on, by its first bytes: a runtime that was named by hand is packed into
 * whatever was asked for, and would be copied to machines that cannot run it. `undefined` for what
 * none of the targets is.
 */
export function targetOf(header: Uint8Array): Target | undefined {
  if (header.length < 64) return undefined;
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  const found = (machine: string | undefined, system: string): Target | undefined =>
    targetNamed(`${machine}-${system}`);
  if (view.getUint32(0) === 0x7f454c46) {
    return found(ELF_MACHINES.get(view.getUint16(18, true)), "unknown-linux-gnu");
  }
  if (view.getUint32(0, true) === 0xfeedfacf) {
    return found(MACHO_MACHINES.get(view.getUint32(4, true)), "apple-darwin");
  }
  const pe = view.getUint32(0x3c, true);
  if (
    view.getUint16(0) === 0x4d5a && pe + 6 <= header.length && view.getUint32(pe) === 0x50450000
  ) {
    return found(PE_MACHINES.get(view.getUint16(pe + 4, true)), "pc-windows-msvc");
  }
  return undefined;
}
