// What else functions use, a little of each, by the path that is asked for.

const works = {
  async bodies(request) {
    const copy = new Request(request.url, { method: 'POST', body: 'text', headers: { a: 'b' } });
    const [text, again] = await Promise.all([copy.clone().text(), copy.text()]);
    return new Response(JSON.stringify(structuredClone({ text, again })), {
      headers: new Headers([['content-type', 'application/json']]),
    });
  },

  /** Often enough for the runtime's parser of longer texts to be tried, and compiled. */
  documents() {
    const items = Array.from({ length: 40 }, (_, id) => ({
      id, name: `item ${id}`, price: id / 4, open: id % 2 === 0, tags: ['a', 'b\n'], owner: null, of: { id: -id },
    }));
    const text = JSON.stringify({ items });
    let open = 0;
    for (let i = 0; i < 240; i++) {
      open += JSON.parse(text).items.filter((item) => item.open).length;
    }
    return Response.json({ open });
  },

  streams() {
    const { readable, writable } = new TransformStream({
      transform(chunk, controller) {
        controller.enqueue(chunk);
      },
    });
    const writer = writable.getWriter();
    const write = async () => {
      for (const word of ['some', 'words']) {
        await writer.write(new TextEncoder().encode(word));
      }
      await writer.close();
    };
    write();
    return new Response(readable);
  },

  async pipes() {
    const words = new ReadableStream({
      pull(controller) {
        controller.enqueue('words');
        controller.close();
      },
    });
    const reader = words
      .pipeThrough(new TextEncoderStream())
      .pipeThrough(new TextDecoderStream())
      .getReader();
    let text = '';
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      text += read.value;
    }
    return new Response(text);
  },

  compression() {
    const words = new Blob(['some words']).stream();
    return new Response(
      words
        .pipeThrough(new CompressionStream('gzip'))
        .pipeThrough(new DecompressionStream('gzip')),
    );
  },

  async signatures() {
    const bytes = new TextEncoder().encode('some words, and a key for them');
    const digest = await crypto.subtle.digest('SHA-256', bytes);
    const hmac = { name: 'HMAC', hash: 'SHA-256' };
    const key = await crypto.subtle.importKey('raw', bytes, hmac, false, ['sign', 'verify']);
    const signature = await crypto.subtle.sign('HMAC', key, bytes);
    const right = await crypto.subtle.verify('HMAC', key, signature, bytes);
    const text = btoa(String.fromCharCode(...new Uint8Array(digest)));
    return Response.json({ id: crypto.randomUUID(), bytes: atob(text).length, right });
  },

  routes(request) {
    const url = new URL('/users/1?a=b', request.url);
    url.searchParams.set('c', 'd');
    const match = new URLPattern({ pathname: '/users/:id' }).exec(url);
    return Response.json({ href: url.href, id: match.pathname.groups.id });
  },

  async forms() {
    const form = new FormData();
    form.append('name', 'value');
    form.append('file', new File(['words'], 'words.txt'));
    return new Response(await new Response(form).text());
  },

  async waits() {
    const controller = new AbortController();
    const aborted = new Promise((done) => {
      controller.signal.addEventListener('abort', () => done(controller.signal.reason.name));
    });
    await new Promise((done) => setTimeout(done, 1));
    controller.abort();
    const storage = new AsyncLocalStorage();
    return new Response(await storage.run(await aborted, async () => storage.getStore()));
  },
};

export default {
  fetch(request) {
    return works[new URL(request.url).pathname.slice(1)](request);
  },
};
