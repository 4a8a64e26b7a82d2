const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const MAX_LINE_BYTES = 65_536;

/**
 * Cuts chunks of bytes into lines: calls sink.line(bytes, from, to) for each that is not empty, or
 * sink.malformed() for one longer than 64 KiB. Chunks are copied into one buffer, in which a line
 * lies whole.
 */
export class LineReader {
  #sink;
  #bytes = new Uint8Array(2 * MAX_LINE_BYTES);
  #length = 0;
  #tooLong = false;

  constructor(sink) {
    this.#sink = sink;
  }

  read(chunk) {
    let from = 0;
    while (from < chunk.length) {
      const to = Math.min(chunk.length, from + this.#bytes.length - this.#length);
      this.#bytes.set(from === 0 && to === chunk.length ? chunk : chunk.subarray(from, to), this.#length);
      this.#length += to - from;
      this.#cut();
      from = to;
    }
  }

  /** Ends the last line, if it has no line feed. */
  end() {
    if (this.#tooLong) this.#sink.malformed();
    else emit(this.#sink, this.#bytes, 0, this.#length);
    this.#length = 0;
    this.#tooLong = false;
  }

  /** Passes on the whole lines in the buffer and moves the begun one to its start. */
  #cut() {
    const sink = this.#sink;
    const bytes = this.#bytes;
    const length = this.#length;
    let start = 0;
    for (let at = 0; at < length; at++) {
      if (bytes[at] !== LINE_FEED) continue;
      if (this.#tooLong) sink.malformed();
      else emit(sink, bytes, start, at);
      this.#tooLong = false;
      start = at + 1;
    }
    if (length - start > MAX_LINE_BYTES) this.#tooLong = true;
    if (this.#tooLong) start = length;
    bytes.copyWithin(0, start, length);
    this.#length = length - start;
  }
}

function emit(sink, bytes, from, to) {
  const end = to > from && bytes[to - 1] === CARRIAGE_RETURN ? to - 1 : to;
  if (end - from > MAX_LINE_BYTES) sink.malformed();
  else if (end > from) sink.line(bytes, from, end);
}
