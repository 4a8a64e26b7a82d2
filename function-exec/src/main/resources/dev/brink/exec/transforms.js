// TransformStream and pipes: sections 4.9.1 and 6 of the Streams Standard.
(function (core) {
  'use strict';
  const { load, slots } = core;
  const readables = load('streams');
  const writables = load('writables');
  const { method, promising, promiseCall, desiredSize, waiting } = readables;
  const { strategyOf, markOf, sizeOf } = load('strategies');
  const { closeQueuedOrInFlight, closeWithPropagation, abortStream, errorIfNeeded } = writables;
  const {
    expose, isObject, dictionary, illegal, react, resolvedWith, rejectedWith, deferred, handled, ignore,
    SETTLED,
  } = load('idl');
  const TOKEN = {};
  /** What a subclass of the runtime's own has in the place of a transformer, before its ends. */
  const TWO_ENDS = {};

  const $TransformStreamDefaultController = slots('TransformStreamDefaultController');

  class TransformStreamDefaultController {
    [$TransformStreamDefaultController] = { t: undefined };

    constructor(token, t) {
      if (token !== TOKEN) throw illegal();
      this[$TransformStreamDefaultController].t = t;
    }
    get desiredSize() {
      return desiredSize(this[$TransformStreamDefaultController].t.readable.c);
    }
    enqueue(chunk = undefined) {
      enqueue(this[$TransformStreamDefaultController].t, chunk);
    }
    error(reason = undefined) {
      errorTransform(this[$TransformStreamDefaultController].t, reason);
    }
    terminate() {
      readables.closeController(this[$TransformStreamDefaultController].t.readable.c);
      errorWritableAndUnblock(this[$TransformStreamDefaultController].t, new TypeError('the transform was terminated'));
    }
  }
  expose(TransformStreamDefaultController);
  Object.defineProperty(TransformStreamDefaultController, 'length', { value: 0, configurable: true });

  function enqueue(t, chunk) {
    const { c } = t.readable;
    if (c.closeRequested || t.readable.state !== 'readable') throw new TypeError('the readable side is closed or errored');
    try {
      readables.enqueue(c, chunk);
    } catch (error) {
      errorWritableAndUnblock(t, error);
      throw t.readable.error;
    }
    const backpressure = !(waiting(t.readable) || desiredSize(c) > 0);
    if (backpressure !== t.backpressure) setBackpressure(t, true);
  }

  function setBackpressure(t, backpressure) {
    t.change.resolve(undefined);
    t.change = deferred();
    t.backpressure = backpressure;
  }

  function errorTransform(t, error) {
    readables.errorController(t.readable.c, error);
    errorWritableAndUnblock(t, error);
  }

  function errorWritableAndUnblock(t, error) {
    t.algorithms = {};
    errorIfNeeded(t.writable.c, error);
    unblock(t);
  }

  function unblock(t) {
    if (t.backpressure) setBackpressure(t, false);
  }

  function performTransform(t, chunk) {
    const { transform } = t.algorithms;
    let result;
    if (transform === undefined) {
      try {
        if (t.identity) enqueue(t, chunk);
        return SETTLED;
      } catch (error) {
        result = rejectedWith(error);
      }
    } else {
      result = promiseCall(transform, chunk, t.controller);
    }
    return react(result, undefined, t.failed);
  }

  function writeChunk(t, chunk) {
    if (!t.backpressure) return performTransform(t, chunk);
    return react(t.change.promise, () => {
      if (t.writable.state === 'erroring') throw t.writable.error;
      return performTransform(t, chunk);
    });
  }

  /** Runs flush or cancel once; whoever ends the transform later waits for the same end. */
  function finishOnce(t, algorithm, argument, onDone, onFailed) {
    if (t.finishing !== null) return t.finishing.promise;
    const finishing = deferred();
    t.finishing = finishing;
    const done = promiseCall(algorithm, argument);
    t.algorithms = {};
    react(
      done,
      () => {
        try {
          onDone();
          finishing.resolve(undefined);
        } catch (error) {
          finishing.reject(error);
        }
      },
      (error) => {
        onFailed(error);
        finishing.reject(error);
      },
    );
    return finishing.promise;
  }

  function closeSink(t) {
    return finishOnce(
      t,
      t.algorithms.flush,
      t.controller,
      () => {
        if (t.readable.state === 'errored') throw t.readable.error;
        readables.closeController(t.readable.c);
      },
      (error) => readables.errorController(t.readable.c, error),
    );
  }

  function abortSink(t, reason) {
    return finishOnce(
      t,
      t.algorithms.cancel,
      reason,
      () => {
        if (t.readable.state === 'errored') throw t.readable.error;
        readables.errorController(t.readable.c, reason);
      },
      (error) => readables.errorController(t.readable.c, error),
    );
  }

  function cancelSource(t, reason) {
    return finishOnce(
      t,
      t.algorithms.cancel,
      reason,
      () => {
        if (t.writable.state === 'errored') throw t.writable.error;
        errorIfNeeded(t.writable.c, reason);
        unblock(t);
      },
      (error) => {
        errorIfNeeded(t.writable.c, error);
        unblock(t);
      },
    );
  }

  function setUp(t, started, ingoingMark, ingoingSize, outgoingMark, outgoingSize) {
    const writable = writables.create(
      {
        start: () => started,
        write: (chunk) => writeChunk(t, chunk),
        close: () => closeSink(t),
        abort: (reason) => abortSink(t, reason),
      },
      ingoingMark,
      ingoingSize,
    );
    t.writable = writables.stateOf(writable);
    const readable = readables.create(
      () => started,
      () => {
        setBackpressure(t, false);
        return t.change.promise;
      },
      (reason) => cancelSource(t, reason),
      outgoingMark,
      outgoingSize,
    );
    t.readable = readables.stateOf(readable);
    t.controller = new TransformStreamDefaultController(TOKEN, t);
    return { readable, writable };
  }

  function newState(algorithms) {
    const t = {
      algorithms, identity: algorithms.transform === undefined, backpressure: true, change: deferred(), finishing: null,
      readable: null, writable: null, controller: null,
      failed: (error) => {
        errorTransform(t, error);
        throw error;
      },
    };
    return t;
  }

  /** The two ends of a transform of the runtime: {@code transform(chunk, enqueue)} and {@code flush(enqueue)}. */
  function create(transform, flush) {
    const t = newState({});
    const push = (chunk) => enqueue(t, chunk);
    t.algorithms = { transform: (chunk) => transform(chunk, push), flush: () => flush?.(push) };
    return setUp(t, resolvedWith(undefined), 1, () => 1, 0, () => 1);
  }

  const $TransformStream = slots('TransformStream');

  class TransformStream {
    [$TransformStream] = { readable: undefined, writable: undefined };

    constructor(transformer = undefined, writableStrategy = undefined, readableStrategy = undefined) {
      if (transformer === TWO_ENDS) {
        this[$TransformStream].readable = writableStrategy.readable;
        this[$TransformStream].writable = writableStrategy.writable;
        return;
      }
      if (transformer !== undefined && !isObject(transformer)) throw new TypeError('TransformStream: the transformer is not an object');
      const ingoing = strategyOf(writableStrategy);
      const outgoing = strategyOf(readableStrategy);
      const from = transformer ?? {};
      const cancel = promising(from, 'cancel', 'transformer', 1);
      const flush = promising(from, 'flush', 'transformer', 1);
      const { readableType } = from;
      const start = method(from, 'start', 'transformer');
      const transform = promising(from, 'transform', 'transformer', 2);
      const { writableType } = from;
      if (readableType !== undefined || writableType !== undefined) throw new RangeError('a transformer has no types');
      const outgoingMark = markOf(outgoing, 0);
      const ingoingMark = markOf(ingoing, 1);
      const started = deferred();
      const t = newState({ transform, flush, cancel });
      const ends = setUp(t, started.promise, ingoingMark, sizeOf(ingoing), outgoingMark, sizeOf(outgoing));
      this[$TransformStream].readable = ends.readable;
      this[$TransformStream].writable = ends.writable;
      started.resolve(start?.(t.controller));
    }

    get readable() {
      return this[$TransformStream].readable;
    }
    get writable() {
      return this[$TransformStream].writable;
    }
  }
  expose(TransformStream);

  // ---- pipes

  function pipeOptions(options) {
    const given = dictionary('the options', options);
    const preventAbort = !!given.preventAbort;
    const preventCancel = !!given.preventCancel;
    const preventClose = !!given.preventClose;
    const { signal } = given;
    if (signal !== undefined && !load('events').isSignal(signal)) throw new TypeError('signal is not an AbortSignal');
    return { preventAbort, preventCancel, preventClose, signal };
  }

  /** Moves all from the state of a readable stream to that of a writable one; neither is locked. */
  function pipe(from, to, { preventAbort, preventCancel, preventClose, signal }) {
    const reader = readables.acquire(from);
    const writer = writables.acquire(to, wake);
    from.disturbed = true;
    const result = deferred();
    /** For the end of the microtask that writes what has come; null where nothing has. */
    let arriving = null;
    /** Whether it waits until more is wanted. */
    let full = false;
    let shuttingDown = false;
    let forgetSignal = ignore;

    function finish(failed, error) {
      writables.letGo(writer);
      readables.letGo(reader, undefined);
      forgetSignal();
      if (failed) result.reject(error);
      else result.resolve(undefined);
    }

    /** Waits until all that was read is written; undefined where it is. */
    function drained() {
      const last = arriving ?? writables.lastWrite(to);
      return last === null ? undefined : react(last, drained, drained);
    }

    function shutdown(action, failed, error) {
      if (shuttingDown) return;
      shuttingDown = true;
      const act = () => {
        if (action === undefined) {
          finish(failed, error);
          return;
        }
        react(
          action(),
          () => finish(failed, error),
          (other) => finish(true, other),
        );
      };
      if (to.state === 'writable' && !closeQueuedOrInFlight(to)) react(drained() ?? SETTLED, act);
      else act();
    }

    function abort() {
      const { reason } = signal;
      shutdown(
        () => {
          const one = !preventAbort && to.state === 'writable' ? abortStream(to, reason) : resolvedWith(undefined);
          const two = !preventCancel && from.state === 'readable' ? readables.cancelStream(from, reason) : resolvedWith(undefined);
          handled(two);
          return react(one, () => two);
        },
        true,
        reason,
      );
    }

    if (signal !== undefined) {
      if (signal.aborted) {
        abort();
        return result.promise;
      }
      forgetSignal = load('events').onAbort(signal, abort);
    }

    const sourceFailed = (error) =>
      shutdown(preventAbort ? undefined : () => abortStream(to, error), true, error);
    const destinationFailed = (error) =>
      shutdown(preventCancel ? undefined : () => readables.cancelStream(from, error), true, error);
    const sourceClosed = () =>
      shutdown(preventClose ? undefined : () => closeWithPropagation(to), false, undefined);

    if (from.state === 'errored') sourceFailed(from.error);
    else react(reader.closed.promise, undefined, () => from.state === 'errored' && sourceFailed(from.error));
    if (to.state === 'errored') destinationFailed(to.error);
    else react(writer.closed.promise, undefined, () => to.state === 'errored' && destinationFailed(to.error));
    if (from.state === 'closed') sourceClosed();
    else react(reader.closed.promise, sourceClosed, ignore);
    if (closeQueuedOrInFlight(to) || to.state === 'closed') {
      destinationFailed(new TypeError('the destination is closing or closed'));
    }

    const request = {
      // Whoever brings it may be a function that is not to find that a sink was called meanwhile.
      chunk: (chunk) => {
        arriving = react(SETTLED, () => {
          arriving = null;
          writables.writeQuietly(writer, chunk);
          next();
        });
      },
      close: ignore,
      error: ignore,
    };

    /** Moves what there is, in a microtask of its own; then waits for more, or until more is wanted. */
    function next() {
      while (!shuttingDown && to.state === 'writable') {
        if (to.backpressure) {
          full = true;
          return;
        }
        if (!readables.isQueued(from)) {
          readables.read(reader, request);
          return;
        }
        writables.writeQuietly(writer, readables.take(from.c));
      }
    }

    function wake() {
      if (!full) return;
      full = false;
      react(SETTLED, next);
    }
    react(SETTLED, next);
    return result.promise;
  }

  return { TransformStream, TransformStreamDefaultController, TWO_ENDS, create, pipe, pipeOptions };
});
