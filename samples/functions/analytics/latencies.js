const EXACT = 256;
const STEPS = EXACT / 2;
const MAX_MICROS = 2 ** 32 - 1;
const BUCKETS = EXACT + 24 * STEPS;

/**
 * A histogram of microseconds with 128 buckets for each doubling: percentiles are exact below 256 µs
 * and right to within 0.4 % above. 71 minutes are the most it tells apart.
 */
export class Latencies {
  #counts = new Float64Array(BUCKETS);
  #count = 0;
  #sum = 0;
  #max = 0;

  add(micros) {
    this.#counts[bucketOf(micros)]++;
    this.#count++;
    this.#sum += micros;
    if (micros > this.#max) this.#max = micros;
  }

  report() {
    return {
      count: this.#count,
      mean: this.#count === 0 ? null : this.#sum / this.#count / 1000,
      p50: this.#percentile(0.5),
      p90: this.#percentile(0.9),
      p99: this.#percentile(0.99),
      max: this.#count === 0 ? null : this.#max / 1000,
    };
  }

  /** The least value that is not below a share of all values, in milliseconds. */
  #percentile(share) {
    if (this.#count === 0) return null;
    let left = Math.ceil(this.#count * share);
    let bucket = 0;
    while (left > this.#counts[bucket]) left -= this.#counts[bucket++];
    return Math.min(middleOf(bucket), this.#max) / 1000;
  }
}

function bucketOf(micros) {
  const value = micros > MAX_MICROS ? MAX_MICROS : micros;
  if (value < EXACT) return value;
  const shift = 24 - Math.clz32(value);
  return EXACT + (shift - 1) * STEPS + (value >>> shift) - STEPS;
}

function middleOf(bucket) {
  if (bucket < EXACT) return bucket;
  const shift = Math.trunc((bucket - EXACT) / STEPS) + 1;
  const width = 2 ** shift;
  return (((bucket - EXACT) % STEPS) + STEPS) * width + (width - 1) / 2;
}
