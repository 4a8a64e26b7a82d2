// Lets requests with a valid token pass, to the service NEXT: without the token, with the user's name
// in x-user, and with a path that no longer begins with /shield.
//
// The key is a variable of brink.json, which all who see the manifest can read: good enough for a
// sample. It belongs into a secret once functions have those.
import { InvalidToken, verify } from './token.js';

const PREFIX = '/shield';

export default {
  async fetch(request, env) {
    let claims;
    try {
      claims = await verify(bearer(request), env.KEY, Date.now() / 1000);
    } catch (error) {
      if (error instanceof InvalidToken) return refusal(error);
      throw error;
    }
    const url = new URL(request.url);
    url.pathname = url.pathname.slice(PREFIX.length);
    const onward = new Request(url, request);
    onward.headers.delete('authorization');
    onward.headers.set('x-user', claims.sub);
    return env.NEXT.fetch(onward);
  },
};

function bearer(request) {
  const value = request.headers.get('authorization');
  if (value === null) throw new InvalidToken('token-missing', 'There is no Authorization header.');
  const match = /^Bearer +([^ ]+)$/i.exec(value);
  if (match === null) throw new InvalidToken('token-missing', 'Authorization is not "Bearer TOKEN".');
  return match[1];
}

function refusal({ code, message }) {
  const body = { type: `urn:brink:sample:${code}`, title: 'Unauthorized', status: 401, detail: message, code };
  const challenge = code === 'token-missing' ? 'Bearer' : 'Bearer error="invalid_token"';
  return Response.json(body, {
    status: 401,
    headers: {
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      'www-authenticate': challenge,
    },
  });
}
