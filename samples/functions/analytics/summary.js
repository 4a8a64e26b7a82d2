import { Latencies } from './latencies.js';
import { TopPaths } from './paths.js';

const SPACE = 32;
const QUOTE = 34;
const DASH = 45;
const DOT = 46;
const ZERO = 48;
const QUESTION = 63;
const BACKSLASH = 92;
const CLOSING_BRACKET = 93;

/**
 * Reads lines of the common or combined log format, with or without a response time at the end:
 *
 *     host ident user [time] "method path protocol" status bytes ["referer" "agent"] [response time]
 *
 * A response time without a point is in microseconds (Apache's %D), one with a point in seconds
 * (nginx's $request_time).
 */
export class LogSummary {
  #lines = 0;
  #malformed = 0;
  #bytesSent = 0;
  #classes = new Float64Array(6);
  #paths = new TopPaths();
  #latencies = new Latencies();

  malformed() {
    this.#lines++;
    this.#malformed++;
  }

  line(bytes, from, to) {
    this.#lines++;
    if (!this.#read(bytes, from, to)) this.#malformed++;
  }

  #read(bytes, from, to) {
    const request = requestStart(bytes, from, to);
    if (request < 0) return false;
    const requestEnd = closingQuote(bytes, request, to);
    // Behind the quote: a space, three digits, a space and at least one byte.
    if (requestEnd + 7 > to) return false;
    const status = statusAt(bytes, requestEnd + 1);
    let at = requestEnd + 6;
    let sent = 0;
    if (bytes[at] === DASH) {
      at++;
    } else {
      const start = at;
      while (at < to && isDigit(bytes[at])) sent = sent * 10 + bytes[at++] - ZERO;
      if (at === start) return false;
    }
    const micros = responseTime(bytes, at, to);
    if (status < 0 || micros === INVALID) return false;

    this.#classes[Math.trunc(status / 100)]++;
    this.#bytesSent += sent;
    this.#addPath(bytes, request, requestEnd);
    if (micros !== NONE) this.#latencies.add(micros);
    return true;
  }

  /** The path is between the method and a query or the protocol; a request of one word is it all. */
  #addPath(bytes, from, to) {
    let start = from;
    while (start < to && bytes[start] !== SPACE) start++;
    start = start === to ? from : start + 1;
    let end = start;
    while (end < to && bytes[end] !== SPACE && bytes[end] !== QUESTION) end++;
    this.#paths.add(bytes, start, end);
  }

  report() {
    const statusClasses = {};
    for (let i = 1; i <= 5; i++) statusClasses[`${i}xx`] = this.#classes[i];
    return {
      lines: this.#lines,
      malformed: this.#malformed,
      bytesSent: this.#bytesSent,
      statusClasses,
      topPaths: this.#paths.top(10),
      latencyMs: this.#latencies.report(),
    };
  }
}

const NONE = -1;
const INVALID = -2;

function isDigit(byte) {
  return byte >= ZERO && byte <= ZERO + 9;
}

/** Behind the first quote, which follows the time in brackets; -1 when there is none. */
function requestStart(bytes, from, to) {
  let at = from;
  while (at < to && bytes[at] !== QUOTE) at++;
  const follows = at >= from + 2 && bytes[at - 1] === SPACE && bytes[at - 2] === CLOSING_BRACKET;
  return at < to && follows ? at + 1 : -1;
}

/** The next quote that no backslash escapes, or the end. */
function closingQuote(bytes, from, to) {
  let at = from;
  while (at < to && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1;
  return Math.min(at, to);
}

/** The status in " 200 ", from 100 to 599, or -1. */
function statusAt(bytes, at) {
  const hundreds = bytes[at + 1] - ZERO;
  const valid =
    bytes[at] === SPACE &&
    hundreds >= 1 &&
    hundreds <= 5 &&
    isDigit(bytes[at + 2]) &&
    isDigit(bytes[at + 3]) &&
    bytes[at + 4] === SPACE;
  return valid ? hundreds * 100 + (bytes[at + 2] - ZERO) * 10 + bytes[at + 3] - ZERO : -1;
}

/** Microseconds; what stands between the bytes sent and the end of the line. */
function responseTime(bytes, from, to) {
  if (from === to) return NONE;
  if (bytes[from] !== SPACE) return INVALID;
  let at = from + 1;
  if (bytes[at] === QUOTE) {
    // From behind: a quote can be in the agent's name, but not in the response time.
    let quote = to - 1;
    while (bytes[quote] !== QUOTE) quote--;
    if (quote === at) return INVALID;
    if (quote === to - 1) return NONE;
    if (bytes[quote + 1] !== SPACE) return INVALID;
    at = quote + 2;
  }
  return number(bytes, at, to);
}

function number(bytes, from, to) {
  if (from === to) return INVALID;
  if (to - from === 1 && bytes[from] === DASH) return NONE;
  let value = 0;
  let scale = 0;
  for (let at = from; at < to; at++) {
    const byte = bytes[at];
    if (isDigit(byte)) {
      value = value * 10 + byte - ZERO;
      scale *= 10;
    } else if (byte === DOT && scale === 0 && at > from && at < to - 1) {
      scale = 1;
    } else {
      return INVALID;
    }
  }
  return scale === 0 ? value : Math.round((value / scale) * 1e6);
}
