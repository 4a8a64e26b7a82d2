// The changes of a key-value namespace as an async iterator. What the host keeps of them is bounded, and merged by key.
(function (core) {
  'use strict';
  const { bodies, ops, load, slots, register, unregister, failure, Bytes } = core;
  const { parse } = JSON;
  const { handled, ignore, react } = load('idl');
  const NativePromise = Promise;

  const $KVWatch = slots('KVWatch');

  class KVWatch {
    [$KVWatch] = {
      ready: undefined,
      /** The number of the body that the changes come with; 0 until it has begun. */
      body: 0,
      /** What waits for more of the body; 0 for nothing. */
      op: 0,
      lines: [],
      at: 0,
      /** Calls of next() that have no answer yet. */
      calls: [],
      over: false,
      /** What the next call fails with. */
      wrong: null,
      forget: ignore,
    };

    /** Resolved once every later change will be told. */
    get ready() {
      return this[$KVWatch].ready;
    }

    next() {
      const slot = this[$KVWatch];
      return new NativePromise((resolve, reject) => {
        slot.calls.push({ resolve, reject });
        answer(slot);
      });
    }

    async return(value) {
      end(this[$KVWatch], null);
      return { value, done: true };
    }

    [Symbol.asyncIterator]() {
      return this;
    }

    get [Symbol.toStringTag]() {
      return 'KVWatch';
    }
  }

  function watch(call, prefix, signal) {
    const self = new KVWatch();
    const slot = self[$KVWatch];
    slot.ready = signal?.aborted ? NativePromise.reject(signal.reason) : begin(slot, call, prefix, signal);
    handled(slot.ready);
    if (signal?.aborted) end(slot, { reason: signal.reason });
    return self;
  }

  function begin(slot, call, prefix, signal) {
    return new NativePromise((resolve, reject) => {
      if (signal !== null) {
        slot.forget = load('abort').onAbort(signal, () => {
          reject(signal.reason);
          end(slot, { reason: signal.reason });
        });
      }
      react(begun(slot, call, prefix), resolve, (reason) => {
        reject(reason);
        end(slot, { reason });
      });
    });
  }

  async function begun(slot, call, prefix) {
    const { content } = await call('watch', { prefix });
    if (content === null) end(slot, null);
    else if (slot.over) bodies.cancel(content.data);
    else slot.body = content.data;
    answer(slot);
  }

  function answer(slot) {
    while (slot.calls.length > 0) {
      if (slot.at < slot.lines.length) {
        slot.calls.shift().resolve({ value: eventOf(slot.lines[slot.at++]), done: false });
      } else if (slot.over) {
        finish(slot, slot.calls.shift());
      } else if (slot.body === 0 || slot.op !== 0 || !read(slot)) {
        return;
      }
    }
  }

  function finish(slot, { resolve, reject }) {
    const { wrong } = slot;
    slot.wrong = null;
    if (wrong === null) resolve({ value: undefined, done: true });
    else reject(wrong.reason);
  }

  function eventOf(line) {
    const { type, key = null, version = null } = parse(line);
    return { key, type, version };
  }

  /** Whether there was something to read, if only the end. */
  function read(slot) {
    const op = register((how, payload) => {
      slot.op = 0;
      if (how === core.DROPPED) return;
      if (how === core.RESOLVED) take(slot, payload);
      else end(slot, { reason: failure(how, payload) });
      answer(slot);
    });
    const now = bodies.read(slot.body, op);
    if (now === core.LATER) {
      slot.op = op;
      return false;
    }
    unregister(op);
    if (now === core.UNREADABLE) end(slot, { reason: new TypeError(bodies.error()) });
    else take(slot, now);
    return true;
  }

  /** Takes whole lines; null at the end. */
  function take(slot, buffer) {
    if (buffer === null) {
      end(slot, null);
      return;
    }
    slot.lines = load('encoding').utf8Decode(new Bytes(buffer)).trim().split('\n');
    slot.at = 0;
  }

  function end(slot, wrong) {
    if (slot.over) return;
    slot.over = true;
    slot.wrong = wrong;
    slot.lines = [];
    slot.forget();
    if (slot.op !== 0) {
      ops.cancel(slot.op);
      unregister(slot.op);
      slot.op = 0;
    }
    if (slot.body !== 0) bodies.cancel(slot.body);
    answer(slot);
  }

  return { watch };
});
