import { within } from "./within.ts";

/** Resolves when something has become true; rejects naming it when it never does. */
export async function eventually(
  what: string,
  isTrue: () => boolean | Promise<boolean>,
): Promise<void> {
  const waiting = async (): Promise<void> => {
    while (!await isTrue()) await new Promise((resume) => setTimeout(resume, 10));
  };
  await within(what, waiting());
}
