// Performance, its marks, measures and observers: High Resolution Time, Performance Timeline, User Timing.
(function (core) {
  'use strict';
  const { host, load } = core;
  const { expose, isObject, needed, dictionary, sequence, illegal, domException } = load('idl');
  const { EventTarget } = load('events');
  const { structuredClone } = load('clone');
  const { setTimeout } = load('timers');
  const { apply } = Reflect;
  const { freeze } = Object;
  const TOKEN = {};
  const MAX_ENTRIES = 10_000;
  const TYPES = freeze(['mark', 'measure']);
  const timeOrigin = Date.now() - host.now();
  const entries = [];
  const observers = [];

  class PerformanceEntry {
    #name;
    #type;
    #start;
    #duration;
    constructor(token, name, type, start, duration) {
      if (token !== TOKEN) throw illegal();
      this.#name = name;
      this.#type = type;
      this.#start = start;
      this.#duration = duration;
    }
    get name() {
      return this.#name;
    }
    get entryType() {
      return this.#type;
    }
    get startTime() {
      return this.#start;
    }
    get duration() {
      return this.#duration;
    }
    toJSON() {
      const { name, entryType, startTime, duration } = this;
      return this instanceof PerformanceMark || this instanceof PerformanceMeasure
        ? { name, entryType, startTime, duration, detail: this.detail }
        : { name, entryType, startTime, duration };
    }
  }
  expose(PerformanceEntry);
  Object.defineProperty(PerformanceEntry, 'length', { value: 0, configurable: true });

  function cloned(detail) {
    return detail === undefined || detail === null ? null : structuredClone(detail);
  }

  class PerformanceMark extends PerformanceEntry {
    #detail;
    constructor(markName, markOptions = undefined) {
      needed('PerformanceMark', arguments.length, 1);
      const name = `${markName}`;
      const options = dictionary('PerformanceMark: options', markOptions);
      const { detail, startTime } = options;
      const start = startTime === undefined ? host.now() : time(startTime);
      if (start < 0) throw new TypeError('startTime: negative');
      super(TOKEN, name, 'mark', start, 0);
      this.#detail = cloned(detail);
    }
    get detail() {
      return this.#detail;
    }
  }
  expose(PerformanceMark);

  class PerformanceMeasure extends PerformanceEntry {
    #detail;
    constructor(token, name, start, duration, detail) {
      if (token !== TOKEN) throw illegal();
      super(TOKEN, name, 'measure', start, duration);
      this.#detail = detail;
    }
    get detail() {
      return this.#detail;
    }
  }
  expose(PerformanceMeasure);
  Object.defineProperty(PerformanceMeasure, 'length', { value: 0, configurable: true });

  function time(value) {
    const number = +value;
    if (!Number.isFinite(number)) throw new TypeError('a time is not a finite number');
    return number;
  }

  /** A mark's time by its name, or a time itself. */
  function timeOf(mark) {
    if (typeof mark === 'number') {
      if (time(mark) < 0) throw new TypeError('a time is negative');
      return mark;
    }
    const name = `${mark}`;
    for (let i = entries.length - 1; i >= 0; i--) {
      if (entries[i].entryType === 'mark' && entries[i].name === name) return entries[i].startTime;
    }
    throw domException(`there is no mark ${name}`, 'SyntaxError');
  }

  function insert(entry) {
    if (entries.length < MAX_ENTRIES) {
      let at = entries.length;
      while (at > 0 && entries[at - 1].startTime > entry.startTime) at--;
      entries.splice(at, 0, entry);
    }
    const listening = observers.slice();
    for (let i = 0; i < listening.length; i++) listening[i](entry);
  }

  function select(list, name, type) {
    return list.filter((entry) => (name === undefined || entry.name === name) && (type === undefined || entry.entryType === type));
  }

  class Performance extends EventTarget {
    #here = true;
    constructor(token) {
      if (token !== TOKEN) throw illegal();
      super();
    }
    get timeOrigin() {
      this.#here;
      return timeOrigin;
    }
    now() {
      this.#here;
      return host.now();
    }
    toJSON() {
      this.#here;
      return { timeOrigin };
    }
    mark(markName, markOptions = undefined) {
      this.#here;
      needed('mark', arguments.length, 1);
      const mark = new PerformanceMark(markName, markOptions);
      insert(mark);
      return mark;
    }
    measure(measureName, startOrMeasureOptions = undefined, endMark = undefined) {
      this.#here;
      needed('measure', arguments.length, 1);
      const name = `${measureName}`;
      const measure = measured(name, startOrMeasureOptions, endMark);
      insert(measure);
      return measure;
    }
    clearMarks(markName = undefined) {
      this.#here;
      clear('mark', markName);
    }
    clearMeasures(measureName = undefined) {
      this.#here;
      clear('measure', measureName);
    }
    getEntries() {
      this.#here;
      return select(entries);
    }
    getEntriesByName(name, type = undefined) {
      this.#here;
      needed('getEntriesByName', arguments.length, 1);
      return select(entries, `${name}`, type === undefined ? undefined : `${type}`);
    }
    getEntriesByType(type) {
      this.#here;
      needed('getEntriesByType', arguments.length, 1);
      return select(entries, undefined, `${type}`);
    }
  }
  expose(Performance);
  Object.defineProperty(Performance, 'length', { value: 0, configurable: true });

  function clear(type, name) {
    const only = name === undefined ? undefined : `${name}`;
    const kept = entries.filter((entry) => entry.entryType !== type || (only !== undefined && entry.name !== only));
    entries.length = 0;
    for (const entry of kept) entries.push(entry);
  }

  function measured(name, given, endMark) {
    const options = isObject(given) ? given : undefined;
    let start;
    let end;
    let duration;
    let detail;
    if (options !== undefined) {
      ({ detail, duration, end, start } = options);
      const empty = detail === undefined && duration === undefined && end === undefined && start === undefined;
      if (!empty) {
        if (endMark !== undefined) throw new TypeError('measure: options and an end mark');
        if (start === undefined && end === undefined) throw new TypeError('measure: neither start nor end');
        if (start !== undefined && end !== undefined && duration !== undefined) throw new TypeError('measure: start, end and duration');
      }
      if (duration !== undefined) duration = time(duration);
    } else if (given !== undefined && given !== null) {
      start = `${given}`;
    }
    let endTime;
    if (endMark !== undefined) endTime = timeOf(`${endMark}`);
    else if (end !== undefined) endTime = timeOf(end);
    else if (start !== undefined && duration !== undefined) endTime = timeOf(start) + duration;
    else endTime = host.now();
    let startTime;
    if (start !== undefined) startTime = timeOf(start);
    else if (duration !== undefined && endTime !== undefined) startTime = endTime - duration;
    else startTime = 0;
    return new PerformanceMeasure(TOKEN, name, startTime, endTime - startTime, cloned(detail));
  }

  class PerformanceObserverEntryList {
    #entries;
    constructor(token, list) {
      if (token !== TOKEN) throw illegal();
      this.#entries = list;
    }
    getEntries() {
      return select(this.#entries);
    }
    getEntriesByName(name, type = undefined) {
      const list = this.#entries;
      needed('getEntriesByName', arguments.length, 1);
      return select(list, `${name}`, type === undefined ? undefined : `${type}`);
    }
    getEntriesByType(type) {
      const list = this.#entries;
      needed('getEntriesByType', arguments.length, 1);
      return select(list, undefined, `${type}`);
    }
  }
  expose(PerformanceObserverEntryList);
  Object.defineProperty(PerformanceObserverEntryList, 'length', { value: 0, configurable: true });

  class PerformanceObserver {
    #callback;
    #types = [];
    #many = undefined;
    #buffer = [];
    #scheduled = false;
    #listener = (entry) => {
      if (this.#types.includes(entry.entryType)) this.#queue([entry]);
    };

    constructor(callback) {
      needed('PerformanceObserver', arguments.length, 1);
      if (typeof callback !== 'function') throw new TypeError('PerformanceObserver: the callback is not a function');
      this.#callback = callback;
    }

    observe(options = undefined) {
      this.#callback;
      const given = dictionary('observe: options', options);
      const { buffered, entryTypes, type } = given;
      if (entryTypes === undefined && type === undefined) throw new TypeError('observe: neither entryTypes nor type');
      if (entryTypes !== undefined && (type !== undefined || buffered)) throw new TypeError('observe: entryTypes and type');
      const many = entryTypes !== undefined;
      if (this.#many !== undefined && this.#many !== many) {
        throw domException('observe: called with entryTypes and with type', 'InvalidModificationError');
      }
      this.#many = many;
      if (many) {
        const known = sequence('entryTypes', entryTypes).map((name) => `${name}`).filter((name) => TYPES.includes(name));
        if (known.length === 0) return;
        this.#types = known;
      } else {
        const name = `${type}`;
        if (!TYPES.includes(name)) return;
        if (!this.#types.includes(name)) this.#types.push(name);
        if (buffered) this.#queue(select(entries, undefined, name));
      }
      if (!observers.includes(this.#listener)) observers.push(this.#listener);
    }

    disconnect() {
      this.#callback;
      const at = observers.indexOf(this.#listener);
      if (at >= 0) observers.splice(at, 1);
      this.#types = [];
      this.#many = undefined;
      this.#buffer = [];
    }

    takeRecords() {
      const taken = this.#buffer;
      this.#buffer = [];
      return taken;
    }

    #queue(list) {
      if (list.length === 0) return;
      for (const entry of list) this.#buffer.push(entry);
      if (this.#scheduled) return;
      this.#scheduled = true;
      setTimeout(() => {
        this.#scheduled = false;
        const taken = this.takeRecords();
        if (taken.length === 0) return;
        try {
          const options = { droppedEntriesCount: 0 };
          apply(this.#callback, this, [new PerformanceObserverEntryList(TOKEN, taken), this, options]);
        } catch (error) {
          load('events').report(error);
        }
      }, 0);
    }

    static get supportedEntryTypes() {
      return TYPES;
    }
  }
  expose(PerformanceObserver);

  return {
    Performance, PerformanceEntry, PerformanceMark, PerformanceMeasure, PerformanceObserver, PerformanceObserverEntryList,
    performance: new Performance(TOKEN),
  };
});
