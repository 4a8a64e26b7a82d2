package dev.brink.exec;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WebApiTest {
  private static final Sandbox SANDBOX = Sandbox.of(1);

  @AfterAll
  static void close() {
    SANDBOX.close();
  }

  /** A script's value as text, and what it must be. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          const r = await fetch('data:text/plain;charset=utf-8;base64,aMOk#x'); return [r.status, r.statusText, r.type, r.url, r.headers.get('content-type'), await r.text()].join() | 200,OK,basic,data:text/plain;charset=utf-8;base64,aMOk#x,text/plain;charset=utf-8,hä
          const r = await fetch('data:,a%20%zz%C3%A4 b?c,d'); return r.headers.get('content-type') + await r.text() | text/plain;charset=US-ASCIIa %zzä b?c,d
          const r = await fetch('data:;x=y;BASE64,aGk'); return r.headers.get('content-type') + await r.text() | text/plain;x=yhi
          const r = await fetch('data:image/PNG,x', { method: 'HEAD' }); return r.headers.get('content-type') + r.body | image/pngnull
          const shown = []; for (const url of ['data:x', 'data:;base64,a']) await fetch(url).catch((e) => shown.push(e.name)); await fetch('data:,x', { signal: AbortSignal.abort('gone') }).catch((e) => shown.push(e)); return shown.join() | TypeError,TypeError,gone
          const names = []; for (const one of [request.signal, request.headers, new CompressionStream('gzip')]) { try { structuredClone(one); names.push('cloned'); } catch (e) { names.push(e.name); } } return [...new Set(names)].join() | DataCloneError
          const read = []; class Mine extends Headers { append(...both) { read.push('append'); super.append(...both) } } const init = { get 'A-b'() { read.push('A'); return { toString() { read.push('text'); return ' 1 ' } } }, get c() { read.push('c'); return 2 } }; const h = new Mine(Object.defineProperty(init, 'hidden', { value: '3' })); return read.join() + JSON.stringify([...h]) | A,text,c[["a-b","1"],["c","2"]]
          const thrown = []; for (const init of [{ a: '\\u0100' }, { '\\u0100': 'a' }, { a: 'x\\ny' }, { 'a b': '1' }, { [Symbol()]: '1' }, [['a']], [['a', 'b', 'c']], [[]], 'a', 1, [5]]) try { new Headers(init); thrown.push(init) } catch (e) { thrown.push(e.name) } return [...new Set(thrown), thrown.length, new Headers({ a: '', b: '\\t ', c: ' ä ' }).get('c')].join() | TypeError,11,ä
          const h = new Headers({ 'B': ' x ', a: '1' }); h.append('b', 'y'); return JSON.stringify([...h]) | [["a","1"],["b","x, y"]]
          const h = new Headers([['set-cookie', 'a=1'], ['Set-Cookie', 'b=2']]); return h.getSetCookie().join() + [...h.keys()] | a=1,b=2set-cookie,set-cookie
          try { new Headers({ 'a b': '1' }) } catch (e) { return e.name } | TypeError
          try { new Headers({ a: 'x\\ny' }) } catch (e) { return e.name } | TypeError
          const h = new Headers({ a: '1', b: '2' }); h.delete('A'); return [h.has('a'), h.get('a'), h.get('B')].join() | false,,2
          try { request.headers.set('a', 'b') } catch (e) { return e.name } | TypeError
          const r = new Request('http://a/b?c', { method: 'post', body: 'x' }); return [r.method, r.url, r.headers.get('content-type'), await r.text(), r.bodyUsed].join() | POST,http://a/b?c,text/plain;charset=UTF-8,x,true
          return ['constructor', 'toString', 'patch', 'PUT'].map((method) => new Request('http://a/', { method }).method).join() | constructor,toString,patch,PUT
          const read = []; const shown = (name, value) => ({ get() { read.push(name); return { toString() { read.push(`${name} as text`); return value } } }, enumerable: true }); new Request('http://a/', Object.defineProperties({}, { mode: shown('mode', 'cors'), cache: shown('cache', 'reload'), redirect: shown('redirect', 'manual') })); return read.join() | cache,cache as text,mode,mode as text,redirect,redirect as text
          try { new Request('/relative') } catch (e) { return e.name } | TypeError
          try { new Request('http://a/', { body: 'x' }) } catch (e) { return e.name } | TypeError
          try { new Request('http://u:p@a/') } catch (e) { return e.name } | TypeError
          const r = new Request(new Request('http://a/', { method: 'PUT', body: 'q' }), { headers: { x: '1' } }); return r.method + r.headers.get('x') + await r.text() | PUT1q
          const r = new Response(new Uint8Array([104, 105])); const b = await r.bytes(); return b.length + String.fromCharCode(...b) + r.headers.get('content-type') | 2hinull
          const r = new Response('{\\"a\\":[1]}'); return (await r.json()).a[0] | 1
          const r = new Response('x'); await r.text(); try { await r.text() } catch (e) { return e.name } | TypeError
          try { new Response('x', { status: 204 }) } catch (e) { return e.name } | TypeError
          try { new Response('x', { status: 205 }) } catch (e) { return e.name } | TypeError
          try { Response.json({}, { status: 205 }) } catch (e) { return e.name } | TypeError
          const r = new Response(null, { status: 205 }); return r.status + String(r.body) | 205null
          try { new Response('x', { status: 199 }) } catch (e) { return e.name } | RangeError
          const r = Response.redirect('http://a/b', 307); return r.status + r.headers.get('location') | 307http://a/b
          const r = Response.json({ a: 1 }, { status: 418, headers: { 'content-type': 'x/y' } }); return r.status + r.headers.get('content-type') + r.ok | 418x/yfalse
          const r = new Response(new URLSearchParams({ a: 'b c' })); return await r.text() + r.headers.get('content-type') | a=b+capplication/x-www-form-urlencoded;charset=UTF-8
          const r = new Response('abc'); const c = r.clone(); return await r.text() + await c.text() | abcabc
          const b = await new Response('abc').arrayBuffer(); return b.constructor.name + b.byteLength | ArrayBuffer3
          const u = new URL('../x?y=1#z', 'http://u:p@h:81/a/b/c'); return [u.href, u.origin, u.host, u.pathname, u.search, u.hash, u.username].join(' ') | http://u:p@h:81/a/x?y=1#z http://h:81 h:81 /a/x ?y=1 #z u
          const u = new URL('http://h/?a=1'); u.searchParams.append('b', 'ü &'); u.port = '80'; u.pathname = 'x y'; return u.href | http://h/x%20y?a=1&b=%C3%BC+%26
          return new URLSearchParams('?a=1&b=%zz&a=2+3').getAll('a').join() + new URLSearchParams('b=%zz').get('b') | 1,2 3%zz
          const p = new URLSearchParams([['b', '1'], ['a', '2']]); p.sort(); return p.toString() + p.size | a=2&b=12
          const u = new URL('http://h/p?x#f'); u.searchParams.set('q', 'ü &\\ud800'); const one = u.href; [...u.searchParams.keys()].forEach((k) => u.searchParams.delete(k)); const two = u.href; u.pathname = '/a b/../ü'; u.hostname = 'i'; return [one, two, u.href, u.search].join() | http://h/p?x=&q=%C3%BC+%26%EF%BF%BD#f,http://h/p#f,http://i/%C3%BC#f,
          const u = new URL('a:b  #f'); u.searchParams.append('q', "'~"); u.hash = ''; const one = u.href; u.searchParams.delete('q'); return one + ' ' + u.href | a:b  ?q=%27%7E a:b
          return new URLSearchParams({ 'a\\ud800': '1', 'a\\udfff': '2', b: '', 'c d': '*-._+' }).toString() | a%EF%BF%BD=2&b=&c+d=*-._%2B
          let order = ''; const p = new Proxy({ a: 1, b: 2 }, { get: (t, k) => { if (typeof k === 'string') order += 'g' + k; return t[k] }, getOwnPropertyDescriptor: (t, k) => { order += 'd' + k; return Object.getOwnPropertyDescriptor(t, k) } }); return new URLSearchParams(p) + ' ' + order | a=1&b=2 dagadbgb
          return ['http://h', 'https://h:81', 'http://h#', 'http://h/a?#x?y', 'http://h:80#f'].map((u) => new URL(u).href).join(' ') | http://h/ https://h:81/ http://h/# http://h/a?#x?y http://h/#f
          return URL.canParse('nope') + String(URL.parse('nope')) + URL.canParse('a:b') | falsenulltrue
          return [...new TextEncoder().encode('€')].join() | 226,130,172
          return new TextDecoder().decode(new Uint8Array([0xef, 0xbb, 0xbf, 0x61, 0xff])) | a�
          try { new TextDecoder('utf-8', { fatal: true }).decode(new Uint8Array([0xff])) } catch (e) { return e.name } | TypeError
          const d = new TextDecoder(); return d.decode(new Uint8Array([0xe2, 0x82]), { stream: true }) + d.decode(new Uint8Array([0xac]), { stream: true }) + d.decode() | €
          const d = new TextDecoder(); const b = new Uint8Array([0xef, 0xbb, 0xbf, 0x61, 0xe2]); return d.decode(b) + d.decode(b) + d.decode(b, { stream: true }) + d.decode() + d.decode(b) | a�a�a�a�
          const d = new TextDecoder('utf-16le', { fatal: true }); const b = new Uint8Array([0xff, 0xfe, 0x61, 0]); const bad = new Uint8Array([0x61]); const out = []; for (const x of [b, bad, b, bad, b]) { try { out.push(d.decode(x)) } catch (e) { out.push(e.name) } } return out.join() | a,TypeError,a,TypeError,a
          return new TextDecoder('latin1').encoding + new TextDecoder('latin1').decode(new Uint8Array([0x80, 0xe9])) | windows-1252€é
          return new TextDecoder('utf-16').encoding + new TextDecoder('utf-16le').decode(new Uint8Array([0x41, 0, 0x42, 0])) | utf-16leAB
          try { new TextDecoder('nope') } catch (e) { return e.name } | RangeError
          return JSON.stringify(new TextEncoder().encodeInto('a€', new Uint8Array(3))) | {"read":1,"written":1}
          return btoa('hi!?') + atob('aGk h') + atob('YQ') | aGkhPw==hi!a
          return [btoa(''), btoa('\\u00ff\\u0000'), atob(''), atob(' \\t\\n\\f\\rYW Jj\\n'), atob('YWI='), atob('YWI'), atob('YW=='), atob('/+8=').charCodeAt(0), atob('YR')].join() | ,/wA=,,abc,ab,ab,a,255,a
          const bad = ['a', 'ab=', 'abc==', 'a===', '====', 'ab=c', 'YW-_', 'YWé=', '\\u00a0YWI=', 'YWJjYWJ=='].filter((text) => { try { atob(text); return true } catch (e) { return e.name !== 'InvalidCharacterError' } }); return bad.length | 0
          try { btoa('€') } catch (e) { return e.name + e.code } | InvalidCharacterError5
          try { atob('a') } catch (e) { return e.name } | InvalidCharacterError
          const o = { d: new Date(5), m: new Map([[1, new Set([2])]]), b: new Uint8Array([7]) }; o.self = o; const c = structuredClone(o); return [c !== o, c.self === c, c.d.getTime(), c.m.get(1).has(2), c.b[0], c.b.buffer !== o.b.buffer].join() | true,true,5,true,7,true
          try { structuredClone({ f() {} }) } catch (e) { return e.name } | DataCloneError
          const of = [new Proxy({}, {}), new Proxy([], {}), { a: Proxy.revocable(new Date(), {}).proxy }]; return of.map((p) => { try { structuredClone(p) } catch (e) { return e.name } }).join() | DataCloneError,DataCloneError,DataCloneError
          let threw = ''; try { Proxy({}, {}) } catch (e) { threw = e.name } const { proxy, revoke } = Proxy.revocable([], {}); const is = Array.isArray(proxy); revoke(); return [threw, is, Proxy.name, Proxy.length, 'prototype' in Proxy, new Proxy({ a: 1 }, { get: (t, k) => t[k] + 1 }).a].join() | TypeError,true,Proxy,2,false,2
          const of = [Uint8Array, DataView].map((type) => { const b = new ArrayBuffer(8, { maxByteLength: 8 }); const v = new type(b, 4, 2); b.resize(2); try { structuredClone(v) } catch (e) { return e.name } }); return of.join() | DataCloneError,DataCloneError
          const of = [[Uint16Array, 4], [Uint8Array, 0], [DataView, 1], [Uint8Array, 2, 6], [Uint8Array, 2, 3], [Uint32Array, 8]].map(([type, ...range]) => { const b = new ArrayBuffer(9, { maxByteLength: 16 }); new Uint8Array(b).fill(7); const c = structuredClone(new type(b, ...range)); c.buffer.resize(16); return [c.byteLength, b.byteLength, new Uint8Array(b).every((x) => x === 7)].join(' ') }); return of.join() | 12 9 true,16 9 true,15 9 true,6 9 true,3 9 true,0 9 true
          class Mine extends Error { constructor() { super('m'); Error.captureStackTrace(this, Mine) } } const o = { name: 'O', message: 'p' }; Error.captureStackTrace(o); return [new Mine().stack.split('\\n')[0], o.stack.split('\\n')[0], /at /.test(o.stack), Error.stackTraceLimit].join() | Error: m,O: p,true,10
          const e = structuredClone(new RangeError('r', { cause: 1 })); return e.name + e.message + e.cause + (e instanceof RangeError) | RangeErrorr1true
          const b = new ArrayBuffer(4); const c = structuredClone(b, { transfer: [b] }); return b.byteLength + '-' + c.byteLength | 0-4
          const c = new AbortController(); let n = 0; c.signal.onabort = () => n++; c.signal.addEventListener('abort', () => n++, { once: true }); c.abort(); c.abort(); return n + c.signal.reason.name | 2AbortError
          const c = new AbortController(); const before = AbortSignal.any([c.signal]); c.abort(); const after = AbortSignal.any([c.signal]); let thrown; try { after.throwIfAborted() } catch (e) { thrown = e } return [before, after, c.signal].every((s) => s.reason === thrown) + thrown.name + (AbortSignal.abort().reason === thrown) | trueAbortErrorfalse
          const c = new AbortController(); c.abort(); const held = AbortSignal.any([c.signal]).reason; return [held === c.signal.reason, held.code, held.stack.split('\\n')[0]].join() | true,20,AbortError: This operation was aborted
          const s = AbortSignal.any([AbortSignal.abort('why'), new AbortController().signal]); return s.aborted + s.reason | truewhy
          const s = AbortSignal.timeout(1); await new Promise((r) => s.addEventListener('abort', r)); return s.reason.name | TimeoutError
          const t = new EventTarget(); let seen = ''; t.addEventListener('x', (e) => { seen += e.type + (e.target === t); e.preventDefault() }); return t.dispatchEvent(new Event('x', { cancelable: true })) + seen | falsextrue
          const t = new EventTarget(); const seen = []; for (const capture of [true, false]) t.addEventListener('x', (e) => { seen.push(capture); if (capture) e.stopPropagation() }, capture); const e = new Event('x'); t.dispatchEvent(e); e.stopPropagation(); t.dispatchEvent(e); t.dispatchEvent(e); return seen.join() | true,true
          const t = new EventTarget(); const seen = []; const late = () => seen.push('late'); const gone = () => seen.push('gone'); t.addEventListener('x', () => { seen.push('one'); t.removeEventListener('x', gone); t.addEventListener('x', late) }, { once: true }); t.addEventListener('x', gone); t.addEventListener('y', gone); t.dispatchEvent(new Event('x')); t.dispatchEvent(new Event('x')); return seen.join() | one,late
          return new CustomEvent('c', { detail: 5 }).detail + new DOMException('m', 'DataError').name | 5DataError
          function made() { return new DOMException('a', 'DataError') } class Mine extends DOMException {} function mine() { return new Mine('b') } return [made(), mine()].map((e) => e.stack.split('\\n').slice(0, 2).join().replace(/[:\\d]+\\)$/, '')).join('; ') | DataError: a,    at made (/main.js; Error: b,    at new Mine (/main.js
          const tries = [function cloned() { structuredClone(() => 1) }, function filled() { crypto.getRandomValues(new Uint8Array(65537)) }, function aborted() { AbortSignal.abort().throwIfAborted() }, function decoded() { atob('a') }]; return tries.map((one) => { try { one() } catch (e) { const [head, first, ...rest] = e.stack.split('\\n'); return head === `${e}` && first.includes(`at ${one.name} (/main.js:`) && rest.every((frame) => ['/main.js:', 'Array.map (native)'].some((known) => frame.includes(known))) } }).join() | true,true,true,true
          const limit = Error.stackTraceLimit; Error.stackTraceLimit = 1; const one = new DOMException('a').stack; Error.stackTraceLimit = limit; Error.prepareStackTrace = (e, frames) => `${e} ${frames.length > 0}`; const prepared = new DOMException('a').stack; delete Error.prepareStackTrace; return one.split('\\n').length + prepared | 2Error: a true
          class Mine extends DOMException { constructor() { super('m', { name: 'N', cause: 1 }) } } const e = new Mine(); const c = structuredClone(e); return [Object.getPrototypeOf(DOMException) === Function.prototype, Object.getPrototypeOf(DOMException.prototype) === Error.prototype, e instanceof Mine, `${Object.prototype.toString.call(e)}${e}`, e.cause, Reflect.ownKeys(e).sort(), c.constructor === DOMException, `${c}`, c.stack === e.stack].join() | true,true,true,[object DOMException]N: m,1,cause,stack,true,N: m,true
          try { DOMException('a') } catch (e) { return e.name } | TypeError
          const id = setInterval(() => { if (++n === 3) { clearInterval(id); done() } }, 1); let n = 0, done; await new Promise((r) => { done = r }); return n | 3
          const id = setTimeout(() => { throw 1 }, 0); clearTimeout(id); await new Promise((r) => setTimeout(r, 5)); return 'ok' | ok
          let order = ''; setTimeout(() => { order += 't' }, 0); queueMicrotask(() => { order += 'm' }); order += 's'; await new Promise((r) => setTimeout(r, 3)); return order | smt
          return await new Promise((r) => setTimeout((a, b) => r(a + b), 0, 1, 2)) | 3
          try { setTimeout('x = 1', 5) } catch (e) { return e.name + ' ' + e.message } | TypeError setTimeout: the callback is not a function, and code cannot be made of text here
          try { setInterval(undefined) } catch (e) { return e.name } | TypeError
          return navigator.userAgent + (performance.now() >= 0) + (self === globalThis) | Brinktruetrue
          const all = new Set(Array.from({ length: 100 }, () => crypto.randomUUID())); return all.size + ' ' + [...all].every((u) => /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(u)) | 100 true
          return crypto.randomUUID().length + ' ' + crypto.getRandomValues(new Uint32Array(4)).length | 36 4
          try { crypto.getRandomValues(new Uint8Array(65537)) } catch (e) { return e.name } | QuotaExceededError
          const d = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode('abc'))); return [...d.slice(0, 4)].map((b) => b.toString(16)).join('') | ba7816bf
          const k = await crypto.subtle.importKey('raw', new TextEncoder().encode('key'), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign', 'verify']); const d = new TextEncoder().encode('The quick brown fox jumps over the lazy dog'); const s = await crypto.subtle.sign('HMAC', k, d); return [...new Uint8Array(s).slice(0, 4)].map((b) => b.toString(16)).join('') + await crypto.subtle.verify('HMAC', k, s, d) + await crypto.subtle.verify('HMAC', k, s, new Uint8Array(1)) | f7bc83f4truefalse
          const k = await crypto.subtle.importKey('jwk', { kty: 'oct', k: 'a2V5', alg: 'HS256' }, { name: 'HMAC', hash: 'SHA-256' }, true, ['sign']); return JSON.stringify(await crypto.subtle.exportKey('jwk', k)) | {"kty":"oct","k":"a2V5","alg":"HS256","key_ops":["sign"],"ext":true}
          const k = await crypto.subtle.generateKey({ name: 'HMAC', hash: 'SHA-512' }, true, ['sign']); return (await crypto.subtle.exportKey('raw', k)).byteLength | 128
          try { await crypto.subtle.digest('MD5', new Uint8Array(1)) } catch (e) { return e.name } | NotSupportedError
          const out = []; for await (const c of ReadableStream.from(['a', 'b'])) out.push(c); return out.join() | a,b
          const s = new ReadableStream({ start(c) { c.enqueue(1); c.close() } }); const r = s.getReader(); return JSON.stringify([await r.read(), await r.read(), s.locked]) | [{"value":1,"done":false},{"done":true},true]
          const got = []; const w = new WritableStream({ write(c) { got.push(c) }, close() { got.push('end') } }); await ReadableStream.from([1, 2]).pipeTo(w); return got.join() | 1,2,end
          const w = new WritableStream({ write() { throw new Error('full') } }); try { await ReadableStream.from([1, 2]).pipeTo(w) } catch (e) { return e.message } | full
          const { readable, writable } = new TransformStream(); const w = writable.getWriter(); w.write('a'); w.close(); return (await Array.fromAsync(readable)).join() | a
          const s = new ReadableStream({ pull(c) { c.enqueue('x') } }); const c = new AbortController(); const p = s.pipeTo(new WritableStream(), { signal: c.signal }); c.abort(new Error('stop')); try { await p } catch (e) { return e.message } | stop
          const b = new ReadableStream({ start(c) { c.enqueue('n'); c.close() } }); try { await new Response(b).text() } catch (e) { return e.name } | TypeError
          const b = new Uint8Array(1); let n = 0; const s = new ReadableStream({ pull(c) { b[0] = 97 + n++; c.enqueue(b); if (n === 3) { c.close(); queueMicrotask(() => b.buffer.transfer()) } } }, { highWaterMark: 0 }); return await new Response(s).text() | abc
          const { set } = Uint8Array.prototype; Uint8Array.prototype.set = () => { throw new Error('mine') }; try { return await new Response(new ReadableStream({ start(c) { c.enqueue(new Uint8Array([97])); c.close() } })).text() } finally { Uint8Array.prototype.set = set } | a
          return env.GREETING + typeof env.API.fetch | hifunction
          try { await fetch('http://elsewhere/') } catch (e) { return e.name + ': ' + e.message } | TypeError: fetch to http://elsewhere/ is not allowed: no outbound access
          return [typeof Java, typeof Polyglot, typeof Graal, typeof load, typeof print, typeof SharedArrayBuffer, typeof Atomics, typeof require, typeof process].every((t) => t === 'undefined') | true
          const f = new FormData(); f.append('a', 'ü'); f.append('b', new Blob(['x'], { type: 'text/plain' }), 'n.txt'); const g = await new Response(f).formData(); const b = g.get('b'); return g.get('a') + b.name + b.type + await b.text() | ün.txttext/plainx
          const f = await new Request('http://a/', { method: 'POST', body: new URLSearchParams('a=1&b=2') }).formData(); return [...f].join() | a,1,b,2
          const f = new FormData(); f.append('a"\\r\\nb', 'x\\ny\\r'); f.append('é\\ud800', ''); f.append('', new File(['\\n\\u0080'], 'p"q\\n.txt')); const r = new Response(f); const type = r.headers.get('content-type'); const text = await r.text(); return text.replaceAll(type.split('=')[1], 'B').replaceAll('\\r', 'R').replaceAll('\\n', 'N') | --BRNcontent-disposition: form-data; name="a%22%0D%0Ab"RNRNxRNyRNRN--BRNcontent-disposition: form-data; name="é\ufffd"RNRNRN--BRNcontent-disposition: form-data; name=""; filename="p%22q%0A.txt"RNcontent-type: application/octet-streamRNRNN\u0080RN--B--RN
          const f = new FormData(); f.append('a"\\r\\nb', 'x\\ny\\r'); f.append('é\\ud800', ''); f.append('', new File(['\\n\\u0080'], 'p"q\\nü.txt', { type: 'A/B' })); const g = [...await new Response(f).formData()]; const file = g[2][1]; return JSON.stringify([g[0], g[1], g[2][0], file.name, file.type, [...await file.bytes()], g.length]) | [["a\\"\\r\\nb","x\\r\\ny\\r\\n"],["é\ufffd",""],"","p\\"q\\nü.txt","a/b",[10,194,128],3]
          return (await Promise.all(['', '--B', '--B--', '\\r\\n--B--x', '--B\\r\\n\\r\\nx\\r\\n--B--', '--B\\r\\na: b\\r\\n\\r\\nx\\r\\n--B--', '--B\\r\\ncontent-disposition: form-data; name=a\\r\\n\\r\\nx', '--B\\r\\ncontent-disposition: form-data; name="a\\r\\n\\r\\nx\\r\\n--B--', '--B\\r\\ncontent-disposition: attachment; name="a"\\r\\n\\r\\nx\\r\\n--B--'].map(async (body) => { try { const f = await new Response(body, { headers: { 'content-type': 'multipart/form-data; boundary="B"' } }).formData(); return [...f].length } catch (e) { return e.name } }))).join() | TypeError,TypeError,0,0,TypeError,TypeError,TypeError,TypeError,TypeError
          const body = '--B\\r\\nContent-Disposition:form-data;NAME=a;filename*=x\\r\\n\\r\\nx\\r\\n--B\\r\\ncontent-type: \\tTEXT/X \\r\\ncontent-disposition: form-data ; x="; filename=y"; name="; filename=z%2" ; FileName=""\\r\\n\\r\\n\\r\\n--\\r\\n--B--'; const f = [...await new Response(body, { headers: { 'content-type': 'multipart/form-data; boundary=B' } }).formData()]; return JSON.stringify([f[0], f[1][0], f[1][1].name, f[1][1].type, await f[1][1].text()]) | [["a","x"],"; filename=z%2","","text/x","\\r\\n--"]
          const head = '--B\\r\\ncontent-disposition: form-data; name="'; const body = new Blob([head, new Uint8Array([255, 195, 188]), '"\\r\\n\\r\\n', new Uint8Array([239, 187, 191, 97, 237, 160, 128, 255]), '\\r\\n--B--']); const f = [...await new Response(body, { headers: { 'content-type': 'multipart/form-data; boundary=B' } }).formData()]; return JSON.stringify(f) | [["\ufffdü","\ufeffa\ufffd\ufffd\ufffd\ufffd"]]
          const types = ['text/html;charset =gbk', 'text/html;charset= gbk', 'text/html;";charset=gbk', 'text /html', 'text/ html', 'x/x;a=b";c=d', ' X/Y ; A="\\\\"b" ;a=c;d;e=']; return (await Promise.all(types.map(async (type) => (await new Response('', { headers: { 'content-type': type } }).blob()).type))).join(', ') | text/html, text/html;charset=" gbk", text/html;charset=gbk, , , x/x;a="b\\"";c=d, x/y;a="\\"b"
          const part = 'content-disposition: form-data; name=a\\r\\n\\r\\nx\\r\\n--'; const read = async (body, type) => { try { return [...await new Response(body, { headers: { 'content-type': `Multipart/Form-Data${type}` } }).formData()] + '' } catch (e) { return e.name } }; const out = []; for (const type of ['; boundary=B', ';a="; boundary=C" ;boundary="\\\\B"']) out.push(await read(`--B\\r\\n${part}B--`, type)); for (const type of ['; boundary=', '; boundary=""', '; boundary']) out.push(await read(`--\\r\\n${part}--`, type)); return out.join(' ') | a,x a,x TypeError TypeError TypeError
          const { slice } = Uint8Array.prototype; let seen = 0; Uint8Array.prototype.slice = function () { seen++; return slice.call(this) }; try { await new Response(ReadableStream.from([new Uint8Array(70000)]).pipeThrough(new CompressionStream('gzip')).pipeThrough(new DecompressionStream('gzip'))).blob(); return seen } finally { Uint8Array.prototype.slice = slice } | 0
          const b = new Blob(['ab', new Uint8Array([99])]).slice(1); return b.size + await b.text() + (await b.bytes()).length | 2bc2
          const r = new Response('hello').body.getReader({ mode: 'byob' }); const { value } = await r.read(new Uint8Array(3)); return new TextDecoder().decode(value) + value.byteLength | hel3
          const s = new ReadableStream({ type: 'bytes', pull(c) { const v = c.byobRequest.view; v[0] = 7; c.byobRequest.respond(1) } }); const { value } = await s.getReader({ mode: 'byob' }).read(new Uint8Array(4)); return value.join() | 7
          const p = new URLPattern({ pathname: '/books/:id([0-9]+)' }); return p.exec('http://a/books/12').pathname.groups.id + p.test('http://a/books/x') + p.pathname | 12false/books/:id([0-9]+)
          const of = (pathname) => new URLPattern({ pathname }); const by = (a, b) => URLPattern.compareComponent('pathname', of(a), of(b)); return ['/a/*', '/a', '/*', '/a/:id', '/a/b', '/a/:id?', '/a/([0-9]+)'].sort(by).join(' ') + by('/:a', '/:b') + by('/a{/:b}?', '/a/:c?') | /* /a/* /a/:id? /a/:id /a/([0-9]+) /a /a/b00
          const p = new URLPattern({}); try { URLPattern.compareComponent('path', p, p) } catch (e) { try { URLPattern.compareComponent('hash', p, {}) } catch (f) { return e.message + '; ' + f.message } } | URLPattern: component: path (expected: protocol, username, password, hostname, port, pathname, search, hash); URLPattern: what is compared is no URLPattern
          const a = new AsyncLocalStorage(); return await a.run(5, async () => { await null; await new Promise((r) => setTimeout(r, 1)); return a.getStore() }) + String(a.getStore()) | 5undefined
          performance.mark('a', { startTime: 1 }); return performance.measure('m', { start: 'a', end: 3 }).duration + performance.getEntriesByType('mark')[0].name | 2a
          const { port1, port2 } = new MessageChannel(); const got = new Promise((r) => { port2.onmessage = (e) => r(e.data.x) }); port1.postMessage({ x: 'y' }); return await got | y
          return new TextDecoder('shift_jis').decode(new Uint8Array([0x82, 0xa0])) + new TextDecoder('gbk').decode(new Uint8Array([0xc4, 0xe3])) + new TextDecoder('koi8-r').decode(new Uint8Array([0xc1])) | あ你а
          let seen = ''; const on = (e) => { seen = e.reason; e.preventDefault() }; addEventListener('unhandledrejection', on); Promise.reject('why'); await new Promise((r) => setTimeout(r, 1)); removeEventListener('unhandledrejection', on); return seen | why
          const seen = []; const on = (e) => { seen.push(e.type + e.reason); e.preventDefault() }; addEventListener('unhandledrejection', on); onrejectionhandled = on; const p = Promise.reject(1); const q = Promise.reject(2); const r = Promise.reject(3); await new Promise((r) => setTimeout(r, 1)); try { await p } catch {} q.catch(() => {}); await new Promise((r) => setTimeout(r, 1)); removeEventListener('unhandledrejection', on); onrejectionhandled = null; return seen.join() + Object.hasOwn(p, 'constructor') + (r instanceof Promise) | unhandledrejection1,unhandledrejection2,unhandledrejection3,rejectionhandled1,rejectionhandled2falsetrue
          let seen = ''; onerror = (message, file, line, column, error) => { seen = error.message; return true }; reportError(new Error('mine')); onerror = null; return seen + (globalThis instanceof EventTarget) | minetrue
          await scheduler.wait(1); const c = new AbortController(); c.abort('no'); try { await scheduler.wait(1, { signal: c.signal }) } catch (e) { return e } | no
          try { eval('1') } catch (e) { return e.name } | EvalError
          try { new Function('return 1')() } catch (e) { return e.name } | EvalError
          """)
  void behaves(String script, String expected) {
    assertThat(SANDBOX.eval(script)).isEqualTo(expected);
  }
}
