/**
 * Plays the classic story with a real server and two real clients, as `deno task walkthrough`, and
 * leaves what each person saw and typed in `output1.txt` and `output2.txt`. `--help` tells how.
 */

import { systemReason } from "../lib/core/errors.ts";
import { wordsFor } from "./command_line.ts";
import { complain, print } from "./print.ts";
import { type Launch, StoryError } from "./walkthrough/program.ts";
import { playStory } from "./walkthrough/story.ts";

/** The programs as `deno task` runs them, with the permissions their tasks give. */
async function fromSource(task: "server" | "client"): Promise<Launch> {
  const root = new URL("../", import.meta.url).pathname;
  const { tasks } = JSON.parse(await Deno.readTextFile(`${root}deno.json`));
  const [, ...args] = (tasks[task].command as string).split(" ");
  const script = args.pop();
  return {
    command: Deno.execPath(),
    args: [...args, "--config", `${root}deno.json`, `${root}${script}`],
  };
}

const USAGE =
  `Play the classic story with a real server and two real clients; what each person saw and
typed is left in output1.txt and output2.txt.

Usage: deno task walkthrough [SERVER [CLIENT]]

SERVER and CLIENT are executables; those that are not named run from source.
`;

const [server, client] = wordsFor("walkthrough", USAGE, 2);
/** An executable as somebody named it from here: it will run elsewhere. */
async function named(path: string): Promise<Launch> {
  try {
    return { command: await Deno.realPath(path), args: [], clearEnv: true };
  } catch (error) {
    complain(`walkthrough: Cannot run "${path}": ${systemReason(error)}`);
    return Deno.exit(1);
  }
}

const launches = {
  server: server ? await named(server) : await fromSource("server"),
  client: client ? await named(client) : await fromSource("client"),
};
const outputs: [string, string] = ["output1.txt", "output2.txt"];
const here = Deno.cwd();
const directory = await Deno.makeTempDir({ prefix: "parley-walkthrough-" });
try {
  for (const output of outputs) await Deno.remove(output).catch(() => {});
  await playStory({
    ...launches,
    directory,
    transcripts: [`${here}/${outputs[0]}`, `${here}/${outputs[1]}`],
  });
  print(`The story went as it should; what each saw is in ${outputs.join(" and ")}.\n`);
} catch (error) {
  if (!(error instanceof StoryError)) throw error;
  complain(`The story went wrong: ${error.message}`);
  Deno.exitCode = 1;
} finally {
  await Deno.remove(directory, { recursive: true });
}
