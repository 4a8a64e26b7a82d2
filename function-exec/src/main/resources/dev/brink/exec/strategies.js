// Queuing strategies: section 7 of the Streams Standard.
(function (core) {
  'use strict';
  const { load, slots } = core;
  const { expose, isObject, dictionary } = load('idl');

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

  return { CountQueuingStrategy, ByteLengthQueuingStrategy, strategyOf, markOf, sizeOf, checkedSize, countSize };
});
