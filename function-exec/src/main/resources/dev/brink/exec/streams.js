// ReadableStream with its default controller and reader: sections 4.1 to 4.6 and 7 of the Streams
// Standard. Byte streams are in bytestreams.js, the writable half in writables.js.
(function (core) {
  'use strict';
  const { bodies, nowOrLater, joined, Bytes, load, slots, contextNow } = core;
  const {
    expose, alias, isObject, needed, dictionary, oneOf, integer, illegal, react, resolvedWith, rejectedWith, deferred,
    handled, ignore, SETTLED,
  } = load('idl');
  const { apply } = Reflect;
  const { getOwnPropertyDescriptor, getPrototypeOf, setPrototypeOf, defineProperty } = Object;
  const typeName = getOwnPropertyDescriptor(getPrototypeOf(Bytes.prototype), Symbol.toStringTag).get;
  const NativePromise = Promise;
  const TOKEN = {};
  const BLOCK = 65_536;
  const { queueMicrotask } = load('timers');

  /** A callback member of a dictionary: undefined, or a function that calls it on {@code object}. */
  function method(object, name, context) {
    const value = object[name];
    if (value === undefined) return undefined;
    if (typeof value !== 'function') throw new TypeError(`${context}: ${name} is not a function`);
    return (argument) => apply(value, object, [argument]);
  }

  /** One of so many arguments that returns a promise: what it returns is made one of the runtime's own. */
  function promising(object, name, context, count) {
    const value = object[name];
    if (value === undefined) return undefined;
    if (typeof value !== 'function') throw new TypeError(`${context}: ${name} is not a function`);
    if (count === 0) return () => owned(apply(value, object, []));
    if (count === 1) return (argument) => owned(apply(value, object, [argument]));
    return (argument, other) => owned(apply(value, object, [argument, other]));
  }

  /** A promise that no guest has, and that ends as what a guest gave; of nobody's interest with what. */
  function owned(value) {
    return isObject(value) ? resolvedWith(value) : SETTLED;
  }

  /** Calls an algorithm, which may return a promise that no guest has. */
  function promiseCall(algorithm, argument, other) {
    if (algorithm === undefined) return SETTLED;
    try {
      const result = algorithm(argument, other);
      return result instanceof NativePromise ? result : SETTLED;
    } catch (error) {
      return rejectedWith(error);
    }
  }

  // ---- queuing strategies

  function strategyOf(strategy) {
    const given = dictionary('the strategy', strategy);
    const mark = given.highWaterMark;
    const number = mark === undefined ? undefined : +mark;
    const { size } = given;
    if (size !== undefined && typeof size !== 'function') throw new TypeError('strategy: size is not a function');
    return { mark: number, size };
  }

  function markOf(strategy, otherwise) {
    const { mark } = strategy;
    if (mark === undefined) return otherwise;
    if (mark !== mark || mark < 0) throw new RangeError('highWaterMark: not a number from 0 up');
    return mark;
  }

  function sizeOf(strategy) {
    return strategy.size ?? countSize;
  }

  function checkedSize(size) {
    const value = +size;
    if (!(value >= 0) || value === Infinity) throw new RangeError('the size of a chunk is not a finite number from 0 up');
    return value;
  }

  const { size: countSize } = { size: () => 1 };
  const { size: byteSize } = { size: (chunk) => chunk.byteLength };

  function markOfInit(name, init) {
    if (!isObject(init)) throw new TypeError(`${name}: highWaterMark needed`);
    const mark = init.highWaterMark;
    if (mark === undefined) throw new TypeError(`${name}: highWaterMark needed`);
    return +mark;
  }

  const $CountQueuingStrategy = slots('CountQueuingStrategy');

  class CountQueuingStrategy {
    [$CountQueuingStrategy] = { mark: undefined };

    constructor(init) {
      this[$CountQueuingStrategy].mark = markOfInit('CountQueuingStrategy', init);
    }
    get highWaterMark() {
      return this[$CountQueuingStrategy].mark;
    }
    get size() {
      this[$CountQueuingStrategy].mark;
      return countSize;
    }
  }
  expose(CountQueuingStrategy);

  const $ByteLengthQueuingStrategy = slots('ByteLengthQueuingStrategy');

  class ByteLengthQueuingStrategy {
    [$ByteLengthQueuingStrategy] = { mark: undefined };

    constructor(init) {
      this[$ByteLengthQueuingStrategy].mark = markOfInit('ByteLengthQueuingStrategy', init);
    }
    get highWaterMark() {
      return this[$ByteLengthQueuingStrategy].mark;
    }
    get size() {
      this[$ByteLengthQueuingStrategy].mark;
      return byteSize;
    }
  }
  expose(ByteLengthQueuingStrategy);

  // ---- the stream's state

  /** A stream over {@code pull} and {@code cancel}, which return promises. */
  function create(start, pull, cancel, mark, size = countSize) {
    const stream = new ReadableStream(TOKEN);
    setUp(stateOf(stream), start, pull, cancel, mark, size);
    return stream;
  }

  /** A byte stream over {@code pull(controller)} and {@code cancel}. */
  function createBytes(start, pull, cancel) {
    const stream = new ReadableStream(TOKEN);
    load('bytestreams').setUp(stateOf(stream), start, pull, cancel, 0, undefined);
    return stream;
  }

  function setUp(s, start, pull, cancel, mark, size) {
    const c = {
      s, queue: [], total: 0, started: false, closeRequested: false, pullAgain: false, pulling: false,
      mark, size, pull, cancel, controller: null, pulled: null, failed: null, bytes: null,
    };
    begin(c, new ReadableStreamDefaultController(TOKEN, c), start, callPull, errorController);
  }

  /** Gives a stream its controller, of which {@code c} is the state, and starts it. */
  function begin(c, controller, start, callPull, errorController) {
    c.controller = controller;
    c.pulled = () => {
      c.pulling = false;
      if (c.pullAgain) {
        c.pullAgain = false;
        callPull(c);
      }
    };
    c.failed = (error) => errorController(c, error);
    c.s.c = c;
    react(
      resolvedWith(start?.(controller)),
      () => {
        c.started = true;
        callPull(c);
      },
      c.failed,
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

  function waiting(s) {
    return s.reader !== null && s.reader.requests.length > 0;
  }

  function callPull(c) {
    if (canCloseOrEnqueue(c) && c.started && (waiting(c.s) || desiredSize(c) > 0)) startPull(c);
  }

  /** Pulls, or notes that it is to be done again. */
  function startPull(c) {
    if (c.pulling) {
      c.pullAgain = true;
      return;
    }
    c.pulling = true;
    react(promiseCall(c.pull, c.controller), c.pulled, c.failed);
  }

  function closeController(c) {
    if (c.bytes !== null) {
      load('bytestreams').closeController(c);
      return;
    }
    if (!canCloseOrEnqueue(c)) return;
    c.closeRequested = true;
    if (c.queue.length === 0) {
      clearAlgorithms(c);
      closeStream(c.s);
    }
  }

  function enqueue(c, chunk) {
    if (!canCloseOrEnqueue(c)) return;
    if (waiting(c.s)) {
      c.s.reader.requests.shift().chunk(chunk);
    } else {
      let size;
      try {
        const sizer = c.size;
        size = checkedSize(sizer(chunk));
      } catch (error) {
        errorController(c, error);
        throw error;
      }
      if (c.s.state === 'readable') {
        c.queue.push({ chunk, size });
        c.total += size;
      }
    }
    callPull(c);
  }

  function errorController(c, error) {
    if (c.bytes !== null) {
      load('bytestreams').errorController(c, error);
      return;
    }
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
    request.chunk(take(c));
  }

  /** Whether {@code take} gives what the next read would. */
  function isQueued(s) {
    return s.state === 'readable' && s.c.bytes === null && s.c.queue.length > 0;
  }

  /** The first of the chunks in the queue, of which there are some. */
  function take(c) {
    const { chunk, size } = c.queue.shift();
    c.total -= size;
    if (c.total < 0) c.total = 0;
    if (c.closeRequested && c.queue.length === 0) {
      clearAlgorithms(c);
      closeStream(c.s);
    } else {
      callPull(c);
    }
    return chunk;
  }

  function closeStream(s) {
    s.state = 'closed';
    const { reader } = s;
    if (reader === null) return;
    reader.closed.resolve(undefined);
    if (reader.byob) return;
    const { requests } = reader;
    reader.requests = [];
    for (let i = 0; i < requests.length; i++) requests[i].close();
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
    const { requests } = reader;
    reader.requests = [];
    for (let i = 0; i < requests.length; i++) requests[i].error(error);
  }

  function cancelStream(s, reason) {
    s.disturbed = true;
    if (s.state === 'closed') return resolvedWith(undefined);
    if (s.state === 'errored') return rejectedWith(s.error);
    closeStream(s);
    const { reader, c } = s;
    if (reader !== null && reader.byob) {
      const { requests } = reader;
      reader.requests = [];
      for (let i = 0; i < requests.length; i++) requests[i].close(undefined);
    }
    if (c.bytes !== null) load('bytestreams').clearPending(c);
    c.queue = [];
    c.total = 0;
    const { cancel } = c;
    clearAlgorithms(c);
    return react(promiseCall(cancel, reason), ignore);
  }

  // ---- readers

  function acquire(s, byob = false) {
    if (s.reader !== null) throw new TypeError('the stream is locked');
    if (byob && s.c.bytes === null) throw new TypeError('not a byte stream');
    const reader = { s, byob, requests: [], closed: deferred() };
    s.reader = reader;
    if (s.state === 'closed') reader.closed.resolve(undefined);
    if (s.state === 'errored') reader.closed.reject(s.error);
    handled(reader.closed.promise);
    return reader;
  }

  function release(reader) {
    const error = released();
    if (reader.s.state !== 'readable') reader.closed = deferred();
    reader.closed.reject(error);
    handled(reader.closed.promise);
    letGo(reader, error);
  }

  /** Releases a reader that no function has: so nobody can ask how it ended. */
  function letGo(reader, error) {
    const { s } = reader;
    if (s.c.bytes !== null) load('bytestreams').released(s.c);
    s.reader = null;
    reader.s = null;
    failRequests(reader, error);
  }

  function read(reader, request) {
    const { s } = reader;
    s.disturbed = true;
    if (s.state === 'closed') request.close();
    else if (s.state === 'errored') request.error(s.error);
    else if (s.c.bytes !== null) load('bytestreams').pullSteps(s.c, request);
    else pullSteps(s.c, request);
  }

  function readPromise(reader) {
    const { s } = reader;
    if (isQueued(s)) {
      s.disturbed = true;
      return resolvedWith({ value: take(s.c), done: false });
    }
    return new NativePromise((resolve, reject) => {
      read(reader, {
        chunk: (value) => resolve({ value, done: false }),
        close: () => resolve({ value: undefined, done: true }),
        error: reject,
      });
    });
  }

  function released() {
    return new TypeError('the reader was released');
  }

  const $ReadableStreamDefaultReader = slots('ReadableStreamDefaultReader');

  class ReadableStreamDefaultReader {
    [$ReadableStreamDefaultReader] = { reader: undefined };

    constructor(stream) {
      needed('ReadableStreamDefaultReader', arguments.length, 1);
      if (!isReadable(stream)) throw new TypeError('ReadableStreamDefaultReader: not a ReadableStream');
      this[$ReadableStreamDefaultReader].reader = acquire(stateOf(stream));
    }
    get closed() {
      try {
        return this[$ReadableStreamDefaultReader].reader.closed.promise;
      } catch (error) {
        return rejectedWith(error);
      }
    }
    cancel(reason = undefined) {
      try {
        const { s } = this[$ReadableStreamDefaultReader].reader;
        return s === null ? rejectedWith(released()) : cancelStream(s, reason);
      } catch (error) {
        return rejectedWith(error);
      }
    }
    read() {
      try {
        const reader = this[$ReadableStreamDefaultReader].reader;
        return reader.s === null ? rejectedWith(released()) : readPromise(reader);
      } catch (error) {
        return rejectedWith(error);
      }
    }
    releaseLock() {
      if (this[$ReadableStreamDefaultReader].reader.s !== null) release(this[$ReadableStreamDefaultReader].reader);
    }
  }
  expose(ReadableStreamDefaultReader);

  const $ReadableStreamDefaultController = slots('ReadableStreamDefaultController');

  class ReadableStreamDefaultController {
    [$ReadableStreamDefaultController] = { c: undefined };

    constructor(token, c) {
      if (token !== TOKEN) throw illegal();
      this[$ReadableStreamDefaultController].c = c;
    }
    get desiredSize() {
      return desiredSize(this[$ReadableStreamDefaultController].c);
    }
    close() {
      if (!canCloseOrEnqueue(this[$ReadableStreamDefaultController].c)) throw new TypeError('the stream is closed, closing or errored');
      closeController(this[$ReadableStreamDefaultController].c);
    }
    enqueue(chunk = undefined) {
      if (!canCloseOrEnqueue(this[$ReadableStreamDefaultController].c)) throw new TypeError('the stream is closed, closing or errored');
      enqueue(this[$ReadableStreamDefaultController].c, chunk);
    }
    error(reason = undefined) {
      errorController(this[$ReadableStreamDefaultController].c, reason);
    }
  }
  expose(ReadableStreamDefaultController);
  defineProperty(ReadableStreamDefaultController, 'length', { value: 0, configurable: true });

  const $ReadableStream = slots('ReadableStream');

  class ReadableStream {
    [$ReadableStream] = { state: 'readable', reader: null, error: undefined, disturbed: false, c: null, native: 0, over: null, coding: null, heir: null, length: -1, stream: this, context: contextNow() };

    constructor(source = undefined, strategy = undefined) {
      if (source === TOKEN) return;
      if (source !== undefined && !isObject(source)) throw new TypeError('ReadableStream: the source is not an object');
      const given = strategyOf(strategy);
      const from = source ?? {};
      const size = from.autoAllocateChunkSize;
      const allocate = size === undefined ? undefined : integer(size, 64, false, 'enforce');
      const cancel = promising(from, 'cancel', 'source', 1);
      const pull = promising(from, 'pull', 'source', 1);
      const start = method(from, 'start', 'source');
      const { type } = from;
      if (type !== undefined) oneOf('type', type, ['bytes']);
      if (type === undefined) {
        setUp(this[$ReadableStream], start, pull, cancel, markOf(given, 1), sizeOf(given));
      } else {
        if (given.size !== undefined) throw new RangeError('a byte stream’s strategy has no size');
        if (allocate === 0) throw new TypeError('autoAllocateChunkSize: 0 (expected: a number from 1 up)');
        load('bytestreams').setUp(this[$ReadableStream], start, pull, cancel, markOf(given, 0), allocate);
      }
    }

    static from(iterable) {
      needed('ReadableStream.from', arguments.length, 1);
      return fromIterable(iterable);
    }

    get locked() {
      return this[$ReadableStream].reader !== null;
    }

    cancel(reason = undefined) {
      try {
        if (this[$ReadableStream].reader !== null) return rejectedWith(new TypeError('the stream is locked'));
        return cancelStream(this[$ReadableStream], reason);
      } catch (error) {
        return rejectedWith(error);
      }
    }

    getReader(options = undefined) {
      this[$ReadableStream].state;
      const { mode } = dictionary('getReader: options', options);
      if (mode === undefined) return new ReadableStreamDefaultReader(this);
      oneOf('mode', mode, ['byob']);
      return new (load('bytestreams').ReadableStreamBYOBReader)(this);
    }

    pipeThrough(transform, options = undefined) {
      const s = this[$ReadableStream];
      needed('pipeThrough', arguments.length, 1);
      if (!isObject(transform)) throw new TypeError('pipeThrough: the transform is not an object');
      const { readable } = transform;
      if (!isReadable(readable)) throw new TypeError('pipeThrough: readable is not a ReadableStream');
      const { writable } = transform;
      const to = load('writables').stateOf(writable);
      const how = load('transforms').pipeOptions(options);
      if (s.reader !== null) throw new TypeError('pipeThrough: this stream is locked');
      if (to.writer !== null) throw new TypeError('pipeThrough: the writable is locked');
      handled(load('transforms').pipe(s, to, how));
      return readable;
    }

    pipeTo(destination, options = undefined) {
      try {
        const s = this[$ReadableStream];
        needed('pipeTo', arguments.length, 1);
        const to = load('writables').stateOf(destination);
        const how = load('transforms').pipeOptions(options);
        if (s.reader !== null) throw new TypeError('pipeTo: this stream is locked');
        if (to.writer !== null) throw new TypeError('pipeTo: the destination is locked');
        return load('transforms').pipe(s, to, how);
      } catch (error) {
        return rejectedWith(error);
      }
    }

    tee() {
      const s = this[$ReadableStream];
      return s.c.bytes === null ? tee(s, false) : load('bytestreams').tee(s);
    }

    values(options = undefined) {
      const s = this[$ReadableStream];
      const { preventCancel } = dictionary('values: options', options);
      return new StreamIterator(acquire(s), !!preventCancel);
    }
  }
  expose(ReadableStream);
  alias(ReadableStream, Symbol.asyncIterator, 'values');

  function stateOf(stream) {
    return stream[$ReadableStream];
  }

  function isReadable(value) {
    return typeof value === 'object' && value !== null && $ReadableStream in value;
  }

  // ---- iteration

  const $StreamIterator = slots('StreamIterator');

  class StreamIterator {
    [$StreamIterator] = { reader: undefined, preventCancel: undefined, ongoing: null, finished: false };

    constructor(reader, preventCancel) {
      this[$StreamIterator].reader = reader;
      this[$StreamIterator].preventCancel = preventCancel;
    }
    next() {
      try {
        this[$StreamIterator].reader;
      } catch (error) {
        return rejectedWith(error);
      }
      return this[$StreamIterator].ongoing === null ? startOf(this, iterate(this)) : afterOngoing(this, () => iterate(this));
    }
    return(value) {
      try {
        this[$StreamIterator].reader;
      } catch (error) {
        return rejectedWith(error);
      }
      return afterOngoing(this, () => endIteration(this, value));
    }
  }
  delete StreamIterator.prototype.constructor;
  setPrototypeOf(
    StreamIterator.prototype,
    getPrototypeOf(getPrototypeOf((async function* () {}).prototype)),
  );
  expose(StreamIterator, 'ReadableStream AsyncIterator');

  function iterate(self) {
    if (self[$StreamIterator].finished) return resolvedWith({ value: undefined, done: true });
    const reader = self[$StreamIterator].reader;
    const { s } = reader;
    if (isQueued(s)) {
      s.disturbed = true;
      const value = take(s.c);
      return react(SETTLED, () => {
        self[$StreamIterator].ongoing = null;
        return { value, done: false };
      });
    }
    const promise = new NativePromise((resolve, reject) => {
      read(reader, {
        chunk: (value) => resolve({ value, done: false }),
        close: () => {
          letGo(reader, undefined);
          resolve({ value: undefined, done: true });
        },
        error: (error) => {
          letGo(reader, undefined);
          reject(error);
        },
      });
    });
    return react(
      promise,
      (result) => {
        self[$StreamIterator].ongoing = null;
        if (result.done) self[$StreamIterator].finished = true;
        return result;
      },
      (error) => {
        self[$StreamIterator].ongoing = null;
        self[$StreamIterator].finished = true;
        throw error;
      },
    );
  }

  function endIteration(self, value) {
    if (self[$StreamIterator].finished) return resolvedWith({ value, done: true });
    self[$StreamIterator].finished = true;
    const reader = self[$StreamIterator].reader;
    if (self[$StreamIterator].preventCancel) {
      letGo(reader, undefined);
      return resolvedWith({ value, done: true });
    }
    const cancelled = cancelStream(reader.s, value);
    letGo(reader, undefined);
    return react(cancelled, () => ({ value, done: true }));
  }

  function afterOngoing(self, step) {
    const ongoing = self[$StreamIterator].ongoing;
    return startOf(self, ongoing === null ? step() : react(ongoing, step, step));
  }

  function startOf(self, result) {
    self[$StreamIterator].ongoing = result;
    return result;
  }

  /** The iterator of an iterable, and whether it is asynchronous. */
  function iteratorOf(iterable) {
    let asynchronous = true;
    let iterate = iterable[Symbol.asyncIterator];
    if (iterate === undefined || iterate === null) {
      asynchronous = false;
      iterate = iterable[Symbol.iterator];
    }
    if (typeof iterate !== 'function') throw new TypeError('ReadableStream.from: not iterable');
    const iterator = apply(iterate, iterable, []);
    if (!isObject(iterator)) throw new TypeError('the iterator is not an object');
    return { iterator, next: iterator.next, asynchronous };
  }

  function checkedResult(result) {
    if (!isObject(result)) throw new TypeError('the iterator’s result is not an object');
    return result;
  }

  function fromIterable(iterable) {
    const { iterator, next, asynchronous } = iteratorOf(iterable);
    const stream = create(
      undefined,
      async () => {
        const given = apply(next, iterator, []);
        const result = checkedResult(asynchronous ? await given : given);
        if (result.done) closeController(s.c);
        else enqueue(s.c, asynchronous ? result.value : await result.value);
      },
      async (reason) => {
        const end = iterator.return;
        if (end === undefined || end === null) return;
        if (typeof end !== 'function') throw new TypeError('the iterator’s return is not a function');
        const given = apply(end, iterator, [reason]);
        checkedResult(asynchronous ? await given : given);
      },
      0,
    );
    const s = stateOf(stream);
    return stream;
  }

  // ---- tee

  function tee(s, copy) {
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
        return;
      }
      reading = true;
      read(reader, {
        chunk: (chunk) => {
          queueMicrotask(() => {
            again = false;
            if (!cancelled[0]) enqueue(branches[0].c, chunk);
            if (!cancelled[1]) enqueue(branches[1].c, copy ? load('clone').structuredClone(chunk) : chunk);
            reading = false;
            if (again) pull();
          });
        },
        close: () => {
          reading = false;
          for (let at = 0; at < 2; at++) if (!cancelled[at]) closeController(branches[at].c);
          if (!cancelled[0] || !cancelled[1]) cancelBoth.resolve(undefined);
        },
        error: () => {
          reading = false;
        },
      });
    }

    const cancel = (at) => (reason) => {
      cancelled[at] = true;
      reasons[at] = reason;
      if (cancelled[1 - at]) cancelBoth.resolve(cancelStream(s, reasons));
      return cancelBoth.promise;
    };
    const streams = [create(undefined, pull, cancel(0), 1), create(undefined, pull, cancel(1), 1)];
    branches.push(stateOf(streams[0]), stateOf(streams[1]));
    react(reader.closed.promise, undefined, (error) => {
      for (let at = 0; at < 2; at++) errorController(branches[at].c, error);
      if (!cancelled[0] || !cancelled[1]) cancelBoth.resolve(undefined);
    });
    return streams;
  }

  // ---- bodies

  /**
   * The stream of a body that the host holds, read as it is pulled.
   *
   * @param over called when it has ended, has failed or is not wanted; null for nobody who cares
   * @param coding see codingOf
   */
  function fromNative(number, over, coding) {
    const pull = () => {
      const deliver = (chunk) => {
        if (chunk === null) {
          over?.();
          load('bytestreams').end(c);
        } else {
          load('bytestreams').give(c, new Bytes(chunk));
        }
      };
      return nowOrLater((id) => bodies.read(number, id), deliver);
    };
    const stream = createBytes(
      undefined,
      over === null ? pull : () => orOver(pull, over),
      () => {
        over?.();
        bodies.cancel(number);
      },
    );
    const s = stateOf(stream);
    const { c } = s;
    s.native = number;
    s.over = over;
    s.coding = coding;
    return stream;
  }

  /** What {@code pull} gives or promises; {@code over} hears of its failure. */
  function orOver(pull, over) {
    try {
      const pulled = pull();
      if (pulled instanceof NativePromise) react(pulled, undefined, over);
      return pulled;
    } catch (error) {
      over();
      throw error;
    }
  }

  /** Errors a body's stream, or the one that took its place. */
  function failBody(stream, reason) {
    let s = stateOf(stream);
    while (s.heir !== null) s = s.heir;
    errorController(s.c, reason);
  }

  /** A stream of bytes that has failed. */
  function failed(reason) {
    const stream = createBytes();
    errorController(stateOf(stream).c, reason);
    return stream;
  }

  /** A stream of bytes that nobody else has. */
  function fromBytes(bytes) {
    const stream = createBytes();
    const { c } = stateOf(stream);
    if (bytes.byteLength > 0) load('bytestreams').give(c, bytes);
    load('bytestreams').closeController(c);
    return stream;
  }

  /** A stream of bytes that others look at too, copied a block at a time. */
  function fromShared(bytes) {
    let at = 0;
    const stream = createBytes(undefined, () => {
      if (at >= bytes.byteLength) {
        load('bytestreams').end(c);
        return;
      }
      const block = bytes.slice(at, at + BLOCK);
      at += block.byteLength;
      load('bytestreams').give(c, block);
    });
    const { c } = stateOf(stream);
    return stream;
  }

  /** The number of the host's body behind an untouched stream, which is then used up; or 0. */
  function takeNative(stream) {
    const s = stateOf(stream);
    if (s.native === 0 || s.state !== 'readable' || s.disturbed || s.reader !== null) return 0;
    s.disturbed = true;
    acquire(s);
    return s.native;
  }

  /** The content-encoding of the host's body behind an untouched stream that decodes it; or null. */
  function codingOf(stream) {
    const { native, coding, disturbed } = stateOf(stream);
    return native === 0 || disturbed ? null : coding;
  }

  /** The bytes that an untouched stream is to bring, neither more nor less; -1 where that is not known. */
  function lengthOf(stream) {
    const { length, disturbed } = stateOf(stream);
    return disturbed ? -1 : length;
  }

  /** Another stream with the same chunks; the given one is used up. */
  function takeOver(stream) {
    const length = lengthOf(stream);
    const native = takeNative(stream);
    const s = stateOf(stream);
    if (native > 0) {
      const same = fromNative(native, s.over, s.coding);
      s.heir = stateOf(same);
      return same;
    }
    s.disturbed = true;
    const reader = acquire(s);
    const pull = () =>
      new NativePromise((resolve, reject) => {
        read(reader, {
          chunk: (chunk) => {
            if (t.c.bytes === null) enqueue(t.c, chunk);
            else load('bytestreams').give(t.c, chunk);
            resolve();
          },
          close: () => {
            if (t.c.bytes === null) closeController(t.c);
            else load('bytestreams').end(t.c);
            resolve();
          },
          error: reject,
        });
      });
    const cancel = (reason) => cancelStream(s, reason);
    const taken = s.c.bytes === null ? create(undefined, pull, cancel, 0) : createBytes(undefined, pull, cancel);
    const t = stateOf(taken);
    t.length = length;
    return taken;
  }

  /** All bytes of a stream. */
  function readAll(stream) {
    const reader = acquire(stateOf(stream));
    return new NativePromise((resolve, reject) => {
      const parts = [];
      const request = {
        chunk: (value) => {
          if (apply(typeName, value, []) !== 'Uint8Array') {
            reject(new TypeError('a body’s chunks are Uint8Arrays'));
            return;
          }
          // What it has now: its owner may write over it, or give its buffer away.
          parts.push(new Bytes(value));
          queueMicrotask(next);
        },
        close: () => resolve(joined(parts)),
        error: reject,
      };
      const next = () => read(reader, request);
      next();
    });
  }

  const elsewhere = (piece) => (name) => ({ get: () => load(piece)[name], enumerable: true });
  const byteStreams = elsewhere('bytestreams');

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
      createBytes,
      begin,
      startPull,
      acquire,
      release,
      letGo,
      read,
      readPromise,
      cancelStream,
      closeStream,
      errorStream,
      closeController,
      enqueue,
      errorController,
      desiredSize,
      waiting,
      clearAlgorithms,
      isQueued,
      take,
      method,
      promising,
      promiseCall,
      strategyOf,
      markOf,
      sizeOf,
      checkedSize,
      fromIterable,
      fromNative,
      failBody,
      failed,
      fromBytes,
      fromShared,
      takeNative,
      codingOf,
      lengthOf,
      /** Two streams with the same chunks, those of the second copied. */
      teeBody: (stream) => {
        const s = stateOf(stream);
        return s.c.bytes === null ? tee(s, true) : load('bytestreams').tee(s);
      },
      takeOver,
      readAll,
    },
    {
      ReadableStreamBYOBReader: byteStreams('ReadableStreamBYOBReader'),
      ReadableStreamBYOBRequest: byteStreams('ReadableStreamBYOBRequest'),
      ReadableByteStreamController: byteStreams('ReadableByteStreamController'),
    },
  );
});
