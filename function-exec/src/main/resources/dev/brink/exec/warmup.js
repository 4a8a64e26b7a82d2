// What most functions do, in one way or the other, by the path that is asked for.

const works = {
  async json(request) {
    const url = new URL(request.url);
    const agent = request.headers.get('user-agent');
    return Response.json({ path: url.pathname, method: request.method, agent });
  },

  text(request) {
    const name = new URL(request.url).searchParams.get('warm') ?? 'nobody';
    return new Response(`${name} of ${request.headers.get('host')}`, {
      headers: { 'content-type': 'text/plain', 'cache-control': 'no-store' },
    });
  },

  made: (request) => new Response(JSON.stringify({ url: request.url }), { status: 201 }),
};

export default {
  fetch(request, env, ctx) {
    return works[new URL(request.url).pathname.slice(1)](request);
  },
};
