// Nanoseconds that one use of each part of the web API takes, for api.sh: ?op=NAME, for ?ms= of warming and of measuring.
const bytes = new Uint8Array(1024).fill(97);
const text = 'a'.repeat(1024);
const encoded = btoa('x'.repeat(300));
const value = { a: 1, b: 'two', c: [1, 2, 3, { d: null }], e: { f: true, g: 'x'.repeat(50) } };
const items = JSON.stringify(Array.from({ length: 60 }, (_, id) => ({ id, name: `item ${id}`, price: id / 4, of: { id } })));
const headers = new Headers({ 'content-type': 'text/plain', 'x-a': '1', 'x-b': '2', accept: '*/*' });
const pattern = new URLPattern({ pathname: '/users/:id' });
const encoder = new TextEncoder();
const decoder = new TextDecoder();
const chunks = (chunk) =>
  new ReadableStream({
    start(controller) {
      for (let i = 0; i < 10; i++) controller.enqueue(chunk);
      controller.close();
    },
  });
const post = (body) => new Request('https://example.com/', { method: 'POST', headers: { a: 'b' }, body });

const ops = {
  'new URL': () => new URL('https://example.com/a/b?c=d#e').pathname,
  'new URL with a base': () => new URL('../x?y=1', 'https://example.com/a/b/c').href,
  'URL setters': () => {
    const url = new URL('https://example.com:8080/a');
    url.pathname = '/b c';
    url.searchParams.set('q', '1');
    return url.href;
  },
  'URLSearchParams get': () => new URLSearchParams('a=1&b=two&c=%20x&d=4').get('c'),
  'URLSearchParams toString': () => new URLSearchParams({ a: '1', b: 'x y' }).toString(),
  'URLPattern test': () => pattern.test('https://example.com/users/5'),
  'new Headers': () => new Headers({ 'content-type': 'text/plain', 'x-a': '1' }).get('x-a'),
  'Headers iterated': () => [...headers].length,
  'new Request': () => post('x').method,
  'new Response': () => new Response('hello', { status: 201, headers: { a: 'b' } }).status,
  'Response.json': () => Response.json(value).status,
  'Response.text': async () => (await new Response('hello').text()).length,
  'Response.arrayBuffer': async () => (await new Response(bytes).arrayBuffer()).byteLength,
  'Request.clone, both read': async () => {
    const request = post('abc');
    return (await request.clone().text()) + (await request.text());
  },
  'FormData there and back': async () => {
    const form = new FormData();
    form.append('a', 'b');
    form.append('f', new File(['x'], 'x.txt'));
    return (await new Response(form).formData()).get('a');
  },
  'JSON.parse, 100 characters': () => JSON.parse('{"a":1,"b":"two","c":[1,2,3,{"d":null}],"e":{"f":true,"g":"xxxxxxxxxxxxxxxx"}}').a,
  'JSON.parse, 3,000 characters': () => JSON.parse(items).length,
  'JSON.stringify': () => JSON.stringify(value).length,
  structuredClone: () => structuredClone(value).a,
  'TextEncoder, 1 KB': () => encoder.encode(text).length,
  'TextDecoder, 1 KB': () => decoder.decode(bytes).length,
  'atob, 400 characters': () => atob(encoded).length,
  'btoa, 1 KB': () => btoa(text).length,
  'crypto.randomUUID': () => crypto.randomUUID().length,
  'crypto.getRandomValues': () => crypto.getRandomValues(new Uint8Array(16)).length,
  'SHA-256 of 1 KB': async () => (await crypto.subtle.digest('SHA-256', bytes)).byteLength,
  'EventTarget, one event': () => {
    const target = new EventTarget();
    let heard = 0;
    target.addEventListener('x', () => heard++);
    target.dispatchEvent(new Event('x'));
    return heard;
  },
  'AbortController.abort': () => {
    const controller = new AbortController();
    controller.abort();
    return controller.signal.aborted;
  },
  'an error thrown and caught': () => {
    try {
      throw new TypeError('x');
    } catch (error) {
      return error.message;
    }
  },
  'Blob, text': async () => (await new Blob(['abc', 'def']).text()).length,
  'ReadableStream, 10 chunks': async () => {
    let size = 0;
    for await (const chunk of chunks(bytes)) size += chunk.length;
    return size;
  },
  'two transforms, 10 chunks': async () => {
    let all = '';
    for await (const chunk of chunks('x').pipeThrough(new TextEncoderStream()).pipeThrough(new TextDecoderStream())) all += chunk;
    return all;
  },
  'gzip of 1 KB': async () =>
    (await new Response(new Blob([bytes]).stream().pipeThrough(new CompressionStream('gzip'))).arrayBuffer()).byteLength,
};

/** Of the last of two periods of so many milliseconds. */
async function measured(op, ms) {
  let nanos = 0;
  for (let period = 0; period < 2; period++) {
    const start = performance.now();
    let count = 0;
    let took = 0;
    while (took < ms) {
      for (let i = 0; i < 20; i++) {
        const result = op();
        if (result instanceof Promise) await result;
      }
      count += 20;
      took = performance.now() - start;
    }
    nanos = (took * 1e6) / count;
  }
  return Math.round(nanos);
}

export default {
  async fetch(request) {
    const { searchParams } = new URL(request.url);
    const name = searchParams.get('op');
    if (name === null) return new Response(Object.keys(ops).join('\n'));
    return new Response(String(await measured(ops[name], Number(searchParams.get('ms')))));
  },
};
