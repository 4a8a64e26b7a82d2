// WritableStream: section 5 of the Streams Standard. Transforms and pipes are in transforms.js.
(function (core) {
  'use strict';
  const { load, slots } = core;
  const { method, promising, promiseCall } = load('streams');
  const { strategyOf, markOf, sizeOf, checkedSize } = load('strategies');
  const { expose, isObject, needed, illegal, react, resolvedWith, rejectedWith, deferred, handled } = load('idl');
  const TOKEN = {};
  /** The request of a write whose end nobody waits for. */
  const QUIET = { promise: null, resolve: () => undefined, reject: () => undefined };

  /** A deferred promise that knows whether it is settled. */
  function ending() {
    const { promise, resolve, reject } = deferred();
    return { promise, resolve, reject, settled: false };
  }

  function fulfil(end) {
    end.settled = true;
    end.resolve(undefined);
  }

  function fail(end, error) {
    end.settled = true;
    end.reject(error);
  }

  // ---- the stream's state

  /** A stream over algorithms that return promises. */
  function create(algorithms, mark, size) {
    const stream = new WritableStream(TOKEN);
    setUp(stateOf(stream), algorithms, mark, size);
    return stream;
  }

  function setUp(s, algorithms, mark, size) {
    const c = {
      s, queue: [], total: 0, started: false, closing: false, mark, size, algorithms, controller: null, abort: null,
      aborted: false, reason: undefined,
      written: () => afterWrite(c),
      failed: (error) => {
        if (s.state === 'writable') clearAlgorithms(c);
        s.inFlightWrite.reject(error);
        s.inFlightWrite = null;
        dealWithRejection(s, error);
      },
    };
    c.controller = new WritableStreamDefaultController(TOKEN, c);
    s.c = c;
    updateBackpressure(s, desired(c) <= 0);
    react(
      resolvedWith(algorithms.start?.(c.controller)),
      () => {
        c.started = true;
        advance(c);
      },
      (error) => {
        c.started = true;
        dealWithRejection(s, error);
      },
    );
  }

  function desired(c) {
    return c.mark - c.total;
  }

  function closeQueuedOrInFlight(s) {
    return s.closeRequest !== null || s.inFlightClose !== null;
  }

  function updateBackpressure(s, backpressure) {
    const { writer } = s;
    if (writer !== null && backpressure !== s.backpressure) {
      if (writer.wake !== null) {
        if (!backpressure) writer.wake();
      } else if (backpressure) {
        writer.ready = ending();
      } else {
        fulfil(writer.ready);
      }
    }
    s.backpressure = backpressure;
  }

  function advance(c) {
    const { s } = c;
    if (!c.started || s.inFlightWrite !== null) return;
    if (s.state === 'erroring') {
      finishErroring(s);
      return;
    }
    if (c.queue.length > 0) processWrite(c, c.queue[0]);
    else if (c.closing && s.closeRequest !== null) processClose(c);
  }

  function processClose(c) {
    const { s } = c;
    s.inFlightClose = s.closeRequest;
    s.closeRequest = null;
    const { close } = c.algorithms;
    const closed = promiseCall(close);
    clearAlgorithms(c);
    react(
      closed,
      () => {
        s.inFlightClose.resolve(undefined);
        s.inFlightClose = null;
        if (s.state === 'erroring') {
          s.error = undefined;
          if (s.pendingAbort !== null) {
            s.pendingAbort.deferred.resolve(undefined);
            s.pendingAbort = null;
          }
        }
        s.state = 'closed';
        if (s.writer !== null) fulfil(s.writer.closed);
      },
      (error) => {
        s.inFlightClose.reject(error);
        s.inFlightClose = null;
        if (s.pendingAbort !== null) {
          s.pendingAbort.deferred.reject(error);
          s.pendingAbort = null;
        }
        dealWithRejection(s, error);
      },
    );
  }

  function processWrite(c, entry) {
    const { s } = c;
    s.inFlightWrite = s.writeRequests.shift();
    react(promiseCall(c.algorithms.write, entry.chunk, c.controller), c.written, c.failed);
  }

  function afterWrite(c) {
    const { s } = c;
    s.inFlightWrite.resolve(undefined);
    s.inFlightWrite = null;
    c.total -= c.queue.shift().size;
    if (c.total < 0) c.total = 0;
    if (!closeQueuedOrInFlight(s) && s.state === 'writable') updateBackpressure(s, desired(c) <= 0);
    advance(c);
  }

  function clearAlgorithms(c) {
    c.algorithms = {};
    c.size = undefined;
  }

  function dealWithRejection(s, error) {
    if (s.state === 'writable') startErroring(s, error);
    else finishErroring(s);
  }

  function startErroring(s, reason) {
    s.state = 'erroring';
    s.error = reason;
    if (s.writer !== null) rejectReady(s.writer, reason);
    if (s.inFlightWrite === null && s.inFlightClose === null && s.c.started) finishErroring(s);
  }

  function finishErroring(s) {
    if (s.state !== 'erroring' || s.inFlightWrite !== null || s.inFlightClose !== null) return;
    s.state = 'errored';
    s.c.queue = [];
    s.c.total = 0;
    const { writeRequests } = s;
    s.writeRequests = [];
    for (let i = 0; i < writeRequests.length; i++) writeRequests[i].reject(s.error);
    const pending = s.pendingAbort;
    if (pending === null) {
      rejectClosed(s);
      return;
    }
    s.pendingAbort = null;
    if (pending.wasErroring) {
      pending.deferred.reject(s.error);
      rejectClosed(s);
      return;
    }
    const { abort } = s.c.algorithms;
    const aborted = promiseCall(abort, pending.reason);
    clearAlgorithms(s.c);
    react(
      aborted,
      () => {
        pending.deferred.resolve(undefined);
        rejectClosed(s);
      },
      (error) => {
        pending.deferred.reject(error);
        rejectClosed(s);
      },
    );
  }

  function rejectClosed(s) {
    if (s.closeRequest !== null) {
      s.closeRequest.reject(s.error);
      s.closeRequest = null;
    }
    if (s.writer !== null) {
      fail(s.writer.closed, s.error);
      handled(s.writer.closed.promise);
    }
  }

  function rejectReady(writer, error) {
    if (writer.ready.settled) writer.ready = ending();
    fail(writer.ready, error);
    handled(writer.ready.promise);
  }

  function rejectWriterClosed(writer, error) {
    if (writer.closed.settled) writer.closed = ending();
    fail(writer.closed, error);
    handled(writer.closed.promise);
  }

  function signalAbort(c, reason) {
    if (c.abort !== null) {
      c.abort.abort(reason);
    } else if (!c.aborted) {
      c.aborted = true;
      c.reason = reason;
    }
  }

  function signalOf(c) {
    if (c.abort === null) {
      c.abort = new (load('events').AbortController)();
      if (c.aborted) c.abort.abort(c.reason);
    }
    return c.abort.signal;
  }

  function abortStream(s, reason) {
    if (s.state === 'closed' || s.state === 'errored') return resolvedWith(undefined);
    signalAbort(s.c, reason);
    if (s.state === 'closed' || s.state === 'errored') return resolvedWith(undefined);
    if (s.pendingAbort !== null) return s.pendingAbort.deferred.promise;
    const wasErroring = s.state === 'erroring';
    const pending = { deferred: deferred(), reason: wasErroring ? undefined : reason, wasErroring };
    s.pendingAbort = pending;
    if (!wasErroring) startErroring(s, reason);
    return pending.deferred.promise;
  }

  function closeStream(s) {
    if (s.state === 'closed' || s.state === 'errored') return rejectedWith(new TypeError(`the stream is ${s.state}`));
    if (closeQueuedOrInFlight(s)) return rejectedWith(new TypeError('the stream is closing'));
    s.closeRequest = deferred();
    const { promise } = s.closeRequest;
    if (s.writer !== null && s.backpressure && s.state === 'writable') fulfil(s.writer.ready);
    s.c.closing = true;
    advance(s.c);
    return promise;
  }

  function closeWithPropagation(s) {
    if (closeQueuedOrInFlight(s) || s.state === 'closed') return resolvedWith(undefined);
    return s.state === 'errored' ? rejectedWith(s.error) : closeStream(s);
  }

  function errorIfNeeded(c, error) {
    if (c.s.state === 'writable') errorController(c, error);
  }

  function errorController(c, error) {
    clearAlgorithms(c);
    startErroring(c.s, error);
  }

  function write(writer, chunk) {
    const { s } = writer;
    const size = sizeFor(s.c, chunk);
    if (s !== writer.s) return rejectedWith(new TypeError('the writer was released'));
    if (s.state === 'errored') return rejectedWith(s.error);
    if (closeQueuedOrInFlight(s) || s.state === 'closed') return rejectedWith(new TypeError('the stream is closing or closed'));
    if (s.state === 'erroring') return rejectedWith(s.error);
    const request = deferred();
    accept(s, chunk, size, request);
    return request.promise;
  }

  /** As {@code write}, of whose end nobody hears. */
  function writeQuietly(writer, chunk) {
    const { s } = writer;
    if (s === null) return;
    const size = sizeFor(s.c, chunk);
    if (s === writer.s && s.state === 'writable' && !closeQueuedOrInFlight(s)) accept(s, chunk, size, QUIET);
  }

  function sizeFor(c, chunk) {
    if (c.size === undefined) return 1;
    try {
      const sizer = c.size;
      return checkedSize(sizer(chunk));
    } catch (error) {
      errorIfNeeded(c, error);
      return 1;
    }
  }

  function accept(s, chunk, size, request) {
    const { c } = s;
    s.writeRequests.push(request);
    c.queue.push({ chunk, size });
    c.total += size;
    updateBackpressure(s, desired(c) <= 0);
    advance(c);
  }

  /** A promise for the end of the last of the writes that have begun or wait; null where there are none. */
  function lastWrite(s) {
    const { writeRequests, inFlightWrite } = s;
    const at = writeRequests.length - 1;
    const last = at < 0 ? inFlightWrite : writeRequests[at];
    if (last !== QUIET) return last === null ? null : last.promise;
    const request = deferred();
    handled(request.promise);
    if (at < 0) s.inFlightWrite = request;
    else writeRequests[at] = request;
    return request.promise;
  }

  /** {@code wake} is called when the backpressure ends, in the place of {@code ready}; null for that. */
  function acquire(s, wake = null) {
    if (s.writer !== null) throw new TypeError('the stream is locked');
    const writer = { s, closed: ending(), ready: ending(), wake };
    s.writer = writer;
    if (s.state === 'writable') {
      if (closeQueuedOrInFlight(s) || !s.backpressure) fulfil(writer.ready);
    } else if (s.state === 'erroring') {
      fail(writer.ready, s.error);
    } else if (s.state === 'closed') {
      fulfil(writer.ready);
      fulfil(writer.closed);
    } else {
      fail(writer.ready, s.error);
      fail(writer.closed, s.error);
    }
    handled(writer.ready.promise);
    handled(writer.closed.promise);
    return writer;
  }

  function release(writer) {
    const error = new TypeError('the writer was released');
    rejectReady(writer, error);
    rejectWriterClosed(writer, error);
    letGo(writer);
  }

  /** Releases a writer that no function has: so nobody can ask how it ended. */
  function letGo(writer) {
    writer.s.writer = null;
    writer.s = null;
  }

  function gone() {
    return rejectedWith(new TypeError('the writer was released'));
  }

  const $WritableStreamDefaultWriter = slots('WritableStreamDefaultWriter');

  class WritableStreamDefaultWriter {
    [$WritableStreamDefaultWriter] = { writer: undefined };

    constructor(stream) {
      needed('WritableStreamDefaultWriter', arguments.length, 1);
      this[$WritableStreamDefaultWriter].writer = acquire(stateOf(stream));
    }
    get closed() {
      try {
        return this[$WritableStreamDefaultWriter].writer.closed.promise;
      } catch (error) {
        return rejectedWith(error);
      }
    }
    get desiredSize() {
      const { s } = this[$WritableStreamDefaultWriter].writer;
      if (s === null) throw new TypeError('the writer was released');
      if (s.state === 'errored' || s.state === 'erroring') return null;
      return s.state === 'closed' ? 0 : desired(s.c);
    }
    get ready() {
      try {
        return this[$WritableStreamDefaultWriter].writer.ready.promise;
      } catch (error) {
        return rejectedWith(error);
      }
    }
    abort(reason = undefined) {
      try {
        const { s } = this[$WritableStreamDefaultWriter].writer;
        return s === null ? gone() : abortStream(s, reason);
      } catch (error) {
        return rejectedWith(error);
      }
    }
    close() {
      try {
        const { s } = this[$WritableStreamDefaultWriter].writer;
        return s === null ? gone() : closeStream(s);
      } catch (error) {
        return rejectedWith(error);
      }
    }
    releaseLock() {
      if (this[$WritableStreamDefaultWriter].writer.s !== null) release(this[$WritableStreamDefaultWriter].writer);
    }
    write(chunk = undefined) {
      try {
        const writer = this[$WritableStreamDefaultWriter].writer;
        return writer.s === null ? gone() : write(writer, chunk);
      } catch (error) {
        return rejectedWith(error);
      }
    }
  }
  expose(WritableStreamDefaultWriter);

  const $WritableStreamDefaultController = slots('WritableStreamDefaultController');

  class WritableStreamDefaultController {
    [$WritableStreamDefaultController] = { c: undefined };

    constructor(token, c) {
      if (token !== TOKEN) throw illegal();
      this[$WritableStreamDefaultController].c = c;
    }
    get signal() {
      return signalOf(this[$WritableStreamDefaultController].c);
    }
    error(reason = undefined) {
      errorIfNeeded(this[$WritableStreamDefaultController].c, reason);
    }
  }
  expose(WritableStreamDefaultController);
  Object.defineProperty(WritableStreamDefaultController, 'length', { value: 0, configurable: true });

  const $WritableStream = slots('WritableStream');

  class WritableStream {
    [$WritableStream] = {
      state: 'writable', error: undefined, writer: null, c: null, backpressure: false, writeRequests: [],
      inFlightWrite: null, closeRequest: null, inFlightClose: null, pendingAbort: null,
    };

    constructor(sink = undefined, strategy = undefined) {
      if (sink === TOKEN) return;
      if (sink !== undefined && !isObject(sink)) throw new TypeError('WritableStream: the sink is not an object');
      const given = strategyOf(strategy);
      const to = sink ?? {};
      const algorithms = {
        abort: promising(to, 'abort', 'sink', 1),
        close: promising(to, 'close', 'sink', 0),
        start: method(to, 'start', 'sink'),
      };
      if (to.type !== undefined) throw new RangeError('a sink has no type');
      algorithms.write = promising(to, 'write', 'sink', 2);
      setUp(this[$WritableStream], algorithms, markOf(given, 1), sizeOf(given));
    }
    get locked() {
      return this[$WritableStream].writer !== null;
    }
    abort(reason = undefined) {
      try {
        if (this[$WritableStream].writer !== null) return rejectedWith(new TypeError('the stream is locked'));
        return abortStream(this[$WritableStream], reason);
      } catch (error) {
        return rejectedWith(error);
      }
    }
    close() {
      try {
        if (this[$WritableStream].writer !== null) return rejectedWith(new TypeError('the stream is locked'));
        return closeStream(this[$WritableStream]);
      } catch (error) {
        return rejectedWith(error);
      }
    }
    getWriter() {
      return new WritableStreamDefaultWriter(this);
    }
  }
  expose(WritableStream);

  function isWritable(value) {
    return typeof value === 'object' && value !== null && $WritableStream in value;
  }

  function stateOf(stream) {
    if (!isWritable(stream)) throw new TypeError('not a WritableStream');
    return stream[$WritableStream];
  }

  const transforms = (name) => ({ get: () => load('transforms')[name], enumerable: true });

  return Object.defineProperties(
    {
      WritableStream,
      WritableStreamDefaultWriter,
      WritableStreamDefaultController,
      isWritable,
      stateOf,
      create,
      acquire,
      letGo,
      write,
      writeQuietly,
      lastWrite,
      abortStream,
      closeStream,
      closeWithPropagation,
      closeQueuedOrInFlight,
      errorIfNeeded,
    },
    {
      TransformStream: transforms('TransformStream'),
      TransformStreamDefaultController: transforms('TransformStreamDefaultController'),
    },
  );
});
