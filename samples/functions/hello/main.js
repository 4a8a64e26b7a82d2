// Says what it was asked. The benchmarks measure this function.
export default {
  fetch(request) {
    return Response.json({
      hello: request.headers.get('x-user') ?? 'world',
      method: request.method,
      url: request.url,
    });
  },
};
