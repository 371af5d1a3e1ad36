// Real-time text (EN 301 549 6.2): the line being written goes out while it changes, so that its
// characters reach the others within 500 ms.

const EVERY_MS = 300;
const LINES = 500_000;          // half of what the server counts to
export const LINE_MAX = 500;

export interface Line { line: number; text: string; done: boolean }

export class LineSender {
  // Not one that this person had before a reload.
  private line = Math.floor(Date.now() / 1000) % LINES;
  private text = '';
  private sent = '';
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly send: (line: Line) => void) {}

  /** The whole line as it stands now. */
  write(text: string): void {
    this.text = text.slice(0, LINE_MAX);
    if (this.timer || this.text === this.sent) return;
    this.flush();
    this.timer = setTimeout(() => {
      this.timer = undefined;
      if (this.text !== this.sent) this.write(this.text);
    }, EVERY_MS);
  }

  /** The line is finished; the next begins empty. */
  end(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.text || this.sent) this.send({ line: this.line, text: this.text, done: true });
    this.line += 1;
    this.text = this.sent = '';
  }

  private flush(): void {
    this.sent = this.text;
    this.send({ line: this.line, text: this.text, done: false });
  }
}
