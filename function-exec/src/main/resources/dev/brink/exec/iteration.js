// Readable streams as asynchronous iterables, and made of iterables: sections 4.2.5 and 4.9.1 of the
// Streams Standard.
(function (core) {
  'use strict';
  const { load, slots } = core;
  const { expose, isObject, react, resolvedWith, rejectedWith, SETTLED } = load('idl');
  const { stateOf, create, read, isQueued, take, letGo, cancelStream, closeController, enqueue } = load('streams');
  const { apply } = Reflect;
  const { getPrototypeOf, setPrototypeOf } = Object;
  const NativePromise = Promise;

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

  return { StreamIterator, fromIterable };
});
