/**
 * Plays the classic story with a real server and two real clients, as `deno task walkthrough`, and
 * leaves what each person saw and typed in `output1.txt` and `output2.txt`.
 *
 * Usage: walkthrough.ts [SERVER_EXECUTABLE CLIENT_EXECUTABLE]
 */

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

const outputs: [string, string] = ["output1.txt", "output2.txt"];
const here = Deno.cwd();
const directory = await Deno.makeTempDir({ prefix: "parley-walkthrough-" });
try {
  const [server, client] = Deno.args;
  for (const output of outputs) await Deno.remove(output).catch(() => {});
  await playStory({
    server: server ? { command: server, args: [], clearEnv: true } : await fromSource("server"),
    client: client ? { command: client, args: [], clearEnv: true } : await fromSource("client"),
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
