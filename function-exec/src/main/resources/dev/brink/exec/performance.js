// Performance, its marks, measures and observers: High Resolution Time, Performance Timeline, User Timing.
(function (core) {
  'use strict';
  const { host, load, slots } = core;
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

  const $PerformanceEntry = slots('PerformanceEntry');

  class PerformanceEntry {
    [$PerformanceEntry] = { name: undefined, type: undefined, start: undefined, duration: undefined };

    constructor(token, name, type, start, duration) {
      if (token !== TOKEN) throw illegal();
      this[$PerformanceEntry].name = name;
      this[$PerformanceEntry].type = type;
      this[$PerformanceEntry].start = start;
      this[$PerformanceEntry].duration = duration;
    }
    get name() {
      return this[$PerformanceEntry].name;
    }
    get entryType() {
      return this[$PerformanceEntry].type;
    }
    get startTime() {
      return this[$PerformanceEntry].start;
    }
    get duration() {
      return this[$PerformanceEntry].duration;
    }
    toJSON() {
      this[$PerformanceEntry].name;
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

  const $PerformanceMark = slots('PerformanceMark');

  class PerformanceMark extends PerformanceEntry {
    [$PerformanceMark] = { detail: undefined };

    constructor(markName, markOptions = undefined) {
      needed('PerformanceMark', arguments.length, 1);
      const name = `${markName}`;
      const options = dictionary('PerformanceMark: options', markOptions);
      const { detail, startTime } = options;
      const start = startTime === undefined ? host.now() : time(startTime);
      if (start < 0) throw new TypeError('startTime: negative');
      super(TOKEN, name, 'mark', start, 0);
      this[$PerformanceMark].detail = cloned(detail);
    }
    get detail() {
      return this[$PerformanceMark].detail;
    }
  }
  expose(PerformanceMark);

  const $PerformanceMeasure = slots('PerformanceMeasure');

  class PerformanceMeasure extends PerformanceEntry {
    [$PerformanceMeasure] = { detail: undefined };

    constructor(token, name, start, duration, detail) {
      if (token !== TOKEN) throw illegal();
      super(TOKEN, name, 'measure', start, duration);
      this[$PerformanceMeasure].detail = detail;
    }
    get detail() {
      return this[$PerformanceMeasure].detail;
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

  const $Performance = slots('Performance');

  class Performance extends EventTarget {
    [$Performance] = { here: true };

    constructor(token) {
      if (token !== TOKEN) throw illegal();
      super();
    }
    get timeOrigin() {
      this[$Performance].here;
      return timeOrigin;
    }
    now() {
      this[$Performance].here;
      return host.now();
    }
    toJSON() {
      this[$Performance].here;
      return { timeOrigin };
    }
    mark(markName, markOptions = undefined) {
      this[$Performance].here;
      needed('mark', arguments.length, 1);
      const mark = new PerformanceMark(markName, markOptions);
      insert(mark);
      return mark;
    }
    measure(measureName, startOrMeasureOptions = undefined, endMark = undefined) {
      this[$Performance].here;
      needed('measure', arguments.length, 1);
      const name = `${measureName}`;
      const measure = measured(name, startOrMeasureOptions, endMark);
      insert(measure);
      return measure;
    }
    clearMarks(markName = undefined) {
      this[$Performance].here;
      clear('mark', markName);
    }
    clearMeasures(measureName = undefined) {
      this[$Performance].here;
      clear('measure', measureName);
    }
    getEntries() {
      this[$Performance].here;
      return select(entries);
    }
    getEntriesByName(name, type = undefined) {
      this[$Performance].here;
      needed('getEntriesByName', arguments.length, 1);
      return select(entries, `${name}`, type === undefined ? undefined : `${type}`);
    }
    getEntriesByType(type) {
      this[$Performance].here;
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

  const $PerformanceObserverEntryList = slots('PerformanceObserverEntryList');

  class PerformanceObserverEntryList {
    [$PerformanceObserverEntryList] = { entries: undefined };

    constructor(token, list) {
      if (token !== TOKEN) throw illegal();
      this[$PerformanceObserverEntryList].entries = list;
    }
    getEntries() {
      return select(this[$PerformanceObserverEntryList].entries);
    }
    getEntriesByName(name, type = undefined) {
      const list = this[$PerformanceObserverEntryList].entries;
      needed('getEntriesByName', arguments.length, 1);
      return select(list, `${name}`, type === undefined ? undefined : `${type}`);
    }
    getEntriesByType(type) {
      const list = this[$PerformanceObserverEntryList].entries;
      needed('getEntriesByType', arguments.length, 1);
      return select(list, undefined, `${type}`);
    }
  }
  expose(PerformanceObserverEntryList);
  Object.defineProperty(PerformanceObserverEntryList, 'length', { value: 0, configurable: true });

  const $PerformanceObserver = slots('PerformanceObserver');

  class PerformanceObserver {
    [$PerformanceObserver] = {
      callback: undefined,
      types: [],
      many: undefined,
      buffer: [],
      scheduled: false,
      listener: (entry) => {
        if (this[$PerformanceObserver].types.includes(entry.entryType)) queueEntries(this, [entry]);
      },
    };

    constructor(callback) {
      needed('PerformanceObserver', arguments.length, 1);
      if (typeof callback !== 'function') throw new TypeError('PerformanceObserver: the callback is not a function');
      this[$PerformanceObserver].callback = callback;
    }

    observe(options = undefined) {
      this[$PerformanceObserver].callback;
      const given = dictionary('observe: options', options);
      const { buffered, entryTypes, type } = given;
      if (entryTypes === undefined && type === undefined) throw new TypeError('observe: neither entryTypes nor type');
      if (entryTypes !== undefined && (type !== undefined || buffered)) throw new TypeError('observe: entryTypes and type');
      const many = entryTypes !== undefined;
      if (this[$PerformanceObserver].many !== undefined && this[$PerformanceObserver].many !== many) {
        throw domException('observe: called with entryTypes and with type', 'InvalidModificationError');
      }
      this[$PerformanceObserver].many = many;
      if (many) {
        const known = sequence('entryTypes', entryTypes).map((name) => `${name}`).filter((name) => TYPES.includes(name));
        if (known.length === 0) return;
        this[$PerformanceObserver].types = known;
      } else {
        const name = `${type}`;
        if (!TYPES.includes(name)) return;
        if (!this[$PerformanceObserver].types.includes(name)) this[$PerformanceObserver].types.push(name);
        if (buffered) queueEntries(this, select(entries, undefined, name));
      }
      if (!observers.includes(this[$PerformanceObserver].listener)) observers.push(this[$PerformanceObserver].listener);
    }

    disconnect() {
      this[$PerformanceObserver].callback;
      const at = observers.indexOf(this[$PerformanceObserver].listener);
      if (at >= 0) observers.splice(at, 1);
      this[$PerformanceObserver].types = [];
      this[$PerformanceObserver].many = undefined;
      this[$PerformanceObserver].buffer = [];
    }

    takeRecords() {
      const taken = this[$PerformanceObserver].buffer;
      this[$PerformanceObserver].buffer = [];
      return taken;
    }

    static get supportedEntryTypes() {
      return TYPES;
    }
  }
  expose(PerformanceObserver);

  function queueEntries(self, list) {
    if (list.length === 0) return;
    for (const entry of list) self[$PerformanceObserver].buffer.push(entry);
    if (self[$PerformanceObserver].scheduled) return;
    self[$PerformanceObserver].scheduled = true;
    setTimeout(() => {
      self[$PerformanceObserver].scheduled = false;
      const taken = self.takeRecords();
      if (taken.length === 0) return;
      try {
        const options = { droppedEntriesCount: 0 };
        apply(self[$PerformanceObserver].callback, self, [new PerformanceObserverEntryList(TOKEN, taken), self, options]);
      } catch (error) {
        load('events').report(error);
      }
    }, 0);
  }

  return {
    Performance, PerformanceEntry, PerformanceMark, PerformanceMeasure, PerformanceObserver, PerformanceObserverEntryList,
    performance: new Performance(TOKEN),
  };
});
