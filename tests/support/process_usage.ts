/**
 * What a process uses, as Linux tells it. Deno may not read `/proc` itself without all permissions,
 * so a shell does.
 */

/** Whether this system tells. */
export const TELLS_USAGE: boolean = Deno.build.os === "linux";

/** For the name of a test that is not run where it does not. */
export const USAGE_NOTE: string = TELLS_USAGE ? "" : " (needs Linux)";

/** Bytes of memory it has. */
export async function residentBytes(pid: number): Promise<number> {
  const kib = await numberFrom(
    `sed -n 's/^VmRSS:[^0-9]*\\([0-9]*\\) kB$/\\1/p' /proc/${pid}/status`,
  );
  return kib * 1024;
}

/** Descriptors it has open. */
export async function openDescriptors(pid: number): Promise<number> {
  return await numberFrom(`ls /proc/${pid}/fd | wc -l`);
}

/** Seconds of processor time it has used, its threads together. */
export async function cpuSeconds(pid: number): Promise<number> {
  // Behind the name, which may hold anything: the 12th and 13th number, in hundredths of a second.
  const ticks = await numberFrom(
    `sed 's/.*) //' /proc/${pid}/stat | awk '{ print $12 + $13 }'`,
  );
  return ticks / 100;
}

/** Established connections of a local port for which the system will ask whether somebody is there. */
export async function keptAlive(port: number): Promise<number> {
  const hex = port.toString(16).toUpperCase().padStart(4, "0");
  // The second field is the local end, the fourth the state, the sixth begins with the timer's kind.
  const script = `awk '$2 ~ /:${hex}$/ && $4 == "01" && $6 ~ /^02:/' /proc/net/tcp | wc -l`;
  const { stdout } = await new Deno.Command("sh", { args: ["-c", script] }).output();
  return Number.parseInt(new TextDecoder().decode(stdout), 10);
}

async function numberFrom(script: string): Promise<number> {
  const { stdout, stderr } = await new Deno.Command("sh", { args: ["-c", script] }).output();
  const number = Number.parseInt(new TextDecoder().decode(stdout), 10);
  if (number > 0) return number;
  throw new Error(`Cannot tell what a process uses: ${new TextDecoder().decode(stderr)}`);
}
