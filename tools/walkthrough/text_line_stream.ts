/** Text in any pieces, in lines out; a last line without its end counts. */
export class TextLineStream extends TransformStream<string, string> {
  /** Makes a stream that cuts at LF, and drops a CR before it. */
  constructor() {
    let rest = "";
    super({
      transform: (text, controller) => {
        const lines = (rest + text).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) controller.enqueue(line.replace(/\r$/, ""));
      },
      flush: (controller) => {
        if (rest !== "") controller.enqueue(rest);
      },
    });
  }
}
