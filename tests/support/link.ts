/** Makes a symbolic link as another program does: a test may not, with the rights it has. */
export async function link(to: string, at: string): Promise<void> {
  const { success } = await new Deno.Command("ln", { args: ["-s", to, at] }).output();
  if (!success) throw new Error(`Cannot link "${at}" to "${to}"`);
}
