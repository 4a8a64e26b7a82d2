// Many things that are first used where almost no stack is left, or where there is plenty.

class Point {
  #x = 1;
  static { this.made = 0; }
  get x() { return this.#x; }
  static has(it) { return #x in it; }
}

const bytes = (n) => Uint8Array.from({ length: n }, (_, i) => i);

const uses = {
  urlError: () => new URL('::'),
  url: () => new URL('http://a.example:8080/b?c=d#e').searchParams.append('f', 'g'),
  urlPattern: () => new URLPattern({ pathname: '/a/:b' }).exec('http://c.example/a/b'),
  atobError: () => atob('*'),
  base64: () => atob(btoa('words')),
  uuid: () => crypto.randomUUID(),
  random: () => crypto.getRandomValues(new Uint8Array(8)),
  digest: () => crypto.subtle.digest('SHA-512', bytes(3)),
  hmac: async () => {
    const key = await crypto.subtle.importKey('raw', bytes(32), { name: 'HMAC', hash: 'SHA-256' }, true, ['sign']);
    return crypto.subtle.sign('HMAC', key, bytes(3));
  },
  aes: async () => {
    const key = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 128 }, true, ['encrypt']);
    return crypto.subtle.encrypt({ name: 'AES-GCM', iv: bytes(12) }, key, bytes(3));
  },
  ecdsa: () => crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']),
  ed25519: () => crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify']),
  keyError: () => crypto.subtle.importKey('spki', bytes(9), { name: 'RSA-PSS', hash: 'SHA-1' }, true, ['verify']),
  clone: () => structuredClone({ a: [1, new Map([[1, new Date()]]), /b/u, new Set([2n])] }),
  cloneError: () => structuredClone(() => 1),
  json: () => JSON.parse(JSON.stringify({ a: [1, 'b', null, { c: 1.5 }], toJSON() { return [this.a]; } }), (_, v) => v),
  jsonError: () => JSON.parse('{'),
  jsonCircle: () => { const a = []; a.push(a); JSON.stringify(a, null, 2); },
  rawJson: () => JSON.stringify(JSON.rawJSON('1')),
  regExp: () => 'abc abd'.replace(/(?<a>ab)([cd])/gu, (...all) => all.at(-1).a),
  regExpLook: () => /(?<=a+)b(?!c)\1?(d)?/iy.exec('aab'),
  regExpBack: () => /^(a+)+\1$/.test('aaaaaaaaa'),
  regExpSets: () => /[\p{L}--[a-z]]/v.test('É'),
  regExpUnicode: () => /\p{Script=Greek}+/iu.test('λόγος'),
  regExpError: () => new RegExp('('),
  regExpMatch: () => [...'a1b2'.matchAll(/[a-z](\d)/dg)].map((m) => m.indices[1]),
  regExpSplit: () => 'a, b;c'.split(/[,;]\s*/),
  strings: () => 'aé'.normalize('NFD').padStart(9, 'x').localeCompare('b', 'de') + 'ß'.toLocaleUpperCase(),
  rawString: () => String.raw`a${1}`.replaceAll('a', 'b').isWellFormed(),
  charCodes: () => String.fromCodePoint(0x1f600).codePointAt(0).toString(36).trimEnd(),
  numbers: () => (1.005).toFixed(2) + (123456.789).toExponential(3) + (0.1).toPrecision(3) + parseFloat('1e400') + (255.5).toString(7),
  numberError: () => (1).toString(99),
  localeNumber: () => (12345.678).toLocaleString('de'),
  bigInts: () => BigInt.asUintN(64, -(3n ** 70n)) / 7n % 3n << 5n,
  bigIntError: () => 1n / 0n,
  mathMix: () => Math.hypot(3, 4) + Math.cbrt(8) + Math.fround(5.5) + Math.clz32(1) + Math.atan2(1, 2),
  dates: () => new Date('2024-02-30T01:02:03Z').toLocaleString('en', { timeZone: 'Europe/Berlin' }),
  dateParse: () => Date.parse('Tue, 05 Nov 2024 10:00:00 GMT') + new Date(2024, 1, 1).toISOString() + new Date().toString(),
  dateError: () => new Date(NaN).toISOString(),
  temporal: () => Temporal?.Now.zonedDateTimeISO('Europe/Paris').add({ days: 1 }).until('2030-01-01T00:00[UTC]'),
  temporalPlain: () => Temporal.PlainDate.from('2024-02-29').with({ month: 3 }).toString() + Temporal.Duration.from('P1DT2H').round('hours'),
  temporalError: () => Temporal.Instant.from('never'),
  intlNumber: () => new Intl.NumberFormat('fr', { style: 'currency', currency: 'EUR' }).formatToParts(12.5),
  intlDate: () => new Intl.DateTimeFormat('ja', { dateStyle: 'full', timeStyle: 'long', timeZone: 'Asia/Tokyo' }).format(0),
  intlList: () => new Intl.ListFormat('en').format(['a', 'b']) + new Intl.PluralRules('ar').select(3),
  intlRelative: () => new Intl.RelativeTimeFormat('es').format(-1, 'day'),
  intlCollator: () => ['b', 'ä'].sort(new Intl.Collator('sv').compare),
  intlNames: () => new Intl.DisplayNames('it', { type: 'region' }).of('FR'),
  intlSegments: () => [...new Intl.Segmenter('th', { granularity: 'word' }).segment('a b')],
  intlLocale: () => new Intl.Locale('zh-Hant-TW').maximize().toString() + Intl.getCanonicalLocales('EN-us'),
  intlDuration: () => new Intl.DurationFormat('en').format({ hours: 1 }),
  intlError: () => new Intl.NumberFormat('not a locale'),
  arrays: () => [3, 1, 2].toSorted().with(0, 9).flatMap((x) => [x, [x]]).flat().findLast((x) => x > 1),
  arrayMore: () => [1, 2, 3].copyWithin(0, 1).toSpliced(0, 1, 4, 5).reduceRight((a, b) => a + b) + [1, , 3].lastIndexOf(3),
  arrayHoles: () => { const a = []; a[1e6] = 1; a.length = 5; a.unshift(1); return a.concat([2], { length: 1, [Symbol.isConcatSpreadable]: true }); },
  arrayError: () => new Array(-1),
  arrayFrom: () => Array.from(new Map([[1, 2]]).entries(), ([k]) => k).join() + Array.of(1),
  arrayAsync: () => Array.fromAsync([Promise.resolve(1)]),
  groups: () => Object.groupBy([1, 2, 3], (x) => x % 2) && Map.groupBy([1, 2], (x) => x),
  typed: () => new Float64Array([3, 1, 2]).sort().subarray(1).map((x) => x * 2).toReversed(),
  typedMore: () => new BigInt64Array(2).fill(5n).with(0, 1n).indexOf(5n) + new Uint8ClampedArray([300]).at(0),
  halfFloats: () => new Float16Array([1.5]).set([2]) ?? Math.f16round(1.337),
  views: () => { const v = new DataView(new ArrayBuffer(16, { maxByteLength: 32 })); v.setFloat32(1, 1.5, true); v.setBigInt64(8, 1n); return v.getInt16(2); },
  buffers: () => new ArrayBuffer(8, { maxByteLength: 16 }).transferToFixedLength(4).slice(1),
  bufferError: () => new DataView(new ArrayBuffer(1), 5),
  base64Bytes: () => Uint8Array.fromBase64('AAEC').toHex(),
  maps: () => new Map([[NaN, 1]]).set({}, 2).forEach((v, k, m) => m.delete(k)),
  sets: () => new Set([1, 2]).union(new Set([3])).isSubsetOf(new Set([1, 2, 3])),
  weak: () => new WeakMap([[{}, 1]]).has({}) || new WeakSet([{}]).has(uses) || new WeakRef({}).deref(),
  registry: () => new FinalizationRegistry(() => {}).register({}, 1),
  symbols: () => Symbol.for('a').description + Symbol.keyFor(Symbol.for('a')) + Object(Symbol('b')).toString(),
  symbolError: () => `${Symbol('a')}`,
  proxy: () => { const p = new Proxy(function () {}, { get: (_, k) => k, has: () => true, ownKeys: () => ['prototype'], apply: () => 1, construct: () => ({}) }); return [p.a, 'b' in p, p(), new p(), Object.keys(p), delete p.q]; },
  proxyRevoked: () => { const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); return proxy.a; },
  reflect: () => Reflect.construct(Date, [0], Point) && Reflect.ownKeys(Reflect.getPrototypeOf([])) && Reflect.apply(Math.max, null, [1]),
  objects: () => Object.entries(Object.fromEntries([['a', 1]])) && Object.getOwnPropertyDescriptors(Object.freeze({ get a() { return 1; } })) && Object.assign({}, 'ab'),
  defineError: () => Object.defineProperty(Object.freeze({}), 'a', { value: 1 }),
  accessors: () => { const o = { set a(v) { this.b = v; }, __proto__: { c: 1 } }; o.a = 5; o.__defineGetter__('d', () => 1); return { ...o, e: delete o.b }; },
  dictionary: () => { const o = {}; for (let i = 0; i < 300; i++) o[`k${i}`] = i; for (let i = 0; i < 299; i++) delete o[`k${i}`]; return Object.keys(o); },
  classes: () => Point.has(new (class extends Point { static #y = 2; static z() { return super.made + this.#y; } })()),
  classError: () => Point(),
  subclasses: () => new (class extends Array { get [Symbol.toStringTag]() { return 'A'; } })(3).map(String).toString(),
  superError: () => new (class extends Point { constructor() { this.a = 1; } })(),
  privateError: () => Object.getOwnPropertyDescriptor(Point.prototype, 'x').get.call({}),
  functions: () => (function f(a, b = a, ...c) { return arguments.length + f.length + c.length; }).bind(null, 1).call(2, 3) + (() => 1).toString(),
  spread: () => Math.max(...[1, 2], ...new Set([3])) + ((...[a, { b = 2 } = {}]) => a + b)(1),
  destructuring: () => { const { a = 1, ...rest } = { b: 2, c: 3 }; const [d, , ...e] = 'xyz'; return [a, rest, d, e]; },
  destructuringError: () => { const { a } = null; return a; },
  generators: () => [...(function* () { try { const x = yield* [1, 2]; yield x; } finally { yield 3; } })()],
  generatorError: () => (function* () { yield 1; })().throw(new TypeError('x')),
  iterators: () => Iterator.from([1, 2, 3]).map((x) => x * 2).filter(Boolean).take(2).drop(1).flatMap((x) => [x]).toArray(),
  iteratorError: () => { for (const a of {}) return a; },
  asyncGenerators: async () => { for await (const a of (async function* () { yield 1; yield* [2]; })()) if (a > 1) return a; },
  promises: () => Promise.allSettled([Promise.reject(1), Promise.race([1]), Promise.any([2]), Promise.try(() => 3)]),
  resolvers: () => { const { promise, resolve } = Promise.withResolvers(); resolve({ then(ok) { ok(1); } }); return promise.finally(() => {}); },
  labels: () => { a: for (const k in { x: 1, __proto__: { y: 2 } }) { switch (k) { case 'x': continue a; default: break a; } } },
  operators: () => [typeof null, void 0, 5 % 3, 2 ** -1, -5 >>> 1, 1 ?? 2, null?.a, 'b' in { b: 1 }, 1n == 1, [] + {}, +'0x1f'],
  tagged: () => ((s, ...v) => s.raw.join(v))`a${1}b`,
  errors: () => new AggregateError([new EvalError('a', { cause: new SyntaxError('b') })], 'c').stack,
  errorTrace: () => { const o = {}; Error.captureStackTrace(o); Error.prepareStackTrace = (_, s) => s.map((f) => f.getFunctionName() + f.getLineNumber()); const s = new Error().stack; delete Error.prepareStackTrace; return [o.stack, s]; },
  suppressed: () => new SuppressedError(1, 2, 'c'),
  disposal: () => { const s = new DisposableStack(); s.defer(() => { throw 1; }); s.defer(() => { throw 2; }); s.dispose(); },
  nullError: () => null.a,
  callError: () => uses.nothing(),
  referenceError: () => nothing,
  constError: () => { const a = 1; a = 2; },
  evalError: () => new Function('return 1')(),
  evalled: () => (0, eval)('1 + 1'),
  imports: () => import('./nothing.js'),
  dynamic: () => import('./main.js'),
  uri: () => decodeURIComponent(encodeURIComponent('é ')) + escape('é') + unescape('%u0107') + encodeURI('a b'),
  uriError: () => decodeURIComponent('%'),
  globals: () => isNaN('a') || globalThis[Symbol.toStringTag],
  headers: () => [...new Headers({ a: 'b', 'set-cookie': 'c=d' })],
  headersError: () => new Headers({ 'a b': 'c' }),
  request: () => new Request('http://a.example/', { method: 'POST', body: 'b', headers: { c: 'd' } }).clone().text(),
  requestError: () => new Request('http://a.example/', { method: 'TRACE' }),
  response: () => Response.json({ a: 1 }, { status: 201 }).json(),
  responseError: () => new Response('a', { status: 99 }),
  redirect: () => Response.redirect('http://a.example/', 307),
  blob: () => new Blob(['a', bytes(2)], { type: 'text/plain' }).slice(1).text(),
  form: () => { const f = new FormData(); f.append('a', new File(['b'], 'c')); return new Response(f).text(); },
  streams: () => new Response(new ReadableStream({ pull(c) { c.enqueue(bytes(2)); c.close(); } })).bytes(),
  transform: () => new Response(new Blob(['a']).stream().pipeThrough(new TransformStream())).text(),
  byteStream: () => new ReadableStream({ type: 'bytes', pull(c) { c.byobRequest?.respond(1); c.close(); } }).getReader({ mode: 'byob' }).read(bytes(3)),
  writable: () => new WritableStream({ write() {} }).getWriter().write(1),
  tee: () => new Response(new Blob(['a']).stream().tee()[0]).text(),
  gzip: () => new Response(new Blob(['a']).stream().pipeThrough(new CompressionStream('gzip')).pipeThrough(new DecompressionStream('gzip'))).text(),
  encoder: () => new TextDecoder().decode(new TextEncoder().encode('aé😀')),
  decoder: () => new TextDecoder('shift_jis').decode(bytes(200)) + new TextDecoder('gb18030').decode(bytes(200)) + new TextDecoder('euc-kr').decode(bytes(200)),
  decoderError: () => new TextDecoder('utf-8', { fatal: true }).decode(new Uint8Array([255])),
  labelError: () => new TextDecoder('nothing'),
  utf16: () => new TextDecoder('utf-16be').decode(bytes(4)) + new TextDecoder('big5').decode(bytes(200)),
  timers: () => clearTimeout(setTimeout(() => {}, 1)) ?? new Promise((done) => setTimeout(done, 1)),
  waits: () => scheduler.wait(1),
  microtask: () => queueMicrotask(() => {}),
  abort: () => { const c = new AbortController(); c.signal.addEventListener('abort', () => {}); c.abort(); return AbortSignal.any([c.signal]).throwIfAborted(); },
  events: () => { const t = new EventTarget(); t.addEventListener('a', () => {}, { once: true }); return t.dispatchEvent(new CustomEvent('a', { detail: 1 })); },
  messages: () => new MessageChannel().port1.postMessage({ a: 1 }),
  domError: () => { throw new DOMException('a', 'DataCloneError'); },
  fetchError: () => fetch('nothing://'),
  fetched: () => fetch('http://a.example/'),
  dataUrl: () => fetch('data:text/plain;base64,YQ=='),
  socketError: () => new WebSocket('nothing:'),
  console: () => console.log('a %s %o', { a: [1, new Map([[1, 2]])] }, /b/, new Error('c'), Symbol('d')),
  consoleTable: () => { console.group('a'); console.table([{ a: 1 }]); console.count(); console.groupEnd(); },
  performance: () => performance.now() + performance.timeOrigin + (performance.mark?.('a')?.startTime ?? 0),
  asyncContext: () => new AsyncLocalStorage().run(1, () => 2),
  navigator: () => navigator.userAgent,
  hashing: () => new crypto.DigestStream('SHA-256').getWriter().write(bytes(2)),
};

const overflow = 'Maximum call stack size exceeded';

/** Calls it with all that is left of the stack, from nothing on, until that is enough. */
function dive(use) {
  try {
    return dive(use);
  } catch (e) {
    if (e.message !== overflow) {
      throw e;
    }
    return use();
  }
}

async function attempt(use) {
  try {
    await use();
    return 'done';
  } catch (e) {
    return `${e?.name ?? e}`;
  }
}

export default {
  async fetch(request) {
    const [, how, what] = new URL(request.url).pathname.split('/');
    if (how === 'names') {
      return new Response(Object.keys(uses).join());
    }
    const use = uses[what];
    return new Response(await attempt(how === 'deep' ? () => dive(use) : use));
  },
};
