// ReadableStream: sections 4.2 to 4.5 of the Streams Standard, default controllers; a stream of
// type "bytes" has no BYOB readers. The writable half is in writables.js.
(function (core) {
  'use strict';
  const { bodies, later, bytesOf, Bytes } = core;
  const TOKEN = {};
  const ignore = () => undefined;
  const handled = (promise) => {
    promise.catch(ignore);
    return promise;
  };

  function deferred() {
    return Promise.withResolvers();
  }

  function method(object, name, context) {
    const value = object?.[name];
    if (value === undefined || value === null) return undefined;
    if (typeof value !== 'function') throw new TypeError(`${context}: ${name} is not a function`);
    return (...args) => Reflect.apply(value, object, args);
  }

  /** Calls what the guest gave as a promise-returning algorithm. */
  function promiseCall(algorithm, ...args) {
    if (algorithm === undefined) return Promise.resolve(undefined);
    try {
      return Promise.resolve(algorithm(...args));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  // ---- queuing strategies

  function strategyOf(strategy, defaultMark) {
    if (strategy !== undefined && strategy !== null && typeof strategy !== 'object' && typeof strategy !== 'function') {
      throw new TypeError('the strategy is not an object');
    }
    const size = method(strategy, 'size', 'strategy');
    const given = strategy?.highWaterMark;
    const mark = given === undefined ? defaultMark : Number(given);
    if (Number.isNaN(mark) || mark < 0) throw new RangeError('highWaterMark: not a number from 0 up');
    return { mark, size: size === undefined ? () => 1 : (chunk) => size(chunk) };
  }

  function checkedSize(size) {
    const value = Number(size);
    if (Number.isNaN(value) || value < 0 || value === Infinity) throw new RangeError('the size of a chunk is not a finite number from 0 up');
    return value;
  }

  const countSize = () => 1;
  const byteSize = (chunk) => chunk.byteLength;
  Object.defineProperty(countSize, 'name', { value: 'size' });
  Object.defineProperty(byteSize, 'name', { value: 'size' });

  class CountQueuingStrategy {
    #mark;
    constructor(init) {
      if (typeof init !== 'object' || init === null || init.highWaterMark === undefined) {
        throw new TypeError('CountQueuingStrategy: highWaterMark needed');
      }
      this.#mark = Number(init.highWaterMark);
    }
    get highWaterMark() {
      return this.#mark;
    }
    get size() {
      return countSize;
    }
  }

  class ByteLengthQueuingStrategy {
    #mark;
    constructor(init) {
      if (typeof init !== 'object' || init === null || init.highWaterMark === undefined) {
        throw new TypeError('ByteLengthQueuingStrategy: highWaterMark needed');
      }
      this.#mark = Number(init.highWaterMark);
    }
    get highWaterMark() {
      return this.#mark;
    }
    get size() {
      return byteSize;
    }
  }

  // ---- the stream's state

  let stateOf;
  let isReadable;

  /** A stream over {@code pull} and {@code cancel}, which return promises. */
  function create(start, pull, cancel, mark, size = () => 1) {
    const stream = new ReadableStream(TOKEN);
    setUp(stateOf(stream), start, pull, cancel, mark, size, false);
    return stream;
  }

  function setUp(s, start, pull, cancel, mark, size, byteChunks) {
    const c = {
      s, queue: [], total: 0, started: false, closeRequested: false, pullAgain: false, pulling: false,
      mark, size, pull, cancel, byteChunks, controller: null,
    };
    c.controller = new ReadableStreamDefaultController(TOKEN, c);
    s.c = c;
    const startResult = start?.(c.controller);
    Promise.resolve(startResult).then(
      () => {
        c.started = true;
        callPull(c);
      },
      (error) => errorController(c, error),
    );
  }

  function clearAlgorithms(c) {
    c.pull = undefined;
    c.cancel = undefined;
    c.size = undefined;
  }

  function desiredSize(c) {
    if (c.s.state === 'errored') return null;
    if (c.s.state === 'closed') return 0;
    return c.mark - c.total;
  }

  function canCloseOrEnqueue(c) {
    return !c.closeRequested && c.s.state === 'readable';
  }

  function shouldPull(c) {
    if (!canCloseOrEnqueue(c) || !c.started) return false;
    if (c.s.reader !== null && c.s.reader.requests.length > 0) return true;
    return desiredSize(c) > 0;
  }

  function callPull(c) {
    if (!shouldPull(c)) return;
    if (c.pulling) {
      c.pullAgain = true;
      return;
    }
    c.pulling = true;
    promiseCall(c.pull, c.controller).then(
      () => {
        c.pulling = false;
        if (c.pullAgain) {
          c.pullAgain = false;
          callPull(c);
        }
      },
      (error) => errorController(c, error),
    );
  }

  function closeController(c) {
    if (!canCloseOrEnqueue(c)) return;
    c.closeRequested = true;
    if (c.queue.length === 0) {
      clearAlgorithms(c);
      closeStream(c.s);
    }
  }

  function enqueue(c, chunk) {
    if (!canCloseOrEnqueue(c)) return;
    const { reader } = c.s;
    if (reader !== null && reader.requests.length > 0) {
      reader.requests.shift().chunk(chunk);
    } else {
      let size;
      try {
        size = checkedSize(c.size(chunk));
      } catch (error) {
        errorController(c, error);
        throw error;
      }
      c.queue.push({ chunk, size });
      c.total += size;
    }
    callPull(c);
  }

  function errorController(c, error) {
    if (c.s.state !== 'readable') return;
    c.queue = [];
    c.total = 0;
    clearAlgorithms(c);
    errorStream(c.s, error);
  }

  function pullSteps(c, request) {
    if (c.queue.length === 0) {
      c.s.reader.requests.push(request);
      callPull(c);
      return;
    }
    const { chunk, size } = c.queue.shift();
    c.total = Math.max(0, c.total - size);
    if (c.closeRequested && c.queue.length === 0) {
      clearAlgorithms(c);
      closeStream(c.s);
    } else {
      callPull(c);
    }
    request.chunk(chunk);
  }

  function closeStream(s) {
    s.state = 'closed';
    const { reader } = s;
    if (reader === null) return;
    reader.closed.resolve(undefined);
    const requests = reader.requests;
    reader.requests = [];
    for (const request of requests) request.close();
  }

  function errorStream(s, error) {
    s.state = 'errored';
    s.error = error;
    const { reader } = s;
    if (reader === null) return;
    reader.closed.reject(error);
    handled(reader.closed.promise);
    failRequests(reader, error);
  }

  function failRequests(reader, error) {
    const requests = reader.requests;
    reader.requests = [];
    for (const request of requests) request.error(error);
  }

  function cancelStream(s, reason) {
    s.disturbed = true;
    if (s.state === 'closed') return Promise.resolve(undefined);
    if (s.state === 'errored') return Promise.reject(s.error);
    closeStream(s);
    const { c } = s;
    c.queue = [];
    c.total = 0;
    const { cancel } = c;
    clearAlgorithms(c);
    return promiseCall(cancel, reason).then(ignore);
  }

  // ---- readers

  function acquire(s) {
    if (s.reader !== null) throw new TypeError('the stream is locked');
    const reader = { s, requests: [], closed: deferred() };
    s.reader = reader;
    if (s.state === 'closed') reader.closed.resolve(undefined);
    if (s.state === 'errored') reader.closed.reject(s.error);
    handled(reader.closed.promise);
    return reader;
  }

  function release(reader) {
    const { s } = reader;
    const error = new TypeError('the reader was released');
    if (s.state !== 'readable') reader.closed = deferred();
    reader.closed.reject(error);
    handled(reader.closed.promise);
    s.reader = null;
    reader.s = null;
    failRequests(reader, error);
  }

  function read(reader, request) {
    const { s } = reader;
    s.disturbed = true;
    if (s.state === 'closed') request.close();
    else if (s.state === 'errored') request.error(s.error);
    else pullSteps(s.c, request);
  }

  function readPromise(reader) {
    return new Promise((resolve, reject) => {
      read(reader, {
        chunk: (value) => resolve({ value, done: false }),
        close: () => resolve({ value: undefined, done: true }),
        error: reject,
      });
    });
  }

  class ReadableStreamDefaultReader {
    #reader;
    constructor(stream) {
      if (!isReadable(stream)) throw new TypeError('ReadableStreamDefaultReader: not a ReadableStream');
      this.#reader = acquire(stateOf(stream));
    }
    get closed() {
      return this.#reader.closed.promise;
    }
    cancel(reason) {
      const { s } = this.#reader;
      return s === null ? Promise.reject(new TypeError('the reader was released')) : cancelStream(s, reason);
    }
    read() {
      if (this.#reader.s === null) return Promise.reject(new TypeError('the reader was released'));
      return readPromise(this.#reader);
    }
    releaseLock() {
      if (this.#reader.s !== null) release(this.#reader);
    }
    get [Symbol.toStringTag]() {
      return 'ReadableStreamDefaultReader';
    }
  }

  class ReadableStreamDefaultController {
    #c;
    constructor(token, c) {
      if (token !== TOKEN) throw new TypeError('Illegal constructor');
      this.#c = c;
    }
    get desiredSize() {
      return desiredSize(this.#c);
    }
    get byobRequest() {
      return null;
    }
    close() {
      if (!canCloseOrEnqueue(this.#c)) throw new TypeError('the stream is closed, closing or errored');
      closeController(this.#c);
    }
    enqueue(chunk) {
      if (!canCloseOrEnqueue(this.#c)) throw new TypeError('the stream is closed, closing or errored');
      if (this.#c.byteChunks) {
        const bytes = bytesOf(chunk);
        if (bytes === undefined || !ArrayBuffer.isView(chunk)) throw new TypeError('enqueue: a byte stream’s chunks are views');
        enqueue(this.#c, new Bytes(bytes[0], bytes[1], bytes[2]));
      } else {
        enqueue(this.#c, chunk);
      }
    }
    error(reason) {
      errorController(this.#c, reason);
    }
    get [Symbol.toStringTag]() {
      return 'ReadableStreamDefaultController';
    }
  }

  class ReadableStream {
    #s = { state: 'readable', reader: null, error: undefined, disturbed: false, c: null, native: 0, stream: this };

    static {
      stateOf = (stream) => stream.#s;
      isReadable = (value) => typeof value === 'object' && value !== null && #s in value;
    }

    constructor(source, strategy) {
      if (source === TOKEN) return;
      if (source === null || (source !== undefined && typeof source !== 'object' && typeof source !== 'function')) {
        throw new TypeError('ReadableStream: the source is not an object');
      }
      const type = source?.type;
      if (type !== undefined && String(type) !== 'bytes') throw new TypeError(`type: ${type} (expected: bytes, or nothing)`);
      const byteChunks = type !== undefined;
      const pull = method(source, 'pull', 'source');
      const cancel = method(source, 'cancel', 'source');
      const start = method(source, 'start', 'source');
      const { mark, size } = strategyOf(strategy, byteChunks ? 0 : 1);
      if (byteChunks && strategy?.size !== undefined) throw new RangeError('a byte stream’s strategy has no size');
      setUp(this.#s, start, pull, cancel, mark, byteChunks ? byteSize : size, byteChunks);
    }

    static from(iterable) {
      const asynchronous = iterable?.[Symbol.asyncIterator];
      const iterate = asynchronous ?? iterable?.[Symbol.iterator];
      if (typeof iterate !== 'function') throw new TypeError('ReadableStream.from: not iterable');
      const iterator = Reflect.apply(iterate, iterable, []);
      if (typeof iterator !== 'object' && typeof iterator !== 'function') throw new TypeError('the iterator is not an object');
      let c;
      return create(
        (controller) => {
          c = controller;
        },
        async () => {
          const result = await iterator.next();
          if (typeof result !== 'object' || result === null) throw new TypeError('the iterator’s result is not an object');
          if (result.done) c.close();
          else c.enqueue(asynchronous === undefined || asynchronous === null ? await result.value : result.value);
        },
        async (reason) => {
          if (typeof iterator.return !== 'function') return;
          const result = await iterator.return(reason);
          if (typeof result !== 'object' || result === null) throw new TypeError('the iterator’s result is not an object');
        },
        0,
      );
    }

    get locked() {
      return this.#s.reader !== null;
    }

    cancel(reason) {
      if (this.#s.reader !== null) return Promise.reject(new TypeError('the stream is locked'));
      return cancelStream(this.#s, reason);
    }

    getReader(options) {
      if (options?.mode !== undefined) throw new TypeError(`mode: ${String(options.mode)} (expected: nothing; there are no BYOB readers)`);
      return new ReadableStreamDefaultReader(this);
    }

    pipeTo(destination, options) {
      return core.load('writables').pipeTo(this, destination, options);
    }

    pipeThrough(transform, options) {
      const { readable, writable } = transform ?? {};
      if (!isReadable(readable)) throw new TypeError('pipeThrough: readable is not a ReadableStream');
      handled(core.load('writables').pipe(this, writable, options));
      return readable;
    }

    tee() {
      return tee(this.#s);
    }

    values(options) {
      return iterate(this.#s, Boolean(options?.preventCancel));
    }

    get [Symbol.toStringTag]() {
      return 'ReadableStream';
    }
  }
  Object.defineProperty(ReadableStream.prototype, Symbol.asyncIterator, {
    value: ReadableStream.prototype.values, writable: true, enumerable: false, configurable: true,
  });

  const AsyncIteratorPrototype = Object.getPrototypeOf(Object.getPrototypeOf(async function* () {}).prototype);

  function iterate(s, preventCancel) {
    const reader = acquire(s);
    let last = Promise.resolve();
    let finished = false;
    const done = (value) => ({ value, done: true });
    const step = () =>
      new Promise((resolve, reject) => {
        if (finished) {
          resolve(done(undefined));
          return;
        }
        read(reader, {
          chunk: (value) => resolve({ value, done: false }),
          close: () => {
            finished = true;
            release(reader);
            resolve(done(undefined));
          },
          error: (error) => {
            finished = true;
            release(reader);
            reject(error);
          },
        });
      });
    const end = async (value) => {
      if (finished) return done(value);
      finished = true;
      const canceled = preventCancel ? undefined : cancelStream(s, value);
      release(reader);
      await canceled;
      return done(value);
    };
    return Object.setPrototypeOf(
      {
        next: () => (last = last.then(step, step)),
        return: (value) => (last = last.then(() => end(value), () => end(value))),
      },
      AsyncIteratorPrototype,
    );
  }

  function tee(s) {
    const reader = acquire(s);
    let reading = false;
    let again = false;
    const cancelled = [false, false];
    const reasons = [undefined, undefined];
    const cancelBoth = deferred();
    const branches = [];

    function pull() {
      if (reading) {
        again = true;
        return Promise.resolve();
      }
      reading = true;
      read(reader, {
        chunk: (chunk) => {
          queueMicrotask(() => {
            again = false;
            for (const at of [0, 1]) if (!cancelled[at]) enqueue(branches[at].c, at === 1 ? copied(chunk) : chunk);
            reading = false;
            if (again) pull();
          });
        },
        close: () => {
          reading = false;
          for (const at of [0, 1]) if (!cancelled[at]) closeController(branches[at].c);
          if (!cancelled[0] || !cancelled[1]) cancelBoth.resolve(undefined);
        },
        error: () => {
          reading = false;
        },
      });
      return Promise.resolve();
    }

    const copied = (chunk) => (s.native > 0 && chunk instanceof Bytes ? chunk.slice() : chunk);

    const cancel = (at) => (reason) => {
      cancelled[at] = true;
      reasons[at] = reason;
      if (cancelled[1 - at]) cancelBoth.resolve(cancelStream(s, reasons));
      return cancelBoth.promise;
    };
    const streams = [0, 1].map((at) => create(undefined, pull, cancel(at), 1));
    for (const stream of streams) branches.push(stateOf(stream));
    reader.closed.promise.catch((error) => {
      for (const branch of branches) errorController(branch.c, error);
      if (!cancelled[0] || !cancelled[1]) cancelBoth.resolve(undefined);
    });
    return streams;
  }

  const { queueMicrotask } = core.load('timers');

  // ---- bodies

  /** The stream of a body that the host holds, read as it is pulled. */
  function fromNative(number) {
    let controller;
    const deliver = (chunk) => {
      if (chunk === null) controller.close();
      else controller.enqueue(new Bytes(chunk));
    };
    const stream = create(
      (given) => {
        controller = given;
      },
      () => {
        let now;
        const waiting = later((id) => {
          now = bodies.read(number, id);
          return now === -1;
        }, deliver);
        if (now === -1) return waiting;
        handled(waiting);
        if (now === -2) throw new TypeError(bodies.error());
        deliver(now);
        return undefined;
      },
      () => bodies.cancel(number),
      0,
    );
    stateOf(stream).native = number;
    return stream;
  }

  function fromBytes(bytes) {
    return create(
      (controller) => {
        if (bytes.byteLength > 0) controller.enqueue(bytes);
        controller.close();
      },
      undefined,
      undefined,
      0,
    );
  }

  /** The number of the host's body behind an untouched stream, which is then used up; or 0. */
  function takeNative(stream) {
    const s = stateOf(stream);
    if (s.native === 0 || s.disturbed || s.reader !== null) return 0;
    s.disturbed = true;
    acquire(s);
    return s.native;
  }

  /** Another stream with the same chunks; the given one is used up. */
  function takeOver(stream) {
    const native = takeNative(stream);
    if (native > 0) return fromNative(native);
    const s = stateOf(stream);
    s.disturbed = true;
    const reader = acquire(s);
    let controller;
    return create(
      (given) => {
        controller = given;
      },
      async () => {
        const { done, value } = await readPromise(reader);
        if (done) controller.close();
        else controller.enqueue(value);
      },
      (reason) => cancelStream(s, reason),
      0,
    );
  }

  async function readAll(stream) {
    const reader = acquire(stateOf(stream));
    const parts = [];
    let length = 0;
    for (;;) {
      const { done, value } = await readPromise(reader);
      if (done) break;
      if (!(value instanceof Bytes)) throw new TypeError('a body’s chunks are Uint8Arrays');
      parts.push(value);
      length += value.byteLength;
    }
    const whole = new Bytes(length);
    let at = 0;
    for (const part of parts) {
      whole.set(part, at);
      at += part.byteLength;
    }
    return whole;
  }

  const lazyWritable = (name) => ({ get: () => core.load('writables')[name], enumerable: true });

  return Object.defineProperties(
    {
      ReadableStream,
      ReadableStreamDefaultReader,
      ReadableStreamDefaultController,
      CountQueuingStrategy,
      ByteLengthQueuingStrategy,
      isReadable,
      isDisturbed: (stream) => stateOf(stream).disturbed,
      disturb: (stream) => {
        stateOf(stream).disturbed = true;
        if (stateOf(stream).state === 'readable') closeStream(stateOf(stream));
      },
      stateOf,
      create,
      acquire,
      release,
      read,
      cancelStream,
      closeController,
      enqueue,
      errorController,
      desiredSize,
      deferred,
      handled,
      method,
      promiseCall,
      strategyOf,
      checkedSize,
      fromNative,
      fromBytes,
      takeNative,
      takeOver,
      readAll,
    },
    {
      WritableStream: lazyWritable('WritableStream'),
      WritableStreamDefaultWriter: lazyWritable('WritableStreamDefaultWriter'),
      WritableStreamDefaultController: lazyWritable('WritableStreamDefaultController'),
      TransformStream: lazyWritable('TransformStream'),
      TransformStreamDefaultController: lazyWritable('TransformStreamDefaultController'),
    },
  );
});
