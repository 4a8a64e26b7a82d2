// The WebAssembly namespace: the engine's own, with what it lacks of the JavaScript interface (tags,
// exceptions, streaming), and with memories kept within the function's limit.
(function (core) {
  'use strict';
  const { host, load, bytesOf, Bytes, slots } = core;
  const { expose, isObject, needed, illegal, sequence, dictionary, rejectedWith, resolvedWith } = load('idl');
  const { construct } = Reflect;
  const { defineProperty } = Object;
  const { fround } = Math;
  const { asIntN } = BigInt;
  const native = core.WebAssembly;
  const { compile, instantiate, validate, Module: NativeModule, Memory: NativeMemory, CompileError } = native;
  const { exports: exportsOf } = NativeModule;

  const MAX_PAGES = host.maxWasmPages();
  const MOST_PAGES = 65536;
  const MIME = 'application/wasm';

  // ---- limits

  /** A module's bytes in which no memory can grow over the limit. */
  function limited(source) {
    const found = bytesOf(source);
    if (found === undefined) throw new TypeError('not a buffer with a module');
    const bytes = host.limitedWasm(found[0], found[1], found[2]);
    if (bytes === null) throw new CompileError(`a memory is larger than ${MAX_PAGES} pages, the function’s limit`);
    return new Bytes(bytes);
  }

  /** Whatever its prototype is, which a function may have set. */
  function isModule(value) {
    if (!(value instanceof NativeModule) || bytesOf(value) !== undefined) return false;
    try {
      exportsOf(value);
      return true;
    } catch {
      return false;
    }
  }

  /** Takes the place of a class of the engine. */
  function replace(name, type, original) {
    type.prototype = original.prototype;
    defineProperty(type, 'prototype', { writable: false });
    defineProperty(type.prototype, 'constructor', { value: type, writable: true, configurable: true });
    for (const key of ['exports', 'imports', 'customSections']) {
      if (key in original) defineProperty(type, key, Object.getOwnPropertyDescriptor(original, key));
    }
    install(name, type);
  }

  function install(name, value) {
    defineProperty(native, name, { value, writable: true, enumerable: false, configurable: true });
  }

  replace('Module', function Module(bytes) {
    if (new.target === undefined) throw new TypeError('Module: new needed');
    needed('Module', arguments.length, 1);
    return construct(NativeModule, [limited(bytes)], new.target);
  }, NativeModule);

  replace('Memory', function Memory(descriptor) {
    if (new.target === undefined) throw new TypeError('Memory: new needed');
    needed('Memory', arguments.length, 1);
    if (!isObject(descriptor)) return construct(NativeMemory, [descriptor], new.target);
    const { initial, maximum, shared } = descriptor;
    const most = maximum === undefined ? MOST_PAGES : +maximum;
    const checked = { __proto__: null, initial: +initial, maximum: most > MAX_PAGES && most <= MOST_PAGES ? MAX_PAGES : most, shared };
    if (checked.initial > MAX_PAGES && checked.initial <= most) {
      throw new RangeError(`Memory: ${initial} pages (expected: at most ${MAX_PAGES}, the function’s limit)`);
    }
    return construct(NativeMemory, [checked], new.target);
  }, NativeMemory);

  const methods = {
    compile(bytes) {
      try {
        return compile(limited(bytes));
      } catch (error) {
        return rejectedWith(error);
      }
    },
    instantiate(bytes, importObject = undefined) {
      try {
        return instantiate(isModule(bytes) ? bytes : limited(bytes), importObject);
      } catch (error) {
        return rejectedWith(error);
      }
    },
    validate(bytes) {
      return validate(bytes);
    },
    async compileStreaming(source) {
      return methods.compile(await bytesOfResponse(source));
    },
    async instantiateStreaming(source, importObject = undefined) {
      return methods.instantiate(await bytesOfResponse(source), importObject);
    },
  };
  for (const name in methods) {
    defineProperty(native, name, { value: methods[name], writable: true, enumerable: true, configurable: true });
  }

  async function bytesOfResponse(source) {
    const response = await resolvedWith(source);
    if (!(response instanceof load('responses').Response)) throw new TypeError('streaming: not a Response');
    if (!response.ok) throw new TypeError(`streaming: the response has status ${response.status}`);
    const type = response.headers.get('content-type');
    if (type === null || type.trim().toLowerCase() !== MIME) {
      throw new TypeError(`streaming: content-type ${type} (expected: ${MIME})`);
    }
    return response.arrayBuffer();
  }

  // ---- tags and exceptions

  const $Tag = slots('WebAssembly.Tag');
  const $Exception = slots('WebAssembly.Exception');
  const TOKEN = {};

  const CONVERSIONS = {
    i32: (value) => value | 0,
    i64: (value) => asIntN(64, value),
    f32: (value) => fround(value),
    f64: (value) => +value,
    externref: (value) => value,
    anyfunc: (value) => {
      if (value !== null && typeof value !== 'function') throw new TypeError('not a function of WebAssembly');
      return value;
    },
  };

  class Tag {
    [$Tag] = { parameters: [] };

    constructor(type) {
      needed('Tag', arguments.length, 1);
      if (type === TOKEN) {
        this[$Tag].parameters.push('externref');
        return;
      }
      const { parameters } = dictionary('Tag: type', type);
      if (parameters === undefined) throw new TypeError('Tag: parameters needed');
      for (const each of sequence('Tag: parameters', parameters)) {
        const name = `${each}`;
        if (!Object.hasOwn(CONVERSIONS, name)) throw new TypeError(`Tag: ${name} is not a type of a parameter`);
        this[$Tag].parameters.push(name);
      }
    }
  }
  expose(Tag, 'WebAssembly.Tag');

  const JSTag = new Tag(TOKEN);

  function parametersOf(tag) {
    if (!isObject(tag) || !($Tag in tag)) throw new TypeError('not a WebAssembly.Tag');
    return tag[$Tag].parameters;
  }

  class Exception {
    [$Exception] = { tag: undefined, payload: undefined };

    constructor(exceptionTag, payload, options = undefined) {
      needed('Exception', arguments.length, 2);
      const parameters = parametersOf(exceptionTag);
      if (exceptionTag === JSTag) throw new TypeError('Exception: JSTag is for errors of JavaScript');
      const values = sequence('Exception: payload', payload);
      if (values.length !== parameters.length) {
        throw new TypeError(`Exception: ${values.length} values (expected: ${parameters.length})`);
      }
      this[$Exception].tag = exceptionTag;
      this[$Exception].payload = parameters.map((type, at) => CONVERSIONS[type](values[at]));
      const stack = dictionary('Exception: options', options).traceStack ? new Error().stack : undefined;
      defineProperty(this, 'stack', { value: stack, writable: true, configurable: true });
    }
    is(exceptionTag) {
      const { tag } = this[$Exception];
      parametersOf(exceptionTag);
      return tag === exceptionTag;
    }
    getArg(exceptionTag, index) {
      const { tag, payload } = this[$Exception];
      needed('getArg', arguments.length, 2);
      parametersOf(exceptionTag);
      if (tag !== exceptionTag) throw new TypeError('getArg: the exception has another tag');
      const at = +index;
      if (!(at >= 0 && at < payload.length)) throw new RangeError(`getArg: index ${index}`);
      return payload[at >>> 0];
    }
  }
  expose(Exception, 'WebAssembly.Exception');

  install('Tag', Tag);
  install('Exception', Exception);
  defineProperty(native, 'JSTag', { get: () => JSTag, enumerable: true, configurable: true });

  core.cloners.push({ is: (value) => value instanceof NativeModule, clone: (value) => value });
  return { WebAssembly: native };
});
