// What most functions do.

export default {
  async fetch(request, env, ctx) {
    const url = new URL(request.url);
    const agent = request.headers.get('user-agent');
    return Response.json({ path: url.pathname, agent });
  },
};
