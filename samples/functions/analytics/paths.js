const CAPACITY = 1024;
const MAX_PATH_BYTES = 256;
const CHAINS = 2048;

/**
 * The most frequent paths, by the Space-Saving algorithm (Metwally, Agrawal, El Abbadi: "Efficient
 * Computation of Frequent and Top-k Elements in Data Streams", 2005): 1,024 counters, of which a path
 * that has none takes over the lowest one with its count. A path's count is at most `over` too high,
 * and no path with more than 1/1024 of all lines is missed. Up to 1,024 paths are counted exactly.
 *
 * A path is its first 256 bytes. Everything is in arrays of a fixed size: a hash table with chains
 * finds a counter, a heap the lowest one.
 */
export class TopPaths {
  #size = 0;
  #bytes = new Uint8Array(CAPACITY * MAX_PATH_BYTES);
  #lengths = new Int32Array(CAPACITY);
  #hashes = new Int32Array(CAPACITY);
  #counts = new Float64Array(CAPACITY);
  #over = new Float64Array(CAPACITY);
  #heads = new Int32Array(CHAINS).fill(-1);
  #next = new Int32Array(CAPACITY);
  #heap = new Int32Array(CAPACITY);
  #places = new Int32Array(CAPACITY);

  add(bytes, from, to) {
    const length = Math.min(to - from, MAX_PATH_BYTES);
    let hash = 0x811c9dc5;
    for (let i = 0; i < length; i++) hash = Math.imul(hash ^ bytes[from + i], 0x01000193);
    hash ^= hash >>> 15;
    let counter = this.#heads[hash & (CHAINS - 1)];
    while (counter >= 0 && !this.#is(counter, hash, bytes, from, length)) {
      counter = this.#next[counter];
    }
    if (counter < 0) counter = this.#take(hash, bytes, from, length);
    this.#counts[counter]++;
    this.#lower(this.#places[counter]);
  }

  #is(counter, hash, bytes, from, length) {
    if (this.#hashes[counter] !== hash || this.#lengths[counter] !== length) return false;
    const start = counter * MAX_PATH_BYTES;
    for (let i = 0; i < length; i++) {
      if (this.#bytes[start + i] !== bytes[from + i]) return false;
    }
    return true;
  }

  /** A counter for a path that has none: a new one, or the lowest. */
  #take(hash, bytes, from, length) {
    let counter;
    if (this.#size < CAPACITY) {
      counter = this.#size++;
      // Its count is 0, lower than all: it goes to the top, and the path down to it moves.
      let place = counter;
      while (place > 0) {
        const parent = (place - 1) >> 1;
        this.#put(place, this.#heap[parent]);
        place = parent;
      }
      this.#put(0, counter);
    } else {
      counter = this.#heap[0];
      this.#unlink(counter);
      this.#over[counter] = this.#counts[counter];
    }
    const start = counter * MAX_PATH_BYTES;
    for (let i = 0; i < length; i++) this.#bytes[start + i] = bytes[from + i];
    this.#lengths[counter] = length;
    this.#hashes[counter] = hash;
    const chain = hash & (CHAINS - 1);
    this.#next[counter] = this.#heads[chain];
    this.#heads[chain] = counter;
    return counter;
  }

  #unlink(counter) {
    const chain = this.#hashes[counter] & (CHAINS - 1);
    if (this.#heads[chain] === counter) {
      this.#heads[chain] = this.#next[counter];
      return;
    }
    let before = this.#heads[chain];
    while (this.#next[before] !== counter) before = this.#next[before];
    this.#next[before] = this.#next[counter];
  }

  /** Moves the counter at a place of the heap down to where its count belongs. */
  #lower(from) {
    const counter = this.#heap[from];
    const count = this.#counts[counter];
    let place = from;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= this.#size) break;
      if (child + 1 < this.#size && this.#countAt(child + 1) < this.#countAt(child)) child++;
      if (this.#countAt(child) >= count) break;
      this.#put(place, this.#heap[child]);
      place = child;
    }
    this.#put(place, counter);
  }

  #countAt(place) {
    return this.#counts[this.#heap[place]];
  }

  #put(place, counter) {
    this.#heap[place] = counter;
    this.#places[counter] = place;
  }

  /** The paths with the highest counts, highest first, then by name. */
  top(most) {
    const decoder = new TextDecoder();
    const paths = [];
    for (let counter = 0; counter < this.#size; counter++) {
      const start = counter * MAX_PATH_BYTES;
      paths.push({
        path: decoder.decode(this.#bytes.subarray(start, start + this.#lengths[counter])),
        count: this.#counts[counter],
        over: this.#over[counter],
      });
    }
    return paths
      .sort((a, b) => b.count - a.count || (a.path < b.path ? -1 : 1))
      .slice(0, most);
  }
}
