// Summarises a posted access log in constant memory, while it arrives: as much as 30 s of processor time are enough for.
import { LineReader } from './lines.js';
import { LogSummary } from './summary.js';

export default {
  async fetch(request) {
    if (request.method !== 'POST') {
      return new Response('POST an access log.\n', { status: 405, headers: { allow: 'POST' } });
    }
    const summary = new LogSummary();
    const lines = new LineReader(summary);
    if (request.body !== null) {
      for await (const chunk of request.body) lines.read(chunk);
    }
    lines.end();
    return Response.json(summary.report());
  },
};
