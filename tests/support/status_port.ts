/** The status port of a process, as programs and scrapers ask it. */

/** What one request was answered. */
export interface StatusAnswer {
  readonly status: number;
  readonly text: string;
}

/** Asks a status port on loopback. */
export class StatusPort {
  readonly url: string;

  constructor(port: number) {
    this.url = `http://127.0.0.1:${port}`;
  }

  /** Gets a page. */
  async get(path: string): Promise<StatusAnswer> {
    const response = await fetch(this.url + path);
    return { status: response.status, text: await response.text() };
  }

  /** The values of `/metrics` by name and labels as they stand there. */
  async metrics(): Promise<ReadonlyMap<string, number>> {
    const { text } = await this.get("/metrics");
    const lines = text.split("\n").filter((line) => /^\w/.test(line));
    return new Map(lines.map((line) => {
      const at = line.lastIndexOf(" ");
      return [line.slice(0, at), Number(line.slice(at + 1))];
    }));
  }

  /** Everything that can be read there, as one text. */
  async everything(): Promise<string> {
    const paths = ["/", "/healthz", "/readyz", "/metrics", "/api/state"];
    const texts = await Promise.all(paths.map(async (path) => (await this.get(path)).text));
    return [...texts, await this.#firstEvent()].join("\n");
  }

  async #firstEvent(): Promise<string> {
    const response = await fetch(`${this.url}/events`);
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    const { value = "" } = await reader.read();
    await reader.cancel();
    return value;
  }
}
