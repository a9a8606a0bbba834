/**
 * Which file imports what, as Deno itself resolves it (`deno info --json`), types included.
 */

/** One import of one file. */
export interface Import {
  /** The importing file, as a path from the root of the project. */
  readonly from: string;
  /** A path from the root of the project, or what stands in the import: `node:net`, `npm:...`. */
  readonly to: string;
  /** Whether only types are imported, so that nothing of it is there when the program runs. */
  readonly typeOnly: boolean;
}

interface InfoDependency {
  readonly specifier: string;
  readonly code?: { readonly specifier?: string; readonly error?: string };
  readonly type?: { readonly specifier?: string; readonly error?: string };
}

interface InfoModule {
  readonly specifier: string;
  readonly error?: string;
  readonly dependencies?: readonly InfoDependency[];
}

/**
 * Reads the imports of files and of everything they import.
 *
 * @param root the folder of the project, ending in a slash
 * @param files paths from there
 */
export async function readImports(root: URL, files: readonly string[]): Promise<Import[]> {
  // The command takes one file. This one imports all the others, so that they are read in one go.
  const all = files.map((file) => `import "${new URL(file, root)}";`).join("");
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", "--frozen", `data:application/typescript,${encodeURI(all)}`],
    cwd: root,
    stdin: "null",
  }).output();
  if (code !== 0) {
    throw new Error(`Cannot read the module graph: ${new TextDecoder().decode(stderr)}`);
  }
  const info: { modules: InfoModule[] } = JSON.parse(new TextDecoder().decode(stdout));
  return importsOf(info.modules, root.href);
}

/** Turns what Deno tells into imports. Pure. */
export function importsOf(modules: readonly InfoModule[], root: string): Import[] {
  const imports: Import[] = [];
  for (const { specifier, error, dependencies = [] } of modules) {
    if (error !== undefined) throw new Error(`Cannot read ${specifier}: ${error}`);
    if (!specifier.startsWith(root)) continue;
    for (const { specifier: written, code, type } of dependencies) {
      for (const [target, typeOnly] of [[code, false], [type, true]] as const) {
        if (target === undefined) continue;
        if (target.specifier === undefined) {
          throw new Error(`Cannot resolve "${written}" in ${specifier}: ${target.error}`);
        }
        const to = target.specifier.startsWith(root)
          ? target.specifier.slice(root.length)
          : target.specifier;
        imports.push({ from: specifier.slice(root.length), to, typeOnly });
      }
    }
  }
  return imports;
}

/** The circles in a graph: each as the files on it, the first one again at the end. Pure. */
export function findCircles(imports: readonly Import[]): string[][] {
  const targets = new Map<string, string[]>();
  for (const { from, to } of imports) targets.set(from, [...targets.get(from) ?? [], to]);
  const circles: string[][] = [];
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (file: string): void => {
    const at = path.indexOf(file);
    if (at >= 0) circles.push([...path.slice(at), file]);
    if (at >= 0 || done.has(file)) return;
    path.push(file);
    for (const target of targets.get(file) ?? []) visit(target);
    path.pop();
    done.add(file);
  };
  for (const file of targets.keys()) visit(file);
  return circles;
}
