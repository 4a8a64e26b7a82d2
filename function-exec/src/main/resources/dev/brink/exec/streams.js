// ReadableStream with its default controller and reader: sections 4.1 to 4.6 of the Streams
// Standard. Byte streams are in bytestreams.js, the writable half in writables.js.
(function (core) {
  'use strict';
  const { load, slots, contextNow } = core;
  const {
    expose, alias, isObject, needed, dictionary, oneOf, integer, illegal, react, resolvedWith, rejectedWith, deferred,
    handled, ignore, SETTLED,
  } = load('idl');
  const { apply } = Reflect;
  const { defineProperty } = Object;
  const NativePromise = Promise;
  const TOKEN = {};
  const { queueMicrotask } = load('timers');
  const { strategyOf, markOf, sizeOf, checkedSize, countSize } = load('strategies');

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
      return load('iteration').fromIterable(iterable);
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
      const { StreamIterator } = load('iteration');
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

  // ---- what bodies ask of any stream

  const isDisturbed = (stream) => stateOf(stream).disturbed;

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

  const elsewhere = (piece) => (name) => ({ get: () => load(piece)[name], enumerable: true });
  const byteStreams = elsewhere('bytestreams');

  return Object.defineProperties(
    {
      ReadableStream,
      ReadableStreamDefaultReader,
      ReadableStreamDefaultController,
      isReadable,
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
      tee,
      isDisturbed,
      takeNative,
      codingOf,
      lengthOf,
      method,
      promising,
      promiseCall,
    },
    {
      ReadableStreamBYOBReader: byteStreams('ReadableStreamBYOBReader'),
      ReadableStreamBYOBRequest: byteStreams('ReadableStreamBYOBRequest'),
      ReadableByteStreamController: byteStreams('ReadableByteStreamController'),
    },
  );
});
