// WritableStream, TransformStream and pipes: sections 4.9, 5 and 6 of the Streams Standard.
(function (core) {
  'use strict';
  const readable = core.load('streams');
  const { deferred, handled, method, promiseCall, strategyOf, checkedSize, isReadable } = readable;
  const TOKEN = {};
  const ignore = () => undefined;

  let stateOf;

  // ---- the stream's state

  function setUp(s, algorithms, mark, size) {
    const c = {
      s, queue: [], total: 0, started: false, mark, size, algorithms, closing: false, controller: null,
      abort: new (core.load('events').AbortController)(),
    };
    c.controller = new WritableStreamDefaultController(TOKEN, c);
    s.c = c;
    s.backpressure = desired(c) <= 0;
    const startResult = algorithms.start?.(c.controller);
    Promise.resolve(startResult).then(
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
      if (backpressure) writer.ready = deferred();
      else writer.ready.resolve(undefined);
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
    if (c.queue.length === 0) {
      if (c.closing && s.closeRequest !== null) processClose(c);
      return;
    }
    processWrite(c, c.queue[0]);
  }

  function processClose(c) {
    const { s } = c;
    s.inFlightClose = s.closeRequest;
    s.closeRequest = null;
    const { close } = c.algorithms;
    clearAlgorithms(c);
    promiseCall(close).then(
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
        if (s.writer !== null) s.writer.closed.resolve(undefined);
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
    promiseCall(c.algorithms.write, entry.chunk, c.controller).then(
      () => {
        s.inFlightWrite.resolve(undefined);
        s.inFlightWrite = null;
        c.queue.shift();
        c.total = Math.max(0, c.total - entry.size);
        if (!closeQueuedOrInFlight(s) && s.state === 'writable') updateBackpressure(s, desired(c) <= 0);
        advance(c);
      },
      (error) => {
        if (s.state === 'writable') clearAlgorithms(c);
        s.inFlightWrite.reject(error);
        s.inFlightWrite = null;
        dealWithRejection(s, error);
      },
    );
  }

  function clearAlgorithms(c) {
    c.algorithms = {};
    c.size = undefined;
  }

  function dealWithRejection(s, error) {
    if (s.state === 'writable') startErroring(s, error);
    else if (s.state === 'erroring') finishErroring(s);
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
    for (const request of s.writeRequests) request.reject(s.error);
    s.writeRequests = [];
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
    clearAlgorithms(s.c);
    promiseCall(abort, pending.reason).then(
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
      s.writer.closed.reject(s.error);
      handled(s.writer.closed.promise);
    }
  }

  function rejectReady(writer, error) {
    if (writer.readySettled()) writer.ready = deferred();
    writer.ready.reject(error);
    handled(writer.ready.promise);
  }

  function abortStream(s, reason) {
    if (s.state === 'closed' || s.state === 'errored') return Promise.resolve(undefined);
    s.c.abort.abort(reason);
    if (s.state === 'closed' || s.state === 'errored') return Promise.resolve(undefined);
    if (s.pendingAbort !== null) return s.pendingAbort.deferred.promise;
    const wasErroring = s.state === 'erroring';
    const pending = { deferred: deferred(), reason: wasErroring ? undefined : reason, wasErroring };
    s.pendingAbort = pending;
    if (!wasErroring) startErroring(s, reason);
    return pending.deferred.promise;
  }

  function closeStream(s) {
    if (s.state === 'closed' || s.state === 'errored') {
      return Promise.reject(new TypeError(`the stream is ${s.state}`));
    }
    if (closeQueuedOrInFlight(s)) return Promise.reject(new TypeError('the stream is closing'));
    s.closeRequest = deferred();
    const { promise } = s.closeRequest;
    if (s.writer !== null && s.backpressure && s.state === 'writable') s.writer.ready.resolve(undefined);
    s.c.closing = true;
    advance(s.c);
    return promise;
  }

  function write(writer, chunk) {
    const { s } = writer;
    const { c } = s;
    let size = 1;
    if (c.size !== undefined) {
      try {
        size = checkedSize(c.size(chunk));
      } catch (error) {
        if (s.state === 'writable') startErroring(s, error);
        size = 1;
      }
    }
    if (s !== writer.s) return Promise.reject(new TypeError('the writer was released'));
    if (s.state === 'errored') return Promise.reject(s.error);
    if (closeQueuedOrInFlight(s) || s.state === 'closed') return Promise.reject(new TypeError('the stream is closing or closed'));
    if (s.state === 'erroring') return Promise.reject(s.error);
    const request = deferred();
    s.writeRequests.push(request);
    c.queue.push({ chunk, size });
    c.total += size;
    if (!closeQueuedOrInFlight(s) && s.state === 'writable') updateBackpressure(s, desired(c) <= 0);
    advance(c);
    return request.promise;
  }

  function acquire(s) {
    if (s.writer !== null) throw new TypeError('the stream is locked');
    const ready = deferred();
    let settled = false;
    const writer = {
      s,
      closed: deferred(),
      get ready() {
        return this.current;
      },
      set ready(next) {
        settled = false;
        this.current = wrap(next);
      },
      readySettled: () => settled,
      current: null,
    };
    const wrap = (d) => ({
      promise: d.promise,
      resolve: (value) => {
        settled = true;
        d.resolve(value);
      },
      reject: (error) => {
        settled = true;
        d.reject(error);
      },
    });
    writer.ready = ready;
    handled(writer.closed.promise);
    s.writer = writer;
    if (s.state === 'writable') {
      if (closeQueuedOrInFlight(s) || !s.backpressure) writer.ready.resolve(undefined);
    } else if (s.state === 'erroring') {
      writer.ready.reject(s.error);
    } else if (s.state === 'closed') {
      writer.ready.resolve(undefined);
      writer.closed.resolve(undefined);
    } else {
      writer.ready.reject(s.error);
      writer.closed.reject(s.error);
    }
    handled(writer.ready.promise);
    return writer;
  }

  function release(writer) {
    const { s } = writer;
    const error = new TypeError('the writer was released');
    rejectReady(writer, error);
    if (s.state !== 'writable' && s.state !== 'erroring') writer.closed = deferred();
    writer.closed.reject(error);
    handled(writer.closed.promise);
    s.writer = null;
    writer.s = null;
  }

  class WritableStreamDefaultWriter {
    #writer;
    constructor(stream) {
      this.#writer = acquire(stateOf(stream));
    }
    #stream() {
      if (this.#writer.s === null) throw new TypeError('the writer was released');
      return this.#writer.s;
    }
    get closed() {
      return this.#writer.closed.promise;
    }
    get ready() {
      return this.#writer.ready.promise;
    }
    get desiredSize() {
      const s = this.#stream();
      if (s.state === 'errored' || s.state === 'erroring') return null;
      return s.state === 'closed' ? 0 : desired(s.c);
    }
    async abort(reason) {
      return abortStream(this.#stream(), reason);
    }
    async close() {
      return closeStream(this.#stream());
    }
    async write(chunk) {
      this.#stream();
      return write(this.#writer, chunk);
    }
    releaseLock() {
      if (this.#writer.s !== null) release(this.#writer);
    }
    get [Symbol.toStringTag]() {
      return 'WritableStreamDefaultWriter';
    }
  }

  class WritableStreamDefaultController {
    #c;
    constructor(token, c) {
      if (token !== TOKEN) throw new TypeError('Illegal constructor');
      this.#c = c;
    }
    get signal() {
      return this.#c.abort.signal;
    }
    error(reason) {
      if (this.#c.s.state === 'writable') {
        clearAlgorithms(this.#c);
        startErroring(this.#c.s, reason);
      }
    }
    get [Symbol.toStringTag]() {
      return 'WritableStreamDefaultController';
    }
  }

  class WritableStream {
    #s = {
      state: 'writable', error: undefined, writer: null, c: null, backpressure: false, writeRequests: [],
      inFlightWrite: null, closeRequest: null, inFlightClose: null, pendingAbort: null,
    };

    static {
      stateOf = (stream) => {
        if (typeof stream !== 'object' || stream === null || !(#s in stream)) throw new TypeError('not a WritableStream');
        return stream.#s;
      };
    }

    constructor(sink, strategy) {
      if (sink === TOKEN) return;
      if (sink === null || (sink !== undefined && typeof sink !== 'object' && typeof sink !== 'function')) {
        throw new TypeError('WritableStream: the sink is not an object');
      }
      if (sink?.type !== undefined) throw new RangeError('a sink has no type');
      const algorithms = {
        abort: method(sink, 'abort', 'sink'),
        close: method(sink, 'close', 'sink'),
        start: method(sink, 'start', 'sink'),
        write: method(sink, 'write', 'sink'),
      };
      const { mark, size } = strategyOf(strategy, 1);
      setUp(this.#s, algorithms, mark, size);
    }
    get locked() {
      return this.#s.writer !== null;
    }
    async abort(reason) {
      if (this.#s.writer !== null) throw new TypeError('the stream is locked');
      return abortStream(this.#s, reason);
    }
    async close() {
      if (this.#s.writer !== null) throw new TypeError('the stream is locked');
      return closeStream(this.#s);
    }
    getWriter() {
      return new WritableStreamDefaultWriter(this);
    }
    get [Symbol.toStringTag]() {
      return 'WritableStream';
    }
  }

  // ---- transforms

  class TransformStreamDefaultController {
    #t;
    constructor(token, t) {
      if (token !== TOKEN) throw new TypeError('Illegal constructor');
      this.#t = t;
    }
    get desiredSize() {
      return readable.desiredSize(this.#t.readable.c);
    }
    enqueue(chunk) {
      transformEnqueue(this.#t, chunk);
    }
    error(reason) {
      errorTransform(this.#t, reason);
    }
    terminate() {
      readable.closeController(this.#t.readable.c);
      errorWritableAndUnblock(this.#t, new TypeError('the transform was terminated'));
    }
    get [Symbol.toStringTag]() {
      return 'TransformStreamDefaultController';
    }
  }

  function transformEnqueue(t, chunk) {
    const { c } = t.readable;
    if (c.closeRequested || t.readable.state !== 'readable') throw new TypeError('the readable side is closed or errored');
    try {
      readable.enqueue(c, chunk);
    } catch (error) {
      errorWritableAndUnblock(t, error);
      throw t.readable.error;
    }
    const backpressure = !(readable.desiredSize(c) > 0 || (t.readable.reader !== null && t.readable.reader.requests.length > 0));
    if (backpressure !== t.backpressure) setBackpressure(t, true);
  }

  function setBackpressure(t, backpressure) {
    t.change?.resolve(undefined);
    t.change = deferred();
    t.backpressure = backpressure;
  }

  function errorTransform(t, error) {
    readable.errorController(t.readable.c, error);
    errorWritableAndUnblock(t, error);
  }

  function errorWritableAndUnblock(t, error) {
    t.algorithms = {};
    if (t.writable.state === 'writable') {
      clearAlgorithms(t.writable.c);
      startErroring(t.writable, error);
    }
    if (t.backpressure) setBackpressure(t, false);
  }

  class TransformStream {
    #t;
    #readable;
    #writable;

    constructor(transformer, writableStrategy, readableStrategy) {
      if (transformer === null || (transformer !== undefined && typeof transformer !== 'object' && typeof transformer !== 'function')) {
        throw new TypeError('TransformStream: the transformer is not an object');
      }
      if (transformer?.readableType !== undefined || transformer?.writableType !== undefined) {
        throw new RangeError('a transformer has no types');
      }
      const algorithms = {
        transform: method(transformer, 'transform', 'transformer'),
        flush: method(transformer, 'flush', 'transformer'),
        cancel: method(transformer, 'cancel', 'transformer'),
      };
      const start = method(transformer, 'start', 'transformer');
      const outgoing = strategyOf(readableStrategy, 0);
      const ingoing = strategyOf(writableStrategy, 1);
      const started = deferred();
      const t = { algorithms, backpressure: true, change: deferred(), finishing: null, readable: null, writable: null };
      this.#t = t;
      this.#writable = new WritableStream(TOKEN);
      t.writable = stateOf(this.#writable);
      setUp(
        t.writable,
        {
          start: () => started.promise,
          write: (chunk) => writeChunk(t, chunk),
          close: () => closeSink(t),
          abort: (reason) => abortSink(t, reason),
        },
        ingoing.mark,
        ingoing.size,
      );
      this.#readable = readable.create(
        () => started.promise,
        () => {
          setBackpressure(t, false);
          return t.change.promise;
        },
        (reason) => cancelSource(t, reason),
        outgoing.mark,
        outgoing.size,
      );
      t.readable = readable.stateOf(this.#readable);
      t.controller = new TransformStreamDefaultController(TOKEN, t);
      started.resolve(start?.(t.controller));
    }

    get readable() {
      return this.#readable;
    }
    get writable() {
      return this.#writable;
    }
    get [Symbol.toStringTag]() {
      return 'TransformStream';
    }
  }

  async function performTransform(t, chunk) {
    try {
      const { transform } = t.algorithms;
      if (transform === undefined) transformEnqueue(t, chunk);
      else await transform(chunk, t.controller);
    } catch (error) {
      errorTransform(t, error);
      throw error;
    }
  }

  async function writeChunk(t, chunk) {
    if (t.backpressure) {
      await t.change.promise;
      if (t.writable.state === 'erroring') throw t.writable.error;
    }
    return performTransform(t, chunk);
  }

  function finishOnce(t, body) {
    if (t.finishing === null) {
      t.finishing = deferred();
      handled(t.finishing.promise);
      body().then(t.finishing.resolve, t.finishing.reject);
    }
    return t.finishing.promise;
  }

  function closeSink(t) {
    return finishOnce(t, async () => {
      const { flush } = t.algorithms;
      t.algorithms = {};
      try {
        if (flush !== undefined) await flush(t.controller);
      } catch (error) {
        readable.errorController(t.readable.c, error);
        throw error;
      }
      if (t.readable.state === 'errored') throw t.readable.error;
      readable.closeController(t.readable.c);
    });
  }

  function abortSink(t, reason) {
    return finishOnce(t, async () => {
      const { cancel } = t.algorithms;
      t.algorithms = {};
      try {
        if (cancel !== undefined) await cancel(reason);
      } catch (error) {
        readable.errorController(t.readable.c, error);
        throw error;
      }
      if (t.readable.state === 'errored') throw t.readable.error;
      readable.errorController(t.readable.c, reason);
    });
  }

  function cancelSource(t, reason) {
    return finishOnce(t, async () => {
      const { cancel } = t.algorithms;
      t.algorithms = {};
      try {
        if (cancel !== undefined) await cancel(reason);
      } catch (error) {
        errorWritableAndUnblock(t, error);
        throw error;
      }
      if (t.writable.state === 'errored') throw t.writable.error;
      errorWritableAndUnblock(t, reason);
    });
  }

  // ---- pipes

  function pipeTo(source, destination, options) {
    try {
      return pipe(source, destination, options);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  function pipe(source, destination, options) {
    const from = readable.stateOf(source);
    const to = stateOf(destination);
    const { signal } = options ?? {};
    const preventClose = Boolean(options?.preventClose);
    const preventAbort = Boolean(options?.preventAbort);
    const preventCancel = Boolean(options?.preventCancel);
    if (signal !== undefined && !(signal instanceof core.load('events').AbortSignal)) throw new TypeError('signal is not an AbortSignal');
    if (from.reader !== null || to.writer !== null) throw new TypeError('a stream of the pipe is locked');
    const reader = readable.acquire(from);
    const writer = acquire(to);
    from.disturbed = true;
    const result = deferred();
    let lastWrite = Promise.resolve();
    let shuttingDown = false;

    function finish(failed, error) {
      release(writer);
      readable.release(reader);
      signal?.removeEventListener('abort', onAbort);
      if (failed) result.reject(error);
      else result.resolve(undefined);
    }

    async function drained() {
      let seen;
      do {
        seen = lastWrite;
        await seen;
      } while (seen !== lastWrite);
    }

    async function shutdown(action, failed, error) {
      if (shuttingDown) return;
      shuttingDown = true;
      if (to.state === 'writable' && !closeQueuedOrInFlight(to)) await drained();
      if (action === undefined) {
        finish(failed, error);
        return;
      }
      action().then(
        () => finish(failed, error),
        (other) => finish(true, other),
      );
    }

    function onAbort() {
      const { reason } = signal;
      shutdown(
        () => {
          const actions = [];
          if (!preventAbort && to.state === 'writable') actions.push(abortStream(to, reason));
          if (!preventCancel && from.state === 'readable') actions.push(readable.cancelStream(from, reason));
          return Promise.all(actions);
        },
        true,
        reason,
      );
    }

    function whenErrored(s, closed, action) {
      if (s.state === 'errored') action(s.error);
      else closed.catch(action);
    }

    if (signal !== undefined) {
      if (signal.aborted) {
        onAbort();
        return result.promise;
      }
      signal.addEventListener('abort', onAbort);
    }
    whenErrored(from, reader.closed.promise, (error) => {
      if (from.state === 'errored') shutdown(preventAbort ? undefined : () => abortStream(to, error), true, error);
    });
    whenErrored(to, writer.closed.promise, (error) => {
      if (to.state === 'errored') shutdown(preventCancel ? undefined : () => readable.cancelStream(from, error), true, error);
    });
    const closed = () => {
      shutdown(preventClose ? undefined : closeWithPropagation, false, undefined);
    };
    function closeWithPropagation() {
      if (closeQueuedOrInFlight(to) || to.state === 'closed') return Promise.resolve(undefined);
      return to.state === 'errored' ? Promise.reject(to.error) : closeStream(to);
    }
    if (from.state === 'closed') closed();
    else reader.closed.promise.then(closed, ignore);
    if (closeQueuedOrInFlight(to) || to.state === 'closed') {
      const error = new TypeError('the destination is closing or closed');
      shutdown(preventCancel ? undefined : () => readable.cancelStream(from, error), true, error);
    }

    async function loop() {
      while (!shuttingDown) {
        await writer.ready.promise;
        const more = await new Promise((resolve) => {
          if (shuttingDown) {
            resolve(false);
            return;
          }
          readable.read(reader, {
            chunk: (chunk) => {
              lastWrite = write(writer, chunk).catch(ignore);
              resolve(true);
            },
            close: () => resolve(false),
            error: () => resolve(false),
          });
        });
        if (!more) return;
      }
    }
    handled(loop());
    return result.promise;
  }

  return {
    WritableStream,
    WritableStreamDefaultWriter,
    WritableStreamDefaultController,
    TransformStream,
    TransformStreamDefaultController,
    pipe,
    pipeTo,
  };
});
